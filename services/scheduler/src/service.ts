import { repeat, waitForServer } from '@syncline/async'
import { connectBus } from '@syncline/bus'
import { openCatalog } from '@syncline/catalog'
import { withoutSecrets } from '@syncline/errors'
import {
  CommandsDefinition,
  LocksDefinition,
  RecordsDefinition,
  RunsDefinition,
  SchedulesDefinition,
} from '@syncline/proto'
import { connectRedis, type Redis, redisCall } from '@syncline/redis'
import { connect, serve } from '@syncline/rpc'
import { checkHealth, type Log, type Running } from '@syncline/service'
import { commandsService } from './api/commands-service.ts'
import { locksService } from './api/locks-service.ts'
import { runsService } from './api/runs-service.ts'
import { schedulesService } from './api/schedules-service.ts'
import type { Config } from './config.ts'
import { createEvents } from './events.ts'
import { Fleets } from './fleet/fleets.ts'
import { Notices } from './notices.ts'
import { openSchedules } from './open-schedules.ts'
import { publishEvents } from './publish/publish-events.ts'
import { createPublisherEvents } from './publish/publisher-events.ts'
import { sampleQueue } from './queue-metrics.ts'
import { createScheduleEvents } from './schedule-events.ts'
import { createStaleEvents } from './stale/stale-events.ts'
import { sweepStaleRegularly } from './stale/stale-sweep.ts'
import { CommandResults } from './store/command-results.ts'
import { LockStore } from './store/lock-store.ts'
import { RunStore } from './store/run-store.ts'
import { type Limits, State } from './store/state.ts'
import { Views } from './store/views.ts'
import { SharedClock } from './ticks/shared-clock.ts'
import { startTicking } from './ticks/start-ticking.ts'
import { Ticker } from './ticks/ticker.ts'

const SYNCHRONIZE_MS = 1000
const SAMPLE_MS = 5000
/** A runner stops what it could not renew for a lease; only later is it handed to another one. */
const GRACE_MS = 5000
const HISTORY_RUNS = 50

export interface Scheduler extends Running {
  port: number
}

/** What tells the time; tests give their own. */
export interface Time {
  /** Of Redis, in ms. */
  sample: () => Promise<number>
  monotonic: () => number
}

export async function start(config: Config, log: Log, time?: Time): Promise<Scheduler> {
  await using open = new AsyncDisposableStack()
  const events = createEvents(log)
  const redis = open.adopt(connectRedis(config.redis.url, events.redisFailed), (client) =>
    client.disconnect(),
  )
  await waitForServer(`Redis at REDIS_URL '${withoutSecrets(config.redis.url)}'`, () => redis.ping())
  const bus = open.use(await connectBus(config.nats, 'scheduler'))
  const catalog = open.use(await openCatalog(bus, events.catalogEntryUnreadable))
  const records = open.use(connect(config.records.address)).client(RecordsDefinition)

  const state = new State(redis, config.redis.prefix, limitsOf(config), () => clock.now(), time === undefined)
  const runs = new RunStore(state)
  const clock = await SharedClock.open({
    ...(time ?? { sample: () => timeOf(redis) }),
    leaseMs: config.runs.leaseMs,
    jumps: await runs.jumps(),
    onGap: events.clockGap,
    onJump(byMs, jumps) {
      events.clockJumped(byMs)
      return runs.shiftClock(byMs, jumps)
    },
  })
  await clock.resume(await runs.workedAt())
  open.use(repeat(SYNCHRONIZE_MS, () => clock.synchronize(), { onFailure: events.clockFailed }))

  const notices = open.use(new Notices(bus))
  const results = new CommandResults(state)
  const own = { state, results, bus, catalog, records, notices, events: createScheduleEvents(log) }
  // First, as it may have to move schedules of an earlier version.
  open.use(await openSchedules({ ...own, redis }, config))
  const ticker = new Ticker({ runs, judge: clock, notices, events })
  open.use(startTicking(ticker, { tickMs: config.tickMs, onFailure: events.tickFailed }))
  open.use(publishEvents({ redis, base: state.key(''), bus, events: createPublisherEvents(log) }))
  const views = new Views(state)
  const fleets = open.use(new Fleets(views, catalog))
  open.use(sweepStaleRegularly({ views, events: createStaleEvents(log) }))

  const { maxPerEnvironment } = config.runs
  open.use(
    repeat(SAMPLE_MS, () => sampleQueue(state, catalog, maxPerEnvironment), {
      onFailure: events.sampleFailed,
    }),
  )

  const rpc = open.use(
    await serve(
      config.listen,
      (server) => {
        server.add(RunsDefinition, runsService({ runs, notices, events }))
        server.add(LocksDefinition, locksService(new LockStore(state)))
        server.add(CommandsDefinition, commandsService(results))
        server.add(SchedulesDefinition, schedulesService({ views, fleets, catalog }))
      },
      events.rpcFault,
    ),
  )

  const owned = open.move()
  return {
    port: rpc.port,
    // Records is not asked: without it, only the deletion of streams waits.
    health: rpc.answerHealth(() =>
      checkHealth({ redis: () => runs.ping(), nats: () => bus.connection.rtt() }),
    ),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export function limitsOf({ runs }: Pick<Config, 'runs'>): Limits {
  return {
    maxRuns: runs.maxPerEnvironment,
    queueTimeoutMs: runs.queueTimeoutMs,
    leaseMs: runs.leaseMs + GRACE_MS,
    historyRuns: HISTORY_RUNS,
    environmentRuns: runs.kept,
  }
}

async function timeOf(redis: Redis): Promise<number> {
  const [seconds, micros] = await redisCall(redis.time())
  return Number(seconds) * 1000 + Number(micros) / 1000
}
