import { execFile } from 'node:child_process'
import { mkdtempDisposable, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const sdk = join(import.meta.dirname, '..')
const env = { ...process.env, NODE_OPTIONS: '' }
const packageOf = (name: string) => dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`)))

/** What a user writes. It is type-checked with all of TypeScript's checks, and run. */
const program = `
import { createSync, Syncline, SynclineError, verifyWebhook } from '@syncline/sdk'
import type { Connection, CreateConnection, ListedRun, NangoRecord, Records, SynclineEvent } from '@syncline/sdk'
import { z } from 'zod'

interface Issue { id: string; title: string }
export async function main(own: typeof fetch) {
  const syncline = new Syncline({ secretKey: 'k', host: 'https://sync.example', fetch: own })
  const where = { providerConfigKey: 'github', connectionId: 'c', model: 'Issue' }
  const titles: string[] = []
  for await (const issue of syncline.records.iterate<Issue>(where)) titles.push(issue.title)
  const wrong = await syncline.records.list({ ...where, connectionId: '' }).catch((error: unknown) => error)
  const connection: CreateConnection = { providerConfigKey: 'github', credentials: { type: 'NONE' } }
  const made: Connection | undefined = await syncline.connections.create(connection).catch(() => undefined)
  // @ts-expect-error it has no such field
  await syncline.connections.create({ ...connection, nonsense: 1 }).catch(() => {})
  const code: SynclineError['code'] = new SynclineError(404, 'unknown_run', 'no').code
  return { titles, wrong: wrong instanceof TypeError, made, sync: sync.type, code, verify: typeof verifyWebhook }
}
export const sync = createSync({
  description: 'd', frequency: 'every hour', models: { Issue: z.object({ id: z.string() }) },
  exec: async (nango) => { await nango.batchSave([{ id: '1' }], 'Issue') },
})
export const runOf = (event: SynclineEvent): string | undefined => event.type === 'run.ended' ? event.data.run : undefined
export const titleOf = (record: NangoRecord<Issue>): string => record.title + record._nango_metadata.cursor
export const ended = ({ state, reason }: ListedRun): boolean => state === 'ended' && reason === null
export const all = (records: Records) => records.iterate({ providerConfigKey: 'a', connectionId: 'b', model: 'C' })
const own: typeof fetch = async (url) =>
  String(url).includes('/records') ? Response.json({ records: [{ id: '1', title: 'x' }], next_cursor: null }) : new Response('', { status: 400 })
main(own).then((result) => console.log(JSON.stringify(result)))
`

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>
const at = (name: string) => join(folder.path, name)

beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'syncline-sdk-'))
  // Builds it first: see `prepack`.
  await run('pnpm', ['pack', '--out', at('sdk.tgz')], { cwd: sdk, env })
  await writeFile(at('package.json'), '{"name":"user","private":true,"type":"module"}')
  // Without the registry: zod is the one of this repository.
  const npm = ['install', '--offline', '--no-audit', '--no-fund', '--legacy-peer-deps', './sdk.tgz']
  await run('npm', npm, { cwd: folder.path, env })
  await symlink(packageOf('zod'), at('node_modules/zod'))
  await writeFile(at('program.ts'), program)
  await writeFile(at('program.cts'), program)
  const compilerOptions = {
    ...{ target: 'es2022', module: 'nodenext', lib: ['es2023', 'dom', 'dom.iterable'], types: [] },
    ...{
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
    },
    outDir: 'out',
  }
  await writeFile(
    at('tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['program.ts', 'program.cts'] }),
  )
})
afterAll(() => folder[Symbol.asyncDispose]())

test('the packed client has nothing that is not for its users', async () => {
  const installed = JSON.parse(await readFile(at('node_modules/@syncline/sdk/package.json'), 'utf8'))
  expect(installed.peerDependencies).toEqual({ zod: '^4.0.0' })
  for (const field of ['dependencies', 'devDependencies', 'scripts', 'publishConfig'])
    expect(installed).not.toHaveProperty(field)
  expect(JSON.stringify(installed)).not.toContain('workspace:')
  for (const file of ['README.md', 'LICENSE']) await readFile(at(`node_modules/@syncline/sdk/${file}`))
  const types = at('node_modules/@syncline/sdk/index.d.ts')
  expect((await stat(types)).size).toBeLessThan(250_000)
  // Types are interfaces by name. Of zod there is what functions declare their models with, and no schema of the API.
  expect(await readFile(types, 'utf8')).not.toMatch(/z\.ZodString|from ["']@syncline/)
})

test.each(['typescript', 'typescript-5'])(
  'the packed client type-checks with strict settings, and runs, as ESM and CommonJS: %s',
  async (compiler) => {
    const tsc = [join(packageOf(compiler), 'bin/tsc'), '-p', folder.path]
    const { stdout: complaints } = await run(process.execPath, tsc, { cwd: folder.path, env }).catch(
      (error) => error,
    )
    expect(complaints).toBe('')
    for (const file of ['out/program.js', 'out/program.cjs']) {
      const { stdout } = await run(process.execPath, [file], { cwd: folder.path, env })
      expect(JSON.parse(stdout)).toEqual({
        ...{ titles: ['x'], wrong: true, sync: 'sync', code: 'unknown_run', verify: 'function' },
      })
    }
  },
)

test.each(['typescript', 'typescript-5'])(
  'a project of syncline init type-checks with the packed client, also what imports from nango: %s',
  async (compiler) => {
    const project = at(`project-${compiler}`)
    const cli = join(sdk, '../cli/src/main.ts')
    await run(process.execPath, ['--no-warnings', cli, 'init', project], { env })
    await symlink(at('node_modules'), join(project, 'node_modules'))
    const sync = await readFile(join(project, 'github/syncs/issues.ts'), 'utf8')
    const older = sync.replace("'@syncline/sdk'", "'nango'")
    await writeFile(join(project, 'github/syncs/older.ts'), older)
    await writeFile(
      join(project, 'github/syncs/wrong.ts'),
      older.replace('return { id, number, title,', 'return { id, number, title: 1,'),
    )
    const tsc = [join(packageOf(compiler), 'bin/tsc'), '-p', project]
    const { stdout: complaints } = await run(process.execPath, tsc, { cwd: project, env }).catch(
      (error) => error,
    )
    expect(complaints.match(/^\S+: error/gm)).toEqual([expect.stringMatching(/^github\/syncs\/wrong\.ts/)])
  },
)

test('what is exported names its types: declarations are written file by file', async () => {
  const tsc = [join(packageOf('typescript'), 'bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', at('types')]
  const { stdout: complaints } = await run(process.execPath, tsc, { cwd: sdk, env }).catch((error) => error)
  expect(complaints).toBe('')
})

test('publint and attw find no fault in the packed client', async () => {
  const tarball = await readFile(at('sdk.tgz'))
  const { messages } = await publint({
    pack: { tarball: Uint8Array.from(tarball).buffer },
    level: 'warning',
    strict: true,
  })
  expect(messages).toEqual([])
  const checked = await checkPackage(createPackageFromTarballData(tarball))
  expect(checked.types && 'problems' in checked ? checked.problems : checked).toEqual([])
})
