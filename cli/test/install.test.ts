import { execFile } from 'node:child_process'
import { mkdir, mkdtempDisposable, readFile, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const cli = join(import.meta.dirname, '..')
const env = { ...process.env, NODE_OPTIONS: '', SYNCLINE_URL: 'http://127.0.0.1:1', SYNCLINE_KEY: 'k' }

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>
const at = (name: string) => join(folder.path, name)
const installed = (name: string) => at(`node_modules/@syncline/cli/${name}`)
const require = createRequire(import.meta.url)

beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'syncline-cli-'))
  // Builds it first: see `prepack`.
  await run('pnpm', ['pack', '--out', at('cli.tgz')], { cwd: cli, env })
  await mkdir(installed(''), { recursive: true })
  await run('tar', ['xzf', at('cli.tgz'), '-C', installed(''), '--strip-components=1'])
  // Without the registry: its dependencies are those of this repository. `pnpm test:packages` installs them.
  for (const name of ['esbuild', 'zod'])
    await symlink(dirname(require.resolve(`${name}/package.json`)), at(`node_modules/${name}`))
})
afterAll(() => folder[Symbol.asyncDispose]())

const syncline = (args: string[], options: string[] = []) =>
  run(process.execPath, [...options, installed('syncline.cjs'), ...args], { cwd: folder.path, env }).catch(
    (error: { code: number; stdout: string; stderr: string }) => error,
  )

test('the packed command line is one file, and has nothing that is not for its users', async () => {
  const manifest = JSON.parse(await readFile(installed('package.json'), 'utf8'))
  expect(Object.keys(manifest.dependencies)).toEqual(['esbuild', 'zod'])
  for (const field of ['devDependencies', 'scripts', 'publishConfig'])
    expect(manifest).not.toHaveProperty(field)
  expect(JSON.stringify(manifest)).not.toMatch(/workspace:|catalog:/)
  const { stdout } = await run('tar', ['tzf', at('cli.tgz')])
  const files = ['LICENSE', 'README.md', 'package.json', 'syncline.cjs']
  expect(stdout.trim().split('\n').sort()).toEqual(files.map((name) => `package/${name}`))
  const tarball = await readFile(at('cli.tgz'))
  const { messages } = await publint({
    pack: { tarball: Uint8Array.from(tarball).buffer },
    level: 'warning',
    strict: true,
  })
  expect(messages).toEqual([])
  // It is a program: it has no types, which is all that attw has to say.
  expect(await checkPackage(createPackageFromTarballData(tarball))).toMatchObject({ types: false })
})

test('the packed command line starts, and has the providers of Syncline', async () => {
  const help = await syncline(['--help'])
  expect(help).toMatchObject({ stdout: expect.stringContaining('Usage: syncline'), stderr: '' })
  expect(await syncline(['provider', 'check', at('nowhere.yaml')])).toMatchObject({
    stderr: `syncline: ${at('nowhere.yaml')}: there is no such file\n`,
  })
  await writeFile(
    at('acme.yaml'),
    'name: acme\ndisplay_name: Acme\nextends: github\ndocs: https://acme.example/docs\n',
  )
  expect(await syncline(['provider', 'check', at('acme.yaml')])).toMatchObject({
    stdout: expect.stringContaining("provider 'acme' is valid"),
  })
})

test('the packed command line makes a project, whose test passes without a server', async () => {
  const made = await syncline(['init', at('project'), '--json'])
  expect(JSON.parse(made.stdout).files).toContain('github/fixtures/issues.json')
  await symlink(at('node_modules'), at('project/node_modules'))
  const tested = await syncline(['test', at('project'), '--json'])
  expect(JSON.parse(tested.stdout)).toMatchObject({
    passed: 1,
    failed: 0,
    fixtures: [{ unused: [], warnings: [] }],
  })
  const again = await syncline(['init', at('project')])
  expect(again).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('has package.json, tsconfig.json,'),
  })
})

test('it starts in less than 300 ms of processor time: the fastest of five starts', async () => {
  const tell =
    "process.on('exit', () => { const { user, system } = process.cpuUsage(); console.error(user + system) })"
  const times: number[] = []
  for (let i = 0; i < 5; i++) {
    const { stderr } = await syncline(
      ['--help'],
      ['--import', `data:text/javascript,${encodeURIComponent(tell)}`],
    )
    times.push(Number(stderr) / 1000)
  }
  expect(Math.min(...times)).toBeLessThan(300)
})

test('a Node that is too old is refused in one line', async () => {
  const old = (version: string) =>
    `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`
  for (const version of ['18.20.0', '20.9.0']) {
    const refused = await syncline(['--help'], ['--import', old(version)])
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toBe(
      `syncline: it needs Node 20.18 or newer, and this is Node ${version}: https://nodejs.org\n`,
    )
  }
})
