import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Server, startClickHouse, startNats, startRedis, startServer } from '@syncline/embedded'
import getPort from 'get-port'
import { type Supervised, supervise } from './supervise.ts'

const host = '127.0.0.1'
export const ROOT = join(import.meta.dirname, '..')

export type ServerName = 'nats' | 'redis' | 'clickhouse'
export type ServiceName = 'records' | 'scheduler' | 'runner' | 'gateway'
export type ProcessName = ServerName | ServiceName

export interface SystemOptions {
  /** Data of the servers and `logs/`. */
  dir: string
  keyring: string
  /** Of the REST API; 0 = any. */
  port: number
  /** Hosts on this machine that sync functions may call, as `host:port`. */
  egress: string[]
  /** Further variables for the services. */
  env?: NodeJS.ProcessEnv
  onChange?: (name: ProcessName, state: 'ended' | 'running' | 'given up') => void
}

export interface System extends AsyncDisposable {
  dir: string
  url: string
  natsUrl: string
  /** How to reach the services: what a shell needs to run one more of them. */
  env: NodeJS.ProcessEnv
  processes: Map<ProcessName, Supervised>
}

/**
 * NATS, Redis, ClickHouse and the four services, each a process of its own that is started anew when it dies: the
 * whole product on one machine.
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  await using open = new AsyncDisposableStack()
  const logs = join(options.dir, 'logs')
  mkdirSync(logs, { recursive: true })
  const processes = new Map<ProcessName, Supervised>()
  const keep = async (name: ProcessName, start: (port: number) => Promise<Server>) => {
    const supervised = open.use(await supervise(start, (state) => options.onChange?.(name, state)))
    processes.set(name, supervised)
    return supervised
  }

  const place = (name: ServerName, port: number) => ({
    dir: join(options.dir, name),
    log: join(logs, `${name}.log`),
    port,
  })
  const [nats, redis, clickhouse] = await Promise.all([
    keep('nats', (port) => startNats(place('nats', port))),
    keep('redis', (port) => startRedis(place('redis', port))),
    keep('clickhouse', (port) => startClickHouse(place('clickhouse', port))),
  ])

  const [recordsPort, schedulerPort] = [await getPort({ host }), await getPort({ host })]
  const gatewayPort = options.port || (await getPort({ host }))
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TMPDIR: process.env.TMPDIR,
    TZ: 'UTC',
    NATS_URL: nats.url,
    REDIS_URL: redis.url,
    CLICKHOUSE_URL: clickhouse.url,
    RECORDS_ADDRESS: `127.0.0.1:${recordsPort}`,
    SCHEDULER_ADDRESS: `127.0.0.1:${schedulerPort}`,
    SYNCLINE_KEYRING: options.keyring,
    EGRESS_ALLOW_HOSTS: options.egress.join(','),
    // It starts everywhere; the runner's log says what stands around functions here.
    SANDBOX_MIN_LEVEL: 'basic',
    ...options.env,
  }
  const service = (name: ServiceName, own: NodeJS.ProcessEnv = {}) =>
    keep(name, (port) => startService(name, { ...env, ...own }, port, join(logs, `${name}.log`)))
  await service('records', { LISTEN: env.RECORDS_ADDRESS })
  await service('scheduler', { LISTEN: env.SCHEDULER_ADDRESS })
  await Promise.all([service('runner'), service('gateway', { PORT: String(gatewayPort) })])

  const owned = open.move()
  return {
    dir: options.dir,
    url: `http://127.0.0.1:${gatewayPort}`,
    natsUrl: nats.url,
    env,
    processes,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** One more process of a service; `opsPort` 0 = any. */
export function startService(
  name: ServiceName,
  env: NodeJS.ProcessEnv,
  opsPort: number,
  log: string,
): Promise<Server> {
  const program = {
    name,
    kind: `node services/${name}`,
    scheme: 'http',
    command: async (): Promise<[string, ...string[]]> => [
      process.execPath,
      '--no-warnings',
      ...(flags[name] ?? []),
      join(ROOT, 'services', name, 'src/main.ts'),
    ],
    env: (port: number) => ({ ...env, OPS_PORT: String(port) }),
    answers: async (port: number, signal: AbortSignal) => {
      const response = await fetch(`http://127.0.0.1:${port}/health`, { signal })
      await response.body?.cancel()
      return response.ok
    },
  }
  return startServer(program, { dir: ROOT, port: opsPort, log })
}

const flags: { [name in ServiceName]?: string[] } = {
  // Sync functions must not be able to open the runner's debugger (SIGUSR1).
  runner: ['--disable-sigusr1'],
  // As docker-compose.yml has it, and why.
  records: ['--max-semi-space-size=4'],
}
