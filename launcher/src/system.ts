import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, type Server, startClickHouse, startNats, startRedis } from '@syncline/embedded'
import { type ProcessName, type ServerName, type ServiceName, startService } from './service-process.ts'
import { type ProcessState, type Supervised, supervise } from './supervise.ts'

const host = '127.0.0.1'

export interface SystemOptions {
  /** Holds the servers' data and `logs/`. */
  dir: string
  keyring: string
  /** Opens the routes of environments and keys; without it nobody may call them. */
  adminKey?: string
  /** Port of the REST API; 0 = any free port. */
  port: number
  /** Hosts on this machine that sync functions may call, as `host:port`. */
  egress: string[]
  /** Further variables of the services. */
  env?: NodeJS.ProcessEnv
  /** Services that are not started here: somebody runs them with the variables of `System.serviceEnv`. */
  without?: ServiceName[]
  /** Ends a start that is under way: what has started is stopped, and `startSystem` rejects. */
  signal?: AbortSignal
  onChange?: (name: ProcessName, state: ProcessState) => void
}

export interface System extends AsyncDisposable {
  dir: string
  url: string
  natsUrl: string
  /** The variables of one process of each service. */
  serviceEnv: Record<ServiceName, NodeJS.ProcessEnv>
  processes: Map<ProcessName, Supervised>
}

/** Starts NATS, Redis, ClickHouse and the four services on this machine, and restarts those that end by themselves. */
export async function startSystem(options: SystemOptions): Promise<System> {
  await using open = new AsyncDisposableStack()
  const { dir, signal, without = [] } = options
  const logs = join(dir, 'logs')
  mkdirSync(logs, { recursive: true })
  const processes = new Map<ProcessName, Supervised>()
  const keep = async (name: ProcessName, start: (port: number) => Promise<Server>) => {
    const supervised = open.use(await supervise(start, (state) => options.onChange?.(name, state)))
    processes.set(name, supervised)
    return supervised
  }

  const place = (name: ServerName, port: number) => ({
    dir: join(dir, name),
    log: join(logs, `${name}.log`),
    port,
    signal,
  })
  const [nats, redis, clickhouse] = await allStarted([
    keep('nats', (port) => startNats(place('nats', port))),
    keep('redis', (port) => startRedis(place('redis', port))),
    keep('clickhouse', (port) => startClickHouse(place('clickhouse', port))),
  ])

  const [recordsPort, schedulerPort] = [await freePort(), await freePort()]
  const gatewayPort = options.port || (await freePort())
  const shared: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TMPDIR: process.env.TMPDIR,
    TZ: 'UTC',
    NATS_URL: nats.url,
    REDIS_URL: redis.url,
    CLICKHOUSE_URL: clickhouse.url,
    RECORDS_ADDRESS: `${host}:${recordsPort}`,
    SCHEDULER_ADDRESS: `${host}:${schedulerPort}`,
    SYNCLINE_KEYRING: options.keyring,
    EGRESS_ALLOW_HOSTS: options.egress.join(','),
    // The runner starts on every machine; its log and /health say which sandbox level it reached.
    SANDBOX_MIN_LEVEL: 'basic',
    ...options.env,
  }
  const serviceEnv: Record<ServiceName, NodeJS.ProcessEnv> = {
    records: { ...shared, LISTEN: shared.RECORDS_ADDRESS },
    scheduler: { ...shared, LISTEN: shared.SCHEDULER_ADDRESS },
    runner: shared,
    gateway: { ...shared, PORT: String(gatewayPort), SYNCLINE_ADMIN_KEY: options.adminKey },
  }
  // Without one of them, those that depend on it cannot be healthy yet.
  const until = without.length > 0 ? 'listening' : 'healthy'
  const service = async (name: ServiceName) => {
    if (without.includes(name)) return
    const fixed = { env: serviceEnv[name], log: join(logs, `${name}.log`), until, signal } as const
    await keep(name, (opsPort) => startService(name, { ...fixed, opsPort }))
  }
  // In any order: a service that comes before what it needs waits for it.
  await allStarted([service('records'), service('scheduler'), service('runner'), service('gateway')])

  const owned = open.move()
  return {
    dir,
    url: `http://${host}:${gatewayPort}`,
    natsUrl: nats.url,
    serviceEnv,
    processes,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** As `Promise.all`, but when one fails the others end first: whoever disposes of them then finds them all. */
async function allStarted<T extends Promise<unknown>[]>(starts: [...T]) {
  await Promise.allSettled(starts)
  return Promise.all(starts)
}
