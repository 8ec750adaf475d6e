// How long a synchronous action takes that computes nothing: REST, gateway, NATS, runner, a sandboxed child, and back.
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keyring } from '@syncline/catalog'
import { bundleFunction } from '@syncline/functions'
import { type ProcessName, type System, startSystem } from '@syncline/launcher'
import { Syncline } from '@syncline/sdk'
import type { Figure, Options } from '../part.ts'
import { watchCpu } from '../process-usage.ts'
import { quantile } from '../quantile.ts'

const place = { providerConfigKey: 'acme', connectionId: 'demo' }
/** As many as a runner has slots for actions by default. */
const CLIENTS = 4

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  await using open = new AsyncDisposableStack()
  const dir = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-bench-actions-'))).path
  const adminKey = randomBytes(32).toString('hex')
  const system = open.use(
    await startSystem({
      dir,
      port: 0,
      keyring: Keyring.generate('bench'),
      adminKey,
      egress: [],
      env: { LOG_LEVEL: 'warn' },
    }),
  )
  const client = await deployed(system, adminKey)
  const call = async (options = {}) => {
    const startedAt = performance.now()
    await client.actions.trigger({ ...place, action: 'noop', input: { n: 1 } }, options)
    return performance.now() - startedAt
  }
  const series = async (calls: number, clients: number) => {
    const times: number[] = []
    const one = async () => {
      while (times.length < calls) times.push(await call())
    }
    await Promise.all(Array.from({ length: clients }, one))
    return times
  }
  progress('warm-up')
  await series(smoke ? 5 : 100, 1)
  progress('one client')
  const calls = smoke ? 10 : 500
  const cpu = watchCpu(pidsOf(system))
  const alone = await series(calls, 1)
  const used = Object.entries(cpu()).map(
    ([name, seconds]) => `${name} ${((1e3 * seconds) / calls).toFixed(1)}`,
  )
  progress(`${CLIENTS} clients`)
  const startedAt = performance.now()
  const together = await series(calls, CLIENTS)
  const rate = (1000 * together.length) / (performance.now() - startedAt)
  const times = (all: number[]) => [0.5, 0.9, 0.99].map((q) => quantile(all, q).toFixed(1)).join(' / ')
  return [
    {
      name: 'an action that computes nothing, 1 client, p50 / p90 / p99',
      value: `${times(alone)} ms`,
      reach: 'p50 ≤ 20 ms',
      ok: quantile(alone, 0.5) <= 20,
    },
    { name: 'processor for it, ms', value: used.join(', '), reach: '', ok: true },
    {
      name: `${CLIENTS} clients, p50 / p90 / p99`,
      value: `${times(together)} ms, ${rate.toFixed(0)}/s`,
      reach: '',
      ok: true,
    },
  ]
}

async function deployed(system: System, adminKey: string): Promise<Syncline> {
  const admin = new Syncline({ secretKey: adminKey, host: system.url })
  await admin.environments.create({ name: 'bench' })
  const { secret } = await admin.keys.create('bench', { label: 'bench' })
  const client = new Syncline({ secretKey: secret, host: system.url })
  await client.integrations.create({ uniqueKey: 'acme', provider: 'acme', baseUrl: 'http://127.0.0.1:1' })
  await client.connections.create({ ...place, credentials: { type: 'NONE' } })
  const folder = join(system.dir, 'acme/actions')
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'noop.ts')
  await writeFile(
    file,
    `import { createAction } from 'nango'
     import { z } from 'zod'
     export default createAction({
       description: '', input: z.object({ n: z.number() }), output: z.object({ n: z.number() }), exec: async (_, { n }) => ({ n }),
     })`,
  )
  const { text: bundle } = await bundleFunction(file)
  const schemas = { input_schema: {}, output_schema: {} }
  const action = { provider_config_key: 'acme', name: 'noop', description: '', bundle, ...schemas }
  await client.deployments.create({ actions: [action] })
  return client
}

function pidsOf({ processes }: System): Record<string, number> {
  const names: ProcessName[] = ['gateway', 'runner', 'records', 'nats', 'redis']
  return Object.fromEntries(names.map((name) => [name, processes.get(name)?.pid ?? 0]))
}
