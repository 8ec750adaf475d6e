import type { AddressInfo } from 'node:net'
import { ActionCalls, ActionStore } from '@syncline/actions'
import { orAborted, repeat, reusedFor, timeLimit, waitForServer } from '@syncline/async'
import { connectBus, publish, subjects } from '@syncline/bus'
import { type Catalog, checkKeyring, Keyring, openCatalog } from '@syncline/catalog'
import { withoutSecrets } from '@syncline/errors'
import { Egress, Outgoing } from '@syncline/outgoing'
import {
  type ActionCall,
  CommandsDefinition,
  RecordsDefinition,
  RunFactsDefinition,
  SchedulesDefinition,
} from '@syncline/proto'
import { connectRedis } from '@syncline/redis'
import { connect } from '@syncline/rpc'
import type { Log, Running } from '@syncline/service'
import { Commands } from './commands.ts'
import type { Config } from './config.ts'
import { publishConnectionEvents } from './connection-events.ts'
import { inspect } from './doctor/inspect.ts'
import { createEvents, type Events } from './events.ts'
import { gatewayHealth } from './health.ts'
import { createApp } from './http/app.ts'
import { Idempotency } from './http/idempotency.ts'
import { KeyLimits } from './http/key-limits.ts'
import { RateLimit } from './http/rate-limit.ts'
import { KeyUse } from './key-use.ts'
import { LastFetched } from './last-fetched.ts'
import { queueCreationCalls } from './on-events/queue-creation-calls.ts'
import { PreviewCalls } from './preview-calls.ts'
import { handlers } from './routes/handlers.ts'
import { ProxySlots } from './rules/proxy-slots.ts'
import { SchedulerCalls } from './scheduler-calls.ts'
import { LoginLimits } from './sessions/login-limits.ts'
import { Sessions } from './sessions/sessions.ts'

/**
 * The gateway removes what deployments and deletions have left in NATS, because they come through it. Instances need not
 * agree on who does it.
 */
const GARBAGE_MS = 10 * 60_000
/** How often deployments are looked for that their gateway has left half-way. */
const UNFINISHED_MS = 10_000
/** How often NATS is asked about keys that the copy of the catalog does not have. */
const KEY_LOOKUPS_PER_SECOND = 20
/** `GET /health` needs no key: however often it is asked, so often the servers are. */
const HEALTH_REUSED_MS = 1000

export interface Gateway extends Running {
  port: number
}

export async function start(config: Config, log: Log): Promise<Gateway> {
  await using open = new AsyncDisposableStack()
  const events = createEvents(log)
  const keyring = new Keyring(config.keyring)
  const bus = open.use(await connectBus(config.nats, 'gateway'))
  const catalog = open.use(
    await openCatalog(bus, events.catalogFailed, { onProgress: events.catalogLoading }),
  )
  await checkKeyring(catalog, keyring, { write: true })
  open.use(collectGarbage(catalog, events))
  open.use(finishDeployments(catalog, events))
  open.use(publishConnectionEvents(bus, catalog, events.connectionEventFailed))
  const redis = open.adopt(connectRedis(config.redis.url, events.redisLost), (client) => client.disconnect())
  await waitForServer(`Redis at REDIS_URL '${withoutSecrets(config.redis.url)}'`, () => redis.ping())
  const egress = open.use(new Egress(config.egress))
  const outgoing = new Outgoing({ catalog, keyring, redis, redisPrefix: config.redis.prefix, egress, log })
  const store = await ActionStore.open(bus)
  const calls = open.use(new ActionCalls(bus, store, config.actions))
  const enqueue = async (call: ActionCall) => {
    await publish(bus, subjects.action, [call.environment], call, { id: call.id })
  }
  open.use(queueCreationCalls(catalog, enqueue, events.creationCallsFailed))
  const previews = open.use(new PreviewCalls(bus, store, events))
  const recordsRpc = open.use(connect(config.recordsAddress, { failFast: true }))
  const schedulerRpc = open.use(connect(config.schedulerAddress, { failFast: true }))
  const records = recordsRpc.client(RecordsDefinition)
  const runFacts = recordsRpc.client(RunFactsDefinition)
  const schedules = schedulerRpc.client(SchedulesDefinition)

  const scheduler = open.use(new SchedulerCalls(schedules, events))
  const results = schedulerRpc.client(CommandsDefinition)
  const commands = open.use(new Commands(bus, { timeoutMs: config.commandTimeoutMs, scheduler, results }))

  const health = () => gatewayHealth(bus, redis, recordsRpc, schedulerRpc)
  const app = createApp(
    handlers,
    {
      catalog,
      keyring,
      records,
      runFacts,
      scheduler,
      commands,
      actions: {
        calls,
        store,
        enqueue,
        timeoutMs: config.actions.timeoutMs,
      },
      previews,
      outgoing,
      proxy: { ...config.proxy, slots: new ProxySlots(config.proxy) },
      lastFetched: new LastFetched(redis, config.redis.prefix),
      health: reusedFor(HEALTH_REUSED_MS, health),
      inspect: (environment) =>
        inspect(
          {
            bus,
            redis,
            catalog,
            keyring,
            records: recordsRpc,
            scheduler: schedulerRpc,
            schedulerCalls: scheduler,
          },
          environment,
        ),
      adminKey: config.adminKey,
      keyLimits: new KeyLimits(redis, config.redis.prefix, config.requestsPerMinute, events.keyLimitFailed),
      sessions: new Sessions(redis, { prefix: config.redis.prefix, catalog, adminKey: config.adminKey }),
      loginLimits: new LoginLimits(redis, config.redis.prefix),
      keyUse: new KeyUse(redis, config.redis.prefix, events.keyUseFailed),
      idempotency: new Idempotency({
        ...{ redis, prefix: config.redis.prefix, keyring, events },
        limits: config.idempotency,
      }),
      events,
      keyLookups: new RateLimit(KEY_LOOKUPS_PER_SECOND),
      limits: config.limits,
    },
    { events, ...config.http },
  )
  open.defer(() => app.close())
  open.defer(() => {
    calls.stopBeginning()
    previews.stopBeginning()
  })
  await app.listen({ host: config.http.host, port: config.http.port })

  const owned = open.move()
  return {
    // A server that listens on TCP has an address with a port.
    port: (app.server.address() as AddressInfo).port,
    health,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function collectGarbage({ garbage }: Catalog, events: Events): AsyncDisposable {
  const collect = async (signal: AbortSignal) => {
    using limit = timeLimit(GARBAGE_MS, signal)
    events.garbageCollected(await orAborted(garbage.collect(), limit.signal))
  }
  return repeat(GARBAGE_MS, collect, { onFailure: events.garbageCollectionFailed })
}

/**
 * A deployment that another gateway has begun and not finished since the last look is finished here; at the start, any. If that gateway
 * still works on it, both do the same.
 */
function finishDeployments({ lastDeployments, deployments }: Catalog, events: Events): AsyncDisposable {
  let seen: Set<string> | undefined
  const finish = async () => {
    const unfinished = lastDeployments.list().filter(({ state }) => state === 'applying')
    for (const { environment, writes } of unfinished) {
      if (seen !== undefined && !seen.has(writes)) continue
      await deployments.rollForward(environment)
      events.deploymentFinished(environment)
    }
    seen = new Set(unfinished.map(({ writes }) => writes))
  }
  return repeat(UNFINISHED_MS, finish, { onFailure: events.deploymentFailed })
}
