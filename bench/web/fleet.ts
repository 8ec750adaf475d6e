import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleFunction } from '@syncline/functions'
import type { Schedule, Syncline } from '@syncline/sdk'
import type { BenchSystem } from '../scheduler/system.ts'

/** The fleet that the screens show: connections of four integrations, with three syncs each. */

export const integrations = ['crm', 'helpdesk', 'storage', 'payments']
export const syncs = ['contacts', 'events', 'files']
const AT_A_TIME = 25

/** Each sync has a model of its own. */
const modelOf = (sync: string) => sync.replace(/^./, (first) => first.toUpperCase())

/** Every 50th connection fails, so that there is something to find. */
const source = (name: string) => `import { createSync } from 'nango'
  import { z } from 'zod'
  export default createSync({
    description: '', frequency: 'every 6 hours', models: { ${modelOf(name)}: z.object({ id: z.string() }) },
    exec: async (nango) => {
      const number = Number(nango.connectionId.slice('customer-'.length))
      if (number % 50 === 0) throw new Error('GET /v1/${name}/' + number + ' answered ' + (500 + number % 4))
      await nango.batchSave([{ id: '1' }, { id: String(number) }], '${modelOf(name)}')
    },
  })`

/** So many schedules are started; with all 15 000, their first runs take 10 minutes of a machine with two processors. */
const STARTED = Number(process.env.BENCH_STARTED ?? 300)

/** Makes it through the API, as customers do. */
export async function makeFleet(
  bench: BenchSystem,
  client: Syncline,
  connections: number,
  progress: (text: string) => void,
): Promise<void> {
  const bundles = await Promise.all(
    syncs.map(async (name) => {
      const dir = join(bench.system.dir, 'fleet', 'syncs')
      await mkdir(dir, { recursive: true })
      await writeFile(join(dir, `${name}.ts`), source(name))
      return { name, ...(await bundleFunction(join(dir, `${name}.ts`))) }
    }),
  )
  for (const key of integrations)
    await client.integrations.create({ uniqueKey: key, provider: key, baseUrl: bench.api.url })
  for (let n = 0; n < connections; n += AT_A_TIME) {
    const numbers = Array.from({ length: Math.min(AT_A_TIME, connections - n) }, (_, i) => n + i)
    await Promise.all(
      numbers.map((number) =>
        client.connections.create({
          providerConfigKey: integrations[number % integrations.length] ?? '',
          connectionId: `customer-${number}`,
          credentials: { type: 'NONE' },
          tags: { plan: number % 10 === 0 ? 'enterprise' : 'free' },
        }),
      ),
    )
    if (n % 1000 === 0) progress(`connections: ${n}`)
  }
  progress('deployment')
  await client.deployments.create({
    syncs: integrations.flatMap((provider_config_key) =>
      bundles.map(({ name, text: bundle }) => ({
        ...{ provider_config_key, name, description: '', models: [modelOf(name)] },
        ...{ frequency: 'every 6 hours', auto_start: false, bundle },
      })),
    ),
  })
}

/** All schedules, when there are so many, some of them are started, and their first runs have ended. */
export async function schedulesOf(
  client: Syncline,
  count: number,
  progress: (text: string) => void,
): Promise<Schedule[]> {
  await until(`${count} schedules`, async () => {
    const { total } = await client.schedules.counts()
    progress(`schedules: ${total}`)
    return total === count
  })
  const found: Schedule[] = []
  for await (const schedule of client.schedules.iterate({ limit: 100 })) found.push(schedule)
  const step = Math.max(1, Math.floor(count / STARTED))
  const ids = found.flatMap(({ id }, n) => (n % step === 0 && id !== null ? [id] : []))
  for (let n = 0; n < ids.length; n += 100)
    await client.schedules.act({ action: 'start', ids: ids.slice(n, n + 100) })
  await until('an end of the first runs', async () => {
    // Null: the scheduler did not answer in time.
    const { queued, running, started } = await client.schedules.counts()
    progress(`${started} schedules started, ${queued} runs wait, ${running} run`)
    return (started ?? 0) >= ids.length && queued === 0 && running === 0
  })
  return found
}

async function until(what: string, isThere: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 1_200_000
  while (!(await isThere())) {
    if (Date.now() > end) throw new Error(`there was no ${what} within 20 minutes`)
    await new Promise((resolve) => setTimeout(resolve, 3000))
  }
}
