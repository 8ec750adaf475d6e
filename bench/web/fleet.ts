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

/** Makes it through the API, as customers do. Its first runs begin at once. */
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
        ...{ frequency: 'every 6 hours', bundle },
      })),
    ),
  })
}

/** All schedules, when there are so many. */
export async function schedulesOf(
  client: Syncline,
  count: number,
  progress: (text: string) => void,
): Promise<Schedule[]> {
  const until = Date.now() + 600_000
  while (Date.now() < until) {
    const { total, queued, running } = await client.schedules.counts()
    progress(`schedules: ${total}, ${queued} runs wait, ${running} run`)
    if (total === count && queued + running === 0) {
      const found: Schedule[] = []
      for await (const schedule of client.schedules.iterate({ limit: 100 })) found.push(schedule)
      if (found.every(({ id }) => id !== null)) return found
    }
    await new Promise((resolve) => setTimeout(resolve, 5000))
  }
  throw new Error(`there were no ${count} schedules at rest within 10 minutes`)
}
