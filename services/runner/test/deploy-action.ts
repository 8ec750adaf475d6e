import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleFunction } from '@syncline/functions'
import type { World } from './world.ts'

const schemas = { input: 'z.object({ n: z.number().default(1) })', output: 'z.any()' }

/** Deploys an action, `act` unless it has another name, to the integration `api`; `exec` is the body of its function. */
export async function deployAction(
  world: World,
  exec: string,
  changes: Partial<typeof schemas & { url: string; name: string }> = {},
) {
  const { input, output, url, name = 'act' } = { ...schemas, ...changes }
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-actions-'))
  const file = join(folder.path, 'api/actions/fn.ts')
  await mkdir(join(folder.path, 'api/actions'), { recursive: true })
  await writeFile(
    file,
    `import { createAction } from 'nango'
     import { z } from 'zod'
     export default createAction({ description: '', input: ${input}, output: ${output}, exec: async (nango, input) => { ${exec} } })`,
  )
  const bundle = await world.catalog.bundles.put((await bundleFunction(file)).text)
  await world.catalog.actions.upsert(
    () => ({
      environment: 'dev',
      integration: 'api',
      name,
      description: '',
      version: '1',
      inputSchema: {},
      outputSchema: {},
      scopes: [],
      bundle,
      deployedAt: '2026-01-01T00:00:00.000Z',
    }),
    ...['dev', 'api', name],
  )
  // It waits until runners have it.
  await world.deploy('', url ? { integration: { baseUrl: url } } : {})
}
