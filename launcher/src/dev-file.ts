import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Keyring } from '@syncline/catalog'
import type { Example } from '@syncline/example-github-issues/setup'
import { type ProcessName, ROOT, type ServiceName } from './service-process.ts'

/** Holds data, logs, the keyring, the admin key and the dev file. */
export const DIR = process.env.SYNCLINE_DIR ?? join(ROOT, '.syncline')
export const DEV_FILE = join(DIR, 'dev.json')

/** What other programs can read in `.syncline/dev.json` about the running system. */
export type DevFile = {
  url: string
  nats_url: string
  /** The process of `npm start`. */
  launcher: number
  /** Where the recorded GitHub can be changed; absent when GITHUB_REPO is set. */
  replay_url?: string
  /** The level of the runner's sandbox on this machine: see libs/sandbox. */
  sandbox?: string
  pids: Partial<Record<ProcessName, number>>
  /** The variables of each service, without the keyring: what `pnpm service <name>` runs it with. */
  services: Record<ServiceName, NodeJS.ProcessEnv>
} & Partial<Example> // absent until the example is set up

export function writeDevFile(content: DevFile): void {
  writeFileSync(DEV_FILE, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
}

export function readDevFile(): DevFile | undefined {
  if (!existsSync(DEV_FILE)) return undefined
  try {
    return JSON.parse(readFileSync(DEV_FILE, 'utf8')) as DevFile // `writeDevFile` wrote it
  } catch {
    return undefined // a write was cut short
  }
}

/** Whether the system that `file` describes runs now: its launcher lives, and its NATS server accepts connections. */
export async function isRunning(file: DevFile): Promise<boolean> {
  const { hostname, port } = new URL(file.nats_url)
  const socket = connect({ host: hostname, port: Number(port) })
  try {
    process.kill(file.launcher, 0)
    await once(socket, 'connect', { signal: AbortSignal.timeout(2_000) })
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** The keys that seal credentials. Generated at the first start and used by all later ones. */
export const readKeyring = () => readOrMake('keyring', () => Keyring.generate('dev'))

/** The key of `syncline env` and `syncline key`. Generated as the keyring is. */
export const readAdminKey = () => readOrMake('admin-key', () => randomBytes(32).toString('hex'))

function readOrMake(name: string, make: () => string): string {
  mkdirSync(DIR, { recursive: true })
  const file = join(DIR, name)
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 })
  return readFileSync(file, 'utf8')
}
