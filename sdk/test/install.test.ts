import { execFile } from 'node:child_process'
import { mkdtempDisposable, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const sdk = join(import.meta.dirname, '..')
const packageOf = (name: string) => dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`)))

/** What a user writes. It is type-checked with all of TypeScript's checks, and run. */
const program = `
import { createSync, Syncline, SynclineError, verifyWebhook } from '@syncline/sdk'
import { z } from 'zod'

interface Issue { id: string; title: string }
const own: typeof fetch = async () => Response.json({ records: [{ id: '1', title: 'x' }], next_cursor: null })
const syncline = new Syncline({ secretKey: 'k', host: 'https://sync.example', fetch: own })
const where = { providerConfigKey: 'github', connectionId: 'c', model: 'Issue' }
const titles: string[] = []
for await (const issue of syncline.records.iterate<Issue>(where)) titles.push(issue.title)
const wrong = await syncline.records.list({ ...where, connectionId: '' }).catch((error: unknown) => error)
export const sync = createSync({
  description: 'd', frequency: 'every hour', models: { Issue: z.object({ id: z.string() }) },
  exec: async (nango) => { await nango.batchSave([{ id: '1' }], 'Issue') },
})
// @ts-expect-error it has no such field
await syncline.connections.create({ providerConfigKey: 'github', credentials: { type: 'NONE' }, nonsense: 1 }).catch(() => {})
const code: SynclineError['code'] = new SynclineError(404, 'unknown_run', 'no').code
console.log(JSON.stringify({ titles, wrong: wrong instanceof TypeError, sync: sync.type, code, verify: typeof verifyWebhook }))
`

test('the packed client installs into an empty folder, type-checks with strict settings and runs', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-sdk-'))
  const at = (name: string) => join(folder.path, name)
  const env = { ...process.env, NODE_OPTIONS: '' }
  await run(process.execPath, [join(packageOf('tsdown'), 'dist/run.mjs'), '--logLevel', 'error'], {
    cwd: sdk,
    env,
  })
  await run('tar', ['-czf', at('sdk.tgz'), '--transform', 's,^dist,package,', 'dist'], { cwd: sdk })
  await writeFile(at('package.json'), '{"name":"user","private":true,"type":"module"}')
  // Without the registry: zod is the one of this repository.
  const npm = ['install', '--offline', '--no-audit', '--no-fund', '--legacy-peer-deps', './sdk.tgz']
  await run('npm', npm, { cwd: folder.path, env })
  await symlink(packageOf('zod'), at('node_modules/zod'))
  const compilerOptions = {
    ...{
      target: 'es2022',
      module: 'nodenext',
      lib: ['es2023', 'dom', 'dom.iterable'],
      types: [],
      noEmit: true,
    },
    ...{
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
    },
  }
  await writeFile(at('tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }))
  await writeFile(at('program.ts'), program)
  const tsc = [join(packageOf('typescript'), 'bin/tsc'), '-p', folder.path]
  const { stdout: complaints } = await run(process.execPath, tsc, { cwd: folder.path, env }).catch(
    (error) => error,
  )
  expect(complaints).toBe('')
  const { stdout } = await run(process.execPath, ['program.ts'], { cwd: folder.path, env })
  expect(JSON.parse(stdout)).toEqual({
    ...{ titles: ['x'], wrong: true, sync: 'sync', code: 'unknown_run', verify: 'function' },
  })
  const installed = JSON.parse(await readFile(at('node_modules/@syncline/sdk/package.json'), 'utf8'))
  expect(installed.peerDependencies).toEqual({ zod: '^4.0.0' })
  expect(installed).not.toHaveProperty('dependencies')
  for (const file of ['README.md', 'LICENSE']) await readFile(at(`node_modules/@syncline/sdk/${file}`))
})
