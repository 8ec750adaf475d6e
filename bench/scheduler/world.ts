import { randomUUID } from 'node:crypto'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectBus } from '@syncline/bus'
import { type Catalog, openCatalog } from '@syncline/catalog'
import { type Server, startNats, startRedis, takePort } from '@syncline/embedded'
import { connectRedis, type Redis } from '@syncline/redis'
import { FakeRecords } from '@syncline/testkit/records'
import { startProcess } from '../records/process.ts'
import { startCounted } from './counted-process.ts'
import type { Load, Peer } from './firing.ts'
import type { StubRunner } from './stub-runner.ts'

const SLOTS = 1000
const AT_A_TIME = 250
const ENVIRONMENTS = 10
const PREFIX = 'bench'
const AT = '2026-01-01T00:00:00.000Z'

/** A scheduler process on NATS and Redis of its own. */
export interface World extends AsyncDisposable {
  nats: Server
  redis: Server
  client: Redis
  scheduler(): Server
  catalog: Catalog
  /** What a gateway beside this scheduler needs. */
  gateway: NodeJS.ProcessEnv
  dir: string
  /** Begins the scheduler again, with these variables. */
  restart(env: NodeJS.ProcessEnv): Promise<void>
  /** Connections, each with one schedule. They are spread over ten environments. */
  addSchedules(schedules: number, intervalMs: number): Promise<void>
  startStub(intervalMs: number): ReturnType<typeof startCounted>
}

export async function openWorld(env: NodeJS.ProcessEnv = {}): Promise<World> {
  await using open = new AsyncDisposableStack()
  const dir = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))).path
  const place = (name: string) => ({ dir: join(dir, name), log: join(dir, `${name}.log`) })
  const nats = open.use(await startNats(place('nats')))
  const redis = open.use(await startRedis(place('redis')))
  const records = open.use(await new FakeRecords().serve())
  const address = `127.0.0.1:${await takePort('the scheduler')}`
  const bus = open.use(await connectBus({ url: nats.url, prefix: PREFIX, replicas: 1 }, 'bench'))
  const catalog = open.use(await openCatalog(bus, (error) => console.error(error)))
  const client = open.adopt(
    connectRedis(redis.url, (error) => console.error(error)),
    (connection) => connection.disconnect(),
  )
  const start = (more: NodeJS.ProcessEnv) =>
    startProcess(
      { main: 'services/scheduler/src/main.ts' },
      {
        NATS_URL: nats.url,
        NATS_PREFIX: PREFIX,
        REDIS_URL: redis.url,
        REDIS_PREFIX: PREFIX,
        RECORDS_ADDRESS: `127.0.0.1:${records.port}`,
        LISTEN: address,
        SYNC_MIN_FREQUENCY: '1s',
        SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '100000',
        ...env,
        ...more,
      },
      join(dir, 'scheduler.log'),
    )
  let scheduler: Server = await start({})
  open.defer(() => scheduler[Symbol.asyncDispose]())

  const owned = open.move()
  return {
    nats,
    redis,
    client,
    scheduler: () => scheduler,
    catalog,
    dir,
    gateway: {
      NATS_URL: nats.url,
      NATS_PREFIX: PREFIX,
      REDIS_URL: redis.url,
      REDIS_PREFIX: PREFIX,
      RECORDS_ADDRESS: `127.0.0.1:${records.port}`,
      SCHEDULER_ADDRESS: address,
    },
    async restart(more) {
      await scheduler[Symbol.asyncDispose]()
      scheduler = await start(more)
    },
    addSchedules: (schedules, intervalMs) => fill(catalog, schedules, intervalMs),
    startStub(intervalMs) {
      const work: StubRunner = {
        scheduler: address,
        nats: nats.url,
        prefix: PREFIX,
        slots: SLOTS,
        intervalMs,
      }
      return startCounted('stub-runner.ts', work)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** All of ours that takes part in firing, for a comparison with a peer. */
export async function openOurs({ schedules, intervalMs, progress }: Load): Promise<Peer> {
  await using open = new AsyncDisposableStack()
  const world = open.use(await openWorld())
  const stub = open.use(await world.startStub(intervalMs))
  progress(`${schedules} schedules`)
  await world.addSchedules(schedules, intervalMs)
  const owned = open.move()
  return {
    pids: {
      scheduler: world.scheduler().pid,
      redis: world.redis.pid,
      nats: world.nats.pid,
      runner: stub.pid,
    },
    settled: () => stub.settled(schedules, progress),
    measure: stub.measure,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function fill(catalog: Catalog, schedules: number, intervalMs: number): Promise<void> {
  for (let n = 0; n < ENVIRONMENTS; n++) {
    const environment = `e${n}`
    await catalog.environments.create({ name: environment, createdAt: AT }, environment)
    await catalog.integrations.upsert(
      () => ({
        environment,
        key: 'api',
        provider: 'api',
        displayName: '',
        baseUrl: 'https://api.example.com',
        auth: { type: 'none' },
        headers: {},
        createdAt: AT,
        updatedAt: AT,
      }),
      environment,
      'api',
    )
    await catalog.syncs.upsert(
      () => ({
        environment,
        integration: 'api',
        name: 'noop',
        description: '',
        version: '1',
        models: ['Thing'],
        frequency: `every ${intervalMs / 1000} seconds`,
        autoStart: true,
        retries: 0,
        overlap: 'skip',
        trackDeletes: false,
        bundle: '',
        deployedAt: AT,
      }),
      environment,
      'api',
      'noop',
    )
  }
  for (let n = 0; n < schedules; n += AT_A_TIME) {
    const numbers = Array.from({ length: Math.min(AT_A_TIME, schedules - n) }, (_, i) => n + i)
    await Promise.all(
      numbers.map((number) => {
        const [environment, id] = [`e${number % ENVIRONMENTS}`, `c${number}`]
        const connection = { uid: randomUUID(), environment, integration: 'api', id, sealedCredentials: '' }
        const rest = { metadata: null, connectionConfig: {}, tags: {}, createdAt: AT, updatedAt: AT }
        return catalog.connections.create({ ...connection, ...rest }, environment, 'api', id)
      }),
    )
  }
}
