import { connectBus, publish, subjects } from '@syncline/bus'
import { type Connection, openCatalog, type Sync } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import {
  type Command,
  CommandAnswer,
  CommandsDefinition,
  LocksDefinition,
  RunsDefinition,
  SchedulesDefinition,
  Stop,
  type Stream,
} from '@syncline/proto'
import { connectRedis } from '@syncline/redis'
import { connect } from '@syncline/rpc'
import { createLog } from '@syncline/service'
import { namespace, servers } from '@syncline/testkit'
import { FakeRecords } from '@syncline/testkit/records'
import { Config } from '../src/config.ts'
import { createEvents } from '../src/events.ts'
import { Notices } from '../src/notices.ts'
import { limitsOf, start } from '../src/service.ts'
import { RunStore } from '../src/store/run-store.ts'
import { ScheduleStore } from '../src/store/schedule-store.ts'
import { State } from '../src/store/state.ts'
import { SharedClock } from '../src/ticks/shared-clock.ts'
import { Ticker } from '../src/ticks/ticker.ts'
import { checkState } from './check-state.ts'

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
  const clock = new TestClock()
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

  const redis = owned.adopt(
    connectRedis(redisUrl, () => {}),
    (client) => client.disconnect(),
  )
  const time = { sample: async () => clock.now, monotonic: () => clock.monotonic }
  /** What one instance works with, with its own connection to Redis. */
  const instance = async () => {
    const own = owned.adopt(
      connectRedis(redisUrl, () => {}),
      (client) => client.disconnect(),
    )
    const state = new State(own, prefix, limitsOf(config), () => shared.now())
    const runs = new RunStore(state)
    const facts = { ...time, leaseMs: config.runs.leaseMs, jumps: await runs.jumps() }
    const shared = await SharedClock.open({ ...facts, onGap: () => {}, onJump: runs.shiftClock.bind(runs) })
    const notices = owned.use(new Notices(bus))
    const ticker = new Ticker({ runs, judge: shared, notices, events })
    return { state, runs, schedules: new ScheduleStore(state), clock: shared, ticker }
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
      const service = await start(config, log, time)
      const connection = connect(`127.0.0.1:${service.port}`)
      const stack = new AsyncDisposableStack()
      stack.use(service)
      stack.use(connection)
      return {
        service,
        runs: connection.client(RunsDefinition),
        schedules: connection.client(SchedulesDefinition),
        locks: connection.client(LocksDefinition),
        commands: connection.client(CommandsDefinition),
        [Symbol.asyncDispose]: () => stack.disposeAsync(),
      }
    },
    redis,
    /** A field of Redis, for what no store reads. */
    key: (name: string) => `{${prefix}}:${name}`,
    /** What contradicts itself in Redis: see check-state.ts. */
    problems: () => checkState(redis, prefix, config.runs.maxPerEnvironment),
    /** Notices to runners, as they come. */
    notices() {
      const heard = { wakes: 0, stops: [] as Stop[] }
      bus.connection.subscribe(`${prefix}.wake.runners`, { callback: () => void heard.wakes++ })
      bus.connection.subscribe(`${prefix}.stop.>`, {
        callback: (_error, message) => void heard.stops.push(Stop.decode(message.data)),
      })
      return heard
    },
    /** Sends a command; `answer` comes when the scheduler has one. */
    async command(action: NonNullable<Command['action']>, environment = ENVIRONMENT) {
      const id = namespace()
      const replyTo = `${prefix}.answer.${id}`
      const answer = Promise.withResolvers<CommandAnswer['result']>()
      bus.connection.subscribe(replyTo, {
        max: 1,
        callback: (_error, message) => answer.resolve(CommandAnswer.decode(message.data).result),
      })
      await publish(
        bus,
        subjects.command,
        [environment],
        { id, environment, action, also: [] },
        { id, replyTo },
      )
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
        retries: 0,
        overlap: 'skip' as const,
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

/** A clock that stands still until a test moves it. */
class TestClock {
  #jumpedMs = 0
  /** Of the processes: never jumps. */
  monotonic = 1_000_000

  /** Of Redis. Setting it lets so much time pass. */
  get now(): number {
    return 1_800_000_000_000 - 1_000_000 + this.monotonic + this.#jumpedMs
  }

  set now(time: number) {
    this.monotonic += time - this.now
  }

  advance(ms: number): number {
    this.monotonic += ms
    return this.now
  }

  jump(ms: number): void {
    this.#jumpedMs += ms
  }
}

/** The fake record store. Notes what is begun and emptied; while `away`, it answers nothing but errors. */
async function startRecords() {
  const state = { away: false, begun: [] as number[], emptied: [] as Stream[], forgotten: [] as object[] }
  const fake = new FakeRecords()
  fake.onCall = () => {
    if (state.away) throw new AppError('unavailable', 'the record store is away')
  }
  fake.onDone = ({ name, request }) => {
    if (name === 'begin') state.begun.push(request.writer?.fence ?? 0)
    if (name === 'emptyStreams') state.emptied.push(...request.streams)
    if (name === 'forgetRuns') state.forgotten.push(request)
  }
  return Object.assign(await fake.serve(), { state })
}
