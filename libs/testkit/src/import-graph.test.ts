import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtempDisposable, realpath, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const settings = ['biome.json', 'services/records/biome.json', '.gitignore']

/** The places that the repository's Biome settings refuse in a tree of these files. */
async function refused(files: Record<string, string>): Promise<string[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-imports-'))
  const cwd = await realpath(folder.path)
  for (const file of settings) await cp(join(root, file), join(cwd, file))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true })
    await writeFile(join(cwd, name), text)
  }
  const rules = ['--only=suspicious/noImportCycles', '--only=style/noRestrictedImports']
  const command = [
    join(root, 'node_modules/@biomejs/biome/bin/biome'),
    'lint',
    ...rules,
    '--reporter=github',
    '.',
  ]
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, command, { cwd, timeout: 30_000 }, (_error, stdout) => resolve(stdout))
  })
  const found = output.matchAll(/title=lint\/\w+\/(\w+),file=([^,]+),/g)
  const places = [...found].map(([, rule, file = '']) => `${relative(cwd, file)}: ${rule}`)
  return [...new Set(places)].sort()
}

const types = (from: string) => `import type { T } from '${from}'\nexport type U = T\n`

test('a circle of files is refused, of type imports too', async () => {
  const circle = {
    'libs/x/src/a.ts': `export { b } from './b.ts'`,
    'libs/x/src/b.ts': `import { c } from './c.ts'\nexport const b = c\n`,
    'libs/x/src/c.ts': types('./a.ts'),
    'libs/x/src/d.ts': types('./a.ts'),
  }
  const inCircle = ['a', 'b', 'c'].map((name) => `libs/x/src/${name}.ts: noImportCycles`)
  expect(await refused(circle)).toEqual(inCircle)
})

test('libs do not import what is above them, and only launcher and e2e import services', async () => {
  const service = types('@syncline/gateway-service')
  const files = {
    'libs/x/src/a.ts': types('@syncline/sdk'),
    'libs/x/src/b.ts': types('../../../cli/src/main.ts'),
    'libs/x/src/c.ts': types('@syncline/errors'),
    'services/runner/src/a.ts': service,
    'services/runner/test/a.ts': service,
    'services/runner/test/b.ts': types('@syncline/sdk'),
    'bench/a.ts': service,
    'launcher/src/a.ts': service,
    'e2e/a.ts': service,
  }
  const above = ['bench/a', 'libs/x/src/a', 'libs/x/src/b', 'services/runner/src/a', 'services/runner/test/a']
  expect(await refused(files)).toEqual(above.map((name) => `${name}.ts: noRestrictedImports`))
})

test('folders of the record store import downwards', async () => {
  const src = 'services/records/src'
  const files = {
    [`${src}/api/a.ts`]: types('../commit/a.ts'),
    [`${src}/commit/a.ts`]: types('../tables/a.ts'),
    [`${src}/tables/a.ts`]: types('../clickhouse/a.ts'),
    [`${src}/clickhouse/a.ts`]: 'export type T = 1\n',
    [`${src}/tables/up.ts`]: types('../stream/a.ts'),
    [`${src}/stream/a.ts`]: types('../events.ts'),
    [`${src}/read/up.ts`]: types('../jobs/a.ts'),
    [`${src}/heads/up.ts`]: types('@syncline/runner-service'),
  }
  const up = ['heads', 'read', 'tables'].map((folder) => `${src}/${folder}/up.ts: noRestrictedImports`)
  expect(await refused(files)).toEqual(up)
})
