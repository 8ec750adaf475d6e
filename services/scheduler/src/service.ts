import { setTimeout as sleep } from 'node:timers/promises'
import { type Bus, connectBus } from '@syncline/bus'
import { openCatalog } from '@syncline/catalog'
import { RecordsDefinition, RunsDefinition, SchedulesDefinition } from '@syncline/proto'
import { connectRedis, type Redis } from '@syncline/redis'
import { connect, serve } from '@syncline/rpc'
import type { Log, Running } from '@syncline/service'
import { sweepCleanings } from './cleaner.ts'
import { hearCommands } from './commands.ts'
import type { Config } from './config.ts'
import { createEvents } from './events.ts'
import { followCatalog } from './follow-catalog.ts'
import { hearEnds } from './hear-ends.ts'
import { startLoop } from './loop.ts'
import { runsService } from './runs-service.ts'
import { schedulesService } from './schedules-service.ts'
import { type Clock, Store } from './store.ts'
import { Ticker } from './ticker.ts'

const SWEEP_MS = 5000
const START_TIMEOUT_MS = 30_000
const START_RETRY_MS = 250

export interface Scheduler extends Running {
  port: number
}

export async function start(config: Config, log: Log, clock: Clock = Date.now): Promise<Scheduler> {
  await using open = new AsyncDisposableStack()
  const events = createEvents(log)
  const redis = open.adopt(connectRedis(config.redis.url, events.redisFailed), (client) =>
    client.disconnect(),
  )
  await firstAnswer(redis, config.redis.url)
  const bus = open.use(await connectBus(config.nats, 'scheduler'))
  const catalog = open.use(await openCatalog(bus, events.catalogEntryUnreadable))
  const records = open.use(connect(config.records.address)).client(RecordsDefinition)
  const { leaseMs, queueTimeoutMs, maxPerEnvironment: maxRuns } = config.runs
  const store = new Store(redis, config.redis.prefix, { maxRuns, queueTimeoutMs }, clock)
  const deps = { store, bus, catalog, records, events, leaseMs }

  const ticker = new Ticker(deps)
  const ticking = open.use(startLoop(config.tickMs, () => ticker.tick(), events.tickFailed))
  const { wake } = ticking

  open.use(followCatalog(deps, { everyMs: config.reconcileMs, wake }))
  open.use(startLoop(SWEEP_MS, () => sweepCleanings(deps), events.sweepFailed))

  const limits = { frequency: config.frequency, variants: config.maxVariants }
  const stop = new AbortController()
  const hearing = Promise.all([
    hearCommands({ ...deps, limits, wake }, stop.signal),
    hearEnds({ ...deps, wake }, stop.signal),
  ])
  open.defer(async () => {
    stop.abort()
    await hearing
  })
  const rpc = open.use(
    await serve(
      config.listen,
      (server) => {
        server.add(RunsDefinition, runsService(deps))
        server.add(SchedulesDefinition, schedulesService(deps))
      },
      events.rpcFault,
    ),
  )

  const owned = open.move()
  return {
    port: rpc.port,
    health: () => health(store, bus),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function health(store: Store, bus: Bus) {
  const [redis, nats] = await Promise.all([
    store.ping().then(() => 'ok', String),
    bus.connection.rtt().then(() => 'ok', String),
  ])
  return { redis, nats }
}

async function firstAnswer(redis: Redis, url: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    try {
      await redis.ping()
      return
    } catch (cause) {
      if (Date.now() > deadline) {
        throw new Error(`no Redis answers at REDIS_URL '${withoutPassword(url)}'`, { cause })
      }
      await sleep(START_RETRY_MS)
    }
  }
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//…@')
}
