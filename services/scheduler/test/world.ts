import { type Bus, connectBus, publish, subjects } from '@syncline/bus'
import { type Connection, openCatalog, type Sync } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import {
  type Command,
  CommandAnswer,
  RunFinished,
  type RunOutcome,
  RunRequested,
  RunsDefinition,
  SchedulesDefinition,
  type Stream,
} from '@syncline/proto'
import { connectRedis } from '@syncline/redis'
import { connect } from '@syncline/rpc'
import { createLog } from '@syncline/service'
import { namespace, servers } from '@syncline/testkit'
import { FakeRecords } from '@syncline/testkit/records'
import { Config } from '../src/config.ts'
import { createEvents } from '../src/events.ts'
import { start } from '../src/service.ts'
import { Store } from '../src/store.ts'
import { Ticker } from '../src/ticker.ts'

export const ENVIRONMENT = 'dev'
export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS

/** NATS and Redis with names of this test alone, a catalog, a fake record store, and a clock. */
export async function openWorld(settings: Record<string, string> = {}) {
  await using open = new AsyncDisposableStack()
  const prefix = namespace()
  const lines: string[] = []
  const log = createLog('scheduler-test', 'error', { write: (line) => void lines.push(line) })
  const nats = { url: settings.NATS_URL ?? servers().nats.url, prefix, replicas: 1 }
  const redisUrl = settings.REDIS_URL ?? servers().redis.url
  const bus = open.use(await connectBus(nats, 'scheduler-test'))
  const catalog = open.use(await openCatalog(bus, (error) => log.error(error)))
  const records = open.use(await startRecords())
  const clock = { now: 1_800_000_000_000, advance: (ms: number) => (clock.now += ms) }
  const config = Config.parse({
    NATS_URL: nats.url,
    NATS_PREFIX: prefix,
    REDIS_URL: redisUrl,
    REDIS_PREFIX: prefix,
    RECORDS_ADDRESS: `127.0.0.1:${records.port}`,
    LISTEN: '127.0.0.1:0',
    SCHEDULER_TICK_MS: '20',
    ...settings,
  })
  const events = createEvents(log)
  const owned = open.move()

  /** What one instance works with: its own connection to Redis. Without `idleMs` no environment is left idle. */
  const instance = ({ idleMs = 0 } = {}) => {
    const redis = owned.adopt(
      connectRedis(redisUrl, () => {}),
      (client) => client.disconnect(),
    )
    const { leaseMs, queueTimeoutMs, maxPerEnvironment: maxRuns } = config.runs
    const store = new Store(redis, prefix, { maxRuns, queueTimeoutMs }, () => clock.now)
    return { store, ticker: new Ticker({ store, bus, events, leaseMs, idleMs }) }
  }

  return {
    prefix,
    bus,
    catalog,
    records,
    clock,
    config,
    events,
    instance,
    /** Whether a line of the log, at level error, says so. */
    logged: (text: string) => lines.some((line) => line.includes(text)),
    /** A whole scheduler, with clients for what it serves. */
    async scheduler() {
      const service = await start(config, log, () => clock.now)
      const connection = connect(`127.0.0.1:${service.port}`)
      const stack = new AsyncDisposableStack()
      stack.use(service)
      stack.use(connection)
      return {
        service,
        runs: connection.client(RunsDefinition),
        schedules: connection.client(SchedulesDefinition),
        [Symbol.asyncDispose]: () => stack.disposeAsync(),
      }
    },
    /** Runs that were asked for, each message once. */
    requested: async () => (await messages(bus, 'RUNS')).map((bytes) => RunRequested.decode(bytes).runId),
    /** Requests for runners that no runner has acknowledged: `<run>`, or `<run>.<throttles>`. */
    requests: async () =>
      (await messages(bus, 'RUNS')).map((bytes) => {
        const { runId, throttles } = RunRequested.decode(bytes)
        return throttles ? `${runId}.${throttles}` : runId
      }),
    ended: async () => (await messages(bus, 'EVENTS')).map((bytes) => RunFinished.decode(bytes)),
    finish: (
      runId: string,
      attempt: number,
      outcome: RunOutcome,
      error = '',
      more: Partial<RunFinished> = {},
    ) =>
      publish(
        bus,
        subjects.runFinished,
        [ENVIRONMENT],
        {
          environment: ENVIRONMENT,
          runId,
          attempt,
          outcome,
          error,
          counts: [],
          finishedAtMs: clock.now,
          lastLines: ['error the moon'],
          ...more,
        },
        { id: namespace() },
      ),
    /** Sends a command; `answer` comes when the scheduler has one. */
    async command(action: NonNullable<Command['action']>, environment = ENVIRONMENT) {
      const id = namespace()
      const replyTo = `${prefix}.answer.${id}`
      const answer = Promise.withResolvers<CommandAnswer['result']>()
      bus.connection.subscribe(replyTo, {
        max: 1,
        callback: (_error, message) => answer.resolve(CommandAnswer.decode(message.data).result),
      })
      await publish(bus, subjects.command, [environment], { id, environment, action }, { id, replyTo })
      return { id, answer: answer.promise }
    },
    async deploy(sync: Partial<Sync> & { name: string }, environment = ENVIRONMENT) {
      const at = new Date().toISOString()
      const integration = {
        environment,
        key: 'github',
        provider: 'github',
        displayName: '',
        baseUrl: 'https://api.github.com',
      }
      await catalog.environments.upsert(() => ({ name: environment, createdAt: at }), environment)
      await catalog.integrations.upsert(
        () => ({ ...integration, auth: { type: 'none' }, headers: {}, createdAt: at, updatedAt: at }),
        environment,
        'github',
      )
      const defaults = { environment, integration: 'github', description: '', version: '1' }
      const facts = {
        models: ['Issue'],
        frequency: 'every hour',
        autoStart: true,
        trackDeletes: false,
        bundle: '',
      }
      await catalog.syncs.upsert(
        () => ({ ...defaults, ...facts, deployedAt: at, ...sync }),
        environment,
        'github',
        sync.name,
      )
    },
    async connect(id: string, environment = ENVIRONMENT): Promise<Connection> {
      const at = new Date().toISOString()
      const connection = {
        uid: namespace(),
        environment,
        integration: 'github',
        id,
        sealedCredentials: '',
        metadata: null,
        connectionConfig: {},
        tags: {},
        createdAt: at,
        updatedAt: at,
      }
      await catalog.connections.create(connection, environment, 'github', id)
      return connection
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>

async function messages(bus: Bus, stream: string): Promise<Uint8Array[]> {
  const name = `${bus.prefix}_${stream}`
  const { state } = await bus.manager.streams.info(name)
  const found = []
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = await bus.manager.streams.getMessage(name, { seq }).catch(() => null)
    if (message) found.push(message.data)
  }
  return found
}

/** The fake record store. Notes what is begun and emptied; while `away`, it answers nothing but errors. */
async function startRecords() {
  const state = { away: false, begun: [] as number[], emptied: [] as Stream[] }
  const fake = new FakeRecords()
  fake.onCall = () => {
    if (state.away) throw new AppError('unavailable', 'the record store is away')
  }
  fake.onDone = ({ name, request }) => {
    if (name === 'begin') state.begun.push(request.writer?.fence ?? 0)
    if (name === 'emptyStreams') state.emptied.push(...request.streams)
  }
  return Object.assign(await fake.serve(), { state })
}
