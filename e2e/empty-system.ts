import { randomBytes } from 'node:crypto'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keyring } from '@syncline/catalog'
import { type System, startSystem } from '@syncline/launcher'
import { Syncline } from '@syncline/sdk'

export interface EmptySystem extends AsyncDisposable {
  system: System
  client: Syncline
  key: string
}

/** The whole system, on ports and data of its own, with an environment in which nothing is deployed. */
export async function startEmptySystem(options: {
  /** Hosts that functions may reach. */
  egress: string[]
  env: NodeJS.ProcessEnv
}): Promise<EmptySystem> {
  await using open = new AsyncDisposableStack()
  const adminKey = randomBytes(32).toString('hex')
  const dir = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-e2e-'))).path
  const env = { LOG_LEVEL: 'warn', ...options.env }
  const keyring = Keyring.generate('test')
  const system = open.use(await startSystem({ ...options, dir, port: 0, keyring, adminKey, env }))
  const admin = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
    const answer = await fetch(system.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return answer.json() as Promise<{ secret: string }> // of a key
  }
  await admin('/environments', { name: 'dev' })
  const { secret: key } = await admin('/environments/dev/keys', { label: 'test' })
  const owned = open.move()
  return {
    ...{ system, key, client: new Syncline({ secretKey: key, host: system.url }) },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
