// How long it takes to deploy a folder of 1 113 functions, as `syncline deploy` does it, to the whole real system. Three are broken.
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyDeployment } from '../../cli/src/deploy/apply-deployment.ts'
import { planDeployment } from '../../cli/src/deploy/plan-deployment.ts'
import { prepareFunctions } from '../../cli/src/prepare-functions.ts'
import type { Figure, Options } from '../part.ts'
import { openBenchSystem } from '../scheduler/system.ts'

const FUNCTIONS = 1113
const INTEGRATIONS = 20
const REACH_S = 120

/** How functions are broken: one does not compile, one does not load, one has a wrong model. */
const broken = new Map([
  [1, (text: string) => text.replace('export default', 'export default const')],
  [2, (text: string) => text.replace('export default', `throw new Error('not loaded')\nexport default`)],
  [3, (text: string) => text.replace('models: { Thing3:', 'models: { thing3:')],
])

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  const count = smoke ? 40 : FUNCTIONS
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-bench-deploy-'))
  await writeProject(folder.path, count)
  await using bench = await openBenchSystem()
  const client = await bench.environment('bench')
  for (let n = 0; n < INTEGRATIONS; n++)
    await client.integrations.create({ uniqueKey: `api${n}`, provider: 'custom', baseUrl: bench.api.url })

  const times = [performance.now()]
  const passed = (what: string) => {
    progress(what)
    times.push(performance.now())
  }
  await using prepared = await prepareFunctions(folder.path, { mayBeEmpty: false, onWarning: () => {} })
  passed('bundled')
  const plan = await planDeployment(client, prepared)
  passed('planned')
  await applyDeployment(client, plan, prepared.bundles, {
    onSent: (sent, of) => {
      if (sent === of) passed('sent')
    },
  })
  passed('deployed')
  const { syncs } = await client.deployments.list()
  if (plan.refused.length !== broken.size || syncs.length !== count - broken.size) {
    const names = plan.refused.map(({ name, message }) => `${name}: ${message}`)
    throw new Error(`${syncs.length} functions were deployed, and these were refused:\n${names.join('\n')}`)
  }

  const seconds = (from: number, to: number) => ((times[to] ?? 0) - (times[from] ?? 0)) / 1000
  const total = seconds(0, 4)
  const part = (name: string, n: number) => ({
    ...{ name, value: `${seconds(n, n + 1).toFixed(1)} s`, reach: '', ok: true },
  })
  return [
    {
      name: `deploy ${count} functions, of which ${broken.size} are refused`,
      value: `${total.toFixed(1)} s`,
      reach: `< ${REACH_S} s`,
      ok: total < REACH_S,
    },
    part('of it bundle + describe', 0),
    part('of it plan', 1),
    part('of it upload', 2),
    part('of it POST /deployments', 3),
  ]
}

async function writeProject(root: string, count: number): Promise<void> {
  for (let n = 0; n < INTEGRATIONS; n++) {
    await mkdir(join(root, `api${n}/syncs`), { recursive: true })
    await writeFile(join(root, `api${n}/shared.ts`), `export const path = (name: string) => '/' + name`)
  }
  for (let n = 0; n < count; n++) {
    const change = broken.get(n) ?? ((text: string) => text)
    await writeFile(join(root, `api${n % INTEGRATIONS}/syncs/sync${n}.ts`), change(syncText(n)))
  }
}

const syncText = (n: number) => `import { createSync } from 'nango'
import { z } from 'zod'
import { path } from '../shared.js'
const Thing = z.object({ id: z.string(), name: z.string().nullable(), tags: z.array(z.string()), owner: z.object({ id: z.number(), email: z.string().optional() }) })
export default createSync({
  description: 'Things number ${n}', version: '1.0.0', frequency: 'every hour',
  models: { Thing${n}: Thing },
  exec: async (nango) => {
    for await (const page of nango.paginate({ endpoint: path('things${n}'), params: { limit: 100 } })) {
      await nango.batchSave(page.map((it: { id: number; name: string }) => ({ id: String(it.id), name: it.name, tags: [], owner: { id: 1 } })), 'Thing${n}')
    }
  },
})
`
