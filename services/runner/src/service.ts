import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { ActionCalls, ActionStore } from '@syncline/actions'
import { waitForServer } from '@syncline/async'
import { connectBus } from '@syncline/bus'
import { checkKeyring, Keyring, openCatalog, verifyKeyring } from '@syncline/catalog'
import { CommandSender } from '@syncline/commands'
import { withoutSecrets } from '@syncline/errors'
import { openFunctionSandboxes } from '@syncline/functions'
import { Egress, Outgoing } from '@syncline/outgoing'
import {
  LocksDefinition,
  RecordsDefinition,
  type Runner,
  RunsDefinition,
  SchedulesDefinition,
} from '@syncline/proto'
import { connectRedis, redisCall } from '@syncline/redis'
import { connect } from '@syncline/rpc'
import { checkHealth, type Log, type Running } from '@syncline/service'
import { startActions } from './actions/start-actions.ts'
import { ActiveAttempts } from './active-attempts.ts'
import type { Config } from './config.ts'
import { EnvironmentCalls } from './environment-calls.ts'
import { CALLS_AT_ONCE } from './environment-host.ts'
import { createEvents } from './events.ts'
import { Heartbeats } from './heartbeats.ts'
import { startIntake } from './intake.ts'
import { WorkLoader } from './load-work.ts'
import { LogSender } from './log-sender.ts'
import { followNotices } from './notices.ts'
import { Parking } from './parking.ts'
import { startPreviews } from './previews/start-previews.ts'
import { Slots } from './slots.ts'

/** A command whose answer comes later is accepted nevertheless. */
const COMMAND_ANSWER_MS = 5000

export { Config } from './config.ts'

export async function start(config: Config, log: Log): Promise<Running> {
  await using open = new AsyncDisposableStack()
  const events = createEvents(log)
  const bus = open.use(await connectBus(config.nats, 'runner'))
  const catalog = open.use(await openCatalog(bus, events.catalogEntryUnreadable))
  const keyring = new Keyring(config.keyring)
  await checkKeyring(catalog, keyring)
  catalog.onChange((change) => {
    if (change.kind !== 'keyring' || change.deleted) return
    try {
      verifyKeyring(keyring, change.value)
    } catch (error) {
      // The keys are being changed, or the first gateway started after us. What we have in work may still be opened.
      events.keyringDiffers(error)
    }
  })
  const { limits, parentLimits, leaseMs } = config
  const sandboxes = open.use(
    await openFunctionSandboxes({
      limits,
      parentLimits,
      ...config.sandbox,
      onStartFailed: events.sandboxFailed,
    }),
  )
  events.sandboxLevel(sandboxes)
  const schedulerRpc = open.use(connect(config.scheduler.address))
  const recordsRpc = open.use(connect(config.records.address))
  const scheduler = schedulerRpc.client(RunsDefinition)
  const records = recordsRpc.client(RecordsDefinition)
  const egress = open.use(new Egress(config.egress))
  const redis = open.adopt(connectRedis(config.redis.url, events.redisLost), (client) => client.disconnect())
  await waitForServer(`Redis at REDIS_URL '${withoutSecrets(config.redis.url)}'`, () => redis.ping())
  const outgoing = new Outgoing({ catalog, keyring, redis, redisPrefix: config.redis.prefix, egress, log })
  const loader = new WorkLoader(catalog, keyring)
  const slots = new Slots(config.slots, (free) => events.slotsChanged(config.slots, free))
  const parking = new Parking({
    places: config.maxParked,
    slots: config.slots.ordinary,
    memoryMb: limits.memoryMb,
  })
  const runner: Runner = {
    id: `${hostname()}/${process.pid}/${randomBytes(8).toString('hex')}`,
    sandbox: sandboxes.level,
    slots: config.slots.ordinary,
    reservedSlots: config.slots.reserved,
  }
  const attempts = new ActiveAttempts()
  const logs = open.use(new LogSender(records, events.logsLost))
  const heartbeats = open.use(new Heartbeats({ scheduler, events, leaseMs, runner, attempts }))
  const store = await ActionStore.open(bus)
  const commands = open.use(new CommandSender(bus, COMMAND_ANSWER_MS))
  const mostCalls = CALLS_AT_ONCE * parentLimits.runs
  const actionCalls = open.use(new ActionCalls(bus, store, { perEnvironment: mostCalls, inAll: mostCalls }))
  const { actionTimeoutMs } = config
  const calls = new EnvironmentCalls({ catalog, commands, actions: actionCalls, store, actionTimeoutMs })
  const locks = schedulerRpc.client(LocksDefinition)
  const common = { sandboxes, records, locks, calls, logs, outgoing, loader, events }
  const deps = { ...common, scheduler, heartbeats, parking, runner, leaseMs }
  const actionDeps = { ...common, bus, store }
  const actions = await startActions({ ...actionDeps, slots: config.actionSlots, drainMs: config.drainMs })
  const previews = await startPreviews({
    ...{ ...actionDeps, slots: config.previewSlots },
    schedules: schedulerRpc.client(SchedulesDefinition),
  })
  const intake = startIntake({ ...deps, slots, attempts }, config.drainMs)
  // They stop at the same time: none takes work while another one waits for its own.
  open.defer(async () => {
    await Promise.all([actions, previews, intake].map((each) => each[Symbol.asyncDispose]()))
  })
  open.use(followNotices(bus, runner, { attempts, events, wake: intake.wake }))

  const owned = open.move()
  return {
    health: () =>
      checkHealth(
        { nats: () => bus.connection.rtt(), redis: () => redisCall(redis.ping()) },
        {
          scheduler: (signal) => schedulerRpc.checkHealth(signal),
          records: (signal) => recordsRpc.checkHealth(signal),
        },
      ),
    facts: { sandbox: sandboxes.level },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
