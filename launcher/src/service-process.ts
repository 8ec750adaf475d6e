import { join } from 'node:path'
import { type Server, startServer } from '@syncline/embedded'

export const ROOT = join(import.meta.dirname, '../..')

export const services = ['records', 'scheduler', 'runner', 'gateway'] as const
export type ServiceName = (typeof services)[number]
export type ServerName = 'nats' | 'redis' | 'clickhouse'
export type ProcessName = ServerName | ServiceName

/** What Node has compiled of the sources: it saves a service half of the processor time of its start. Node makes it again where it is missing. */
const COMPILE_CACHE = join(ROOT, 'node_modules/.cache/node-compile')

export const mainOf = (name: ServiceName) => join(ROOT, 'services', name, 'src/main.ts')

export interface ServiceOptions {
  env: NodeJS.ProcessEnv
  /** Of `/readyz` and `/metrics`; 0 = any free port. */
  opsPort: number
  log: string
  signal?: AbortSignal | undefined
  /** What counts as started: all that the service depends on answers too, or the service itself answers. */
  until?: 'healthy' | 'listening'
}

/** Starts one process of a service. */
export function startService(name: ServiceName, options: ServiceOptions): Promise<Server> {
  const { env, opsPort, log, signal, until = 'healthy' } = options
  const program = {
    name,
    kind: `node services/${name}`,
    scheme: 'http',
    command: async (): Promise<[string, ...string[]]> => [
      process.execPath,
      '--no-warnings',
      ...(nodeFlags[name] ?? []),
      mainOf(name),
    ],
    env: (port: number) => ({ NODE_COMPILE_CACHE: COMPILE_CACHE, ...env, OPS_PORT: String(port) }),
    answers: async (port: number, signal: AbortSignal) => {
      const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal })
      const { status } = (await response.json()) as { status: string } // of the ops server
      return response.ok || (until === 'listening' && status !== 'starting')
    },
  }
  return startServer(program, { dir: ROOT, port: opsPort, log, signal })
}

const nodeFlags: { [name in ServiceName]?: string[] } = {
  // Sync functions must not be able to open the runner's debugger (SIGUSR1).
  runner: ['--disable-sigusr1'],
  // The reasons are in docker-compose.yml.
  records: ['--max-semi-space-size=4'],
  gateway: ['--max-semi-space-size=4', '--heap-growing-percent=100'],
}
