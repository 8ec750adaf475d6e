import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bus, connectBus } from '@syncline/bus'
import { createApiKey, Keyring, openCatalog } from '@syncline/catalog'
import { startClickHouse, startNats, startRedis, takePort } from '@syncline/embedded'
import { type ServiceName, startService } from '@syncline/launcher'
import { openShiftedClock, type ShiftedClock } from './shifted-clock.ts'
import { Victim } from './victim.ts'

const HOSTS = ['127.0.0.1', '127.0.0.2', '127.0.0.3']
const DRAIN_MS = 3000
const RUNS_MAX = 200
const PREFIX = 'syncline'

/** The whole system with several schedulers and runners, each process of which may be killed or suspended. */
export interface ChaosSystem extends AsyncDisposable {
  dir: string
  url: string
  redisUrl: string
  redisPrefix: string
  /** In flight in an environment. */
  runsMax: number
  bus: Bus
  /** gRPC addresses of the schedulers. */
  schedulers: string[]
  victims: Victim[]
  /** Of Redis, schedulers, records and gateway; undefined where there is no C compiler. */
  clock: ShiftedClock | undefined
  makeKey(environment: string): Promise<string>
}

export interface ChaosSize {
  schedulers: number
  runners: number
  slots: number
  leaseMs: number
}

export async function startChaosSystem(dir: string, apiHost: string, size: ChaosSize): Promise<ChaosSystem> {
  await using open = new AsyncDisposableStack()
  const logs = join(dir, 'logs')
  await mkdir(logs, { recursive: true })
  const clock = await openShiftedClock(dir)
  const place = (name: string, port: number) => ({
    dir: join(dir, name),
    log: join(logs, `${name}.log`),
    port,
  })
  const [nats, redis, clickhouse] = await Promise.all([
    Victim.start('nats', (port) => startNats(place('nats', port))).then((it) => open.use(it)),
    Victim.start('redis', (port) => startRedis({ ...place('redis', port), env: clock?.env })).then((it) =>
      open.use(it),
    ),
    startClickHouse(place('clickhouse', 0)).then((it) => open.use(it)),
  ])
  const [recordsPort, schedulerPort, gatewayPort] = [
    await takePort('records'),
    await takePort('scheduler'),
    await takePort('gateway'),
  ]
  const hosts = HOSTS.slice(0, size.schedulers)
  const shared: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TMPDIR: process.env.TMPDIR,
    TZ: 'UTC',
    NODE_OPTIONS: `--import=${join(import.meta.dirname, 'resolve-schedulers.ts')}`,
    CHAOS_SCHEDULERS: hosts.join(','),
    NATS_URL: nats.url,
    REDIS_URL: redis.url,
    REDIS_PREFIX: PREFIX,
    NATS_PREFIX: PREFIX,
    CLICKHOUSE_URL: clickhouse.url,
    RECORDS_ADDRESS: `127.0.0.1:${recordsPort}`,
    SCHEDULER_ADDRESS: `schedulers.test:${schedulerPort}`,
    SYNCLINE_KEYRING: Keyring.generate('chaos'),
    EGRESS_ALLOW_HOSTS: apiHost,
    SANDBOX_MIN_LEVEL: 'basic',
    SYNC_MIN_FREQUENCY: '1s',
    RUN_LEASE_MS: String(size.leaseMs),
    SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: String(RUNS_MAX),
    RUNNER_SLOTS: String(size.slots),
    RUNNER_DRAIN_MS: String(DRAIN_MS),
    LOG_LEVEL: 'warn',
  }
  const service = async (name: ServiceName, instance: string, env: NodeJS.ProcessEnv, shifted = true) => {
    const fixed = {
      env: { ...shared, ...(shifted && clock?.env), ...env },
      log: join(logs, `${instance}.log`),
      until: 'listening' as const,
    }
    return open.use(await Victim.start(instance, (opsPort) => startService(name, { ...fixed, opsPort })))
  }
  const records = await service('records', 'records', { LISTEN: shared.RECORDS_ADDRESS })
  const schedulers = await Promise.all(
    hosts.map((host, n) =>
      service('scheduler', `scheduler-${n + 1}`, { LISTEN: `${host}:${schedulerPort}` }),
    ),
  )
  const runners = await Promise.all(
    // The wall clock of runners does not jump: functions in child processes would have another one.
    Array.from({ length: size.runners }, (_, n) => service('runner', `runner-${n + 1}`, {}, false)),
  )
  const gateway = await service('gateway', 'gateway', { PORT: String(gatewayPort) })
  const bus = open.use(await connectBus({ url: nats.url, prefix: PREFIX, replicas: 1 }, 'chaos'))
  const owned = open.move()
  return {
    dir,
    url: `http://127.0.0.1:${gatewayPort}`,
    redisUrl: redis.url,
    redisPrefix: PREFIX,
    runsMax: RUNS_MAX,
    bus,
    schedulers: hosts.map((host) => `${host}:${schedulerPort}`),
    victims: [nats, redis, records, gateway, ...schedulers, ...runners],
    clock,
    makeKey: (environment) => makeKey(bus, environment),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function makeKey(bus: Bus, environment: string): Promise<string> {
  await using catalog = await openCatalog(bus, (error) => console.error(error))
  const createdAt = new Date().toISOString()
  await catalog.environments.create({ name: environment, createdAt }, environment)
  return (await createApiKey(catalog, { environment, label: 'chaos' })).secret
}
