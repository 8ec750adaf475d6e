import { repeat, waitForServer } from '@syncline/async'
import { connectBus } from '@syncline/bus'
import { openCatalog } from '@syncline/catalog'
import { withoutSecrets } from '@syncline/errors'
import { RecordsDefinition, RunsDefinition, SchedulesDefinition } from '@syncline/proto'
import { connectRedis } from '@syncline/redis'
import { connect, serve } from '@syncline/rpc'
import { checkHealth, type Log, type Running } from '@syncline/service'
import { sweepCleanings } from './cleaner.ts'
import type { Config } from './config.ts'
import { consumeCommands } from './consume-commands.ts'
import { consumeRunFinished } from './consume-run-finished.ts'
import { createEvents } from './events.ts'
import { followCatalog } from './follow-catalog.ts'
import { runsService } from './runs-service.ts'
import { schedulesService } from './schedules-service.ts'
import { startTicking } from './start-ticking.ts'
import { type Clock, Store } from './store.ts'
import { Ticker } from './ticker.ts'

const SWEEP_MS = 5000

export interface Scheduler extends Running {
  port: number
}

export async function start(config: Config, log: Log, clock: Clock = Date.now): Promise<Scheduler> {
  await using open = new AsyncDisposableStack()
  const events = createEvents(log)
  const redis = open.adopt(connectRedis(config.redis.url, events.redisFailed), (client) =>
    client.disconnect(),
  )
  await waitForServer(`Redis at REDIS_URL '${withoutSecrets(config.redis.url)}'`, () => redis.ping())
  const bus = open.use(await connectBus(config.nats, 'scheduler'))
  const catalog = open.use(await openCatalog(bus, events.catalogEntryUnreadable))
  const records = open.use(connect(config.records.address)).client(RecordsDefinition)
  const { leaseMs, queueTimeoutMs, resumesPerSecond, maxPerEnvironment: maxRuns } = config.runs
  const store = new Store(redis, config.redis.prefix, { maxRuns, queueTimeoutMs }, clock)
  const limits = { frequency: config.frequency, variants: config.maxVariants }
  const own = { store, bus, catalog, records, events, limits, leaseMs, resumesPerSecond }

  const ticking = startTicking(new Ticker(own), { tickMs: config.tickMs, onFailure: events.tickFailed })
  const { wake } = open.use(ticking)
  const deps = { ...own, wake }

  open.use(followCatalog(deps, config.reconcileMs))
  open.use(repeat(SWEEP_MS, () => sweepCleanings(deps), { onFailure: events.sweepFailed }))

  const stop = new AbortController()
  const consuming = Promise.all([consumeCommands(deps, stop.signal), consumeRunFinished(deps, stop.signal)])
  open.defer(async () => {
    stop.abort()
    await consuming
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
    // Records is not asked: without it, only the deletion of streams waits.
    health: rpc.answerHealth(() =>
      checkHealth({ redis: () => store.ping(), nats: () => bus.connection.rtt() }),
    ),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
