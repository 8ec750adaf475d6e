import { mkdir, mkdtempDisposable, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Sandboxes } from '@syncline/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  bundleFunction,
  bundleFunctions,
  describeFunction,
  describeFunctions,
  openDescribeSandboxes,
  readProject,
} from '../src/index.ts'

let sandboxes: Sandboxes
beforeAll(async () => {
  sandboxes = await openDescribeSandboxes()
})
afterAll(() => sandboxes[Symbol.asyncDispose]())

async function project(files: Record<string, string>) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'syncline-functions-'))
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder.path, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  return folder
}

const minimal = (more = '', imports = '') => `
  import { createSync } from '@syncline/sdk'
  import { z } from 'zod'
  ${imports}
  export default createSync({
    description: 'd', frequency: 'every hour', models: { Thing: z.object({ id: z.string() }) },
    exec: async (nango) => {}, ${more}
  })`

async function described(text: string, others: Record<string, string> = {}) {
  await using folder = await project({ 'crm/syncs/contacts.ts': text, ...others })
  const { text: bundle } = await bundleFunction(join(folder.path, 'crm/syncs/contacts.ts'))
  return describeFunction(bundle, 'sync', sandboxes)
}

test('what a sync says about itself is read, with its defaults', async () => {
  expect(await described(minimal())).toEqual({
    type: 'sync',
    description: 'd',
    frequency: 'every hour',
    models: ['Thing'],
    autoStart: true,
    trackDeletes: false,
    modelSchemas: { Thing: expect.objectContaining({ properties: { id: { type: 'string' } } }) },
  })
  const more = `version: '2.1', autoStart: false, trackDeletes: true, syncType: 'full', metadata: z.object({}),
    checkpoint: z.object({ at: z.string() }), onWebhook: async () => {}, fresh: '2 hours', jitter: '5 minutes', retries: 3,
    concurrency: 20, overlap: 'queue_one', pauseAfterFailures: 5`
  expect(await described(minimal(more))).toMatchObject({
    version: '2.1',
    autoStart: false,
    trackDeletes: true,
    fresh: '2 hours',
    jitter: '5 minutes',
    retries: 3,
    concurrency: 20,
    overlap: 'queue_one',
    pauseAfterFailures: 5,
  })
})

test("functions for 'nango' compile as they are, with relative imports that end in .js", async () => {
  const text = minimal('', `import { shared } from '../shared.js'; console.log(shared)`)
  const facts = await described(text.replace('@syncline/sdk', 'nango'), {
    'crm/shared.ts': `export const shared: string = 'x'`,
  })
  expect(facts.models).toEqual(['Thing'])
})

test('the same sources give the same text, wherever they lie', async () => {
  const texts = await Promise.all(
    [1, 2].map(async () => {
      await using folder = await project({
        'a/syncs/b.ts': `export default 1; import '../c.js'`,
        'a/c.ts': 'console.log(1)',
      })
      return (await bundleFunction(join(folder.path, 'a/syncs/b.ts'))).text
    }),
  )
  expect(texts[0]).toBe(texts[1])
})

test('functions that are bundled together have the bundles that each has alone, and one that fails harms no other', async () => {
  const texts = {
    'crm/syncs/a.ts': minimal('', `import { page } from '../page.js'; import './b.js'; console.log(page)`),
    'crm/syncs/b.ts': minimal('', `import { read } from 'reader'; console.log(read, page); const page = 1`),
    'crm/syncs/c.ts': minimal('all: Object.keys(z)'),
    'crm/syncs/d.ts': minimal('', `import * as core from 'zod/v4/core'; console.log(Object.keys(core))`),
    'crm/syncs/broken.ts': 'export default {\n  a: 1\n  b: 2 }',
    'crm/syncs/native.ts': minimal('', `import fast from 'fast'; console.log(fast)`),
    'mail/syncs/a.ts': minimal('', `console.log(null === -0, NaN)`),
  }
  await using folder = await project({
    ...texts,
    'crm/page.ts': 'export const page = () => 1',
    ...reader(`exports.read = () => require('absent')`),
    ...native(`module.exports = require('./build/Release/fast.node')`),
  })
  const files = Object.keys(texts).map((name) => ({ file: join(folder.path, name) }))
  const alone = await Promise.allSettled(files.map(({ file }) => bundleFunction(file)))
  expect(await bundleFunctions(files)).toEqual(alone)
  expect((await bundleFunctions(files.toReversed())).toReversed()).toEqual(alone)
  const refused = alone.flatMap((each, n) => (each.status === 'rejected' ? Object.keys(texts)[n] : []))
  expect(refused).toEqual(['crm/syncs/broken.ts', 'crm/syncs/native.ts'])
})

test.each([
  ['a syntax error', 'export default {\n  a: 1\n  b: 2 }', /contacts\.ts:3:3: Expected "}"/],
  ['a missing file', `import './nowhere.js'`, /contacts\.ts:1:8: Could not resolve "\.\/nowhere\.js"/],
  ['a missing package', `import 'left-pad-2'`, /Could not resolve "left-pad-2"/],
  [
    'a module that functions do not have',
    `import fs from 'node:fs'; fs.a()`,
    /contacts\.ts:1:16: a function can't import the module 'node:fs'/,
  ],
  ['another one', `import 'child_process'`, /can't import the module 'child_process'/],
  ['no default export', `export const a = 1`, /^it has no default export/],
  ['another default export', `export default { exec() {} }`, /not the result of createSync/],
  [
    'an action among syncs',
    `import { createAction } from 'nango'; import { z } from 'zod'
     export default createAction({ description: '', input: z.void(), output: z.void(), exec() {} })`,
    /it is of type 'action' in a folder for syncs/,
  ],
  [
    'an action without an input schema',
    `import { createAction } from 'nango'; export default createAction({ exec() {} })`,
    /createAction needs `input/,
  ],
  ['no exec', minimal('exec: undefined'), /createSync needs `exec/],
  ['no frequency', minimal('frequency: undefined'), /frequency: .*expected string/],
  [
    'a model without id',
    minimal('models: { Thing: z.object({ name: z.string() }) }'),
    /'Thing' has no field 'id'/,
  ],
  ['another overlap', minimal("overlap: 'parallel'"), /^overlap: .*, not 'parallel'/],
  ['retries as text', minimal("retries: '3'"), /^retries: .*expected number.*, not '3'/],
  ['fresh as a number', minimal('fresh: 900'), /^fresh: .*expected string.*, not 900/],
  ['no model', minimal('models: {}'), /at least one model/],
  ['a name that is no type', minimal('models: { thing: z.object({ id: z.string() }) }'), /a capital letter/],
  ['an error at the top', `throw new Error('at once')`, /^at once/],
  ['a loop at the top', `for (;;);`, /blocked the event loop/],
])('%s is one error that says where and what', async (_, text, message) => {
  await expect(described(text)).rejects.toMatchObject({
    code: 'invalid_bundle',
    message: expect.stringMatching(message),
  })
})

test('modules that only compute are there', async () => {
  const imports = `import { createHash } from 'crypto'; import { gzipSync } from 'node:zlib'; import { pipeline } from 'node:stream/promises'
    console.log(createHash('sha256'), gzipSync('x'), pipeline)`
  expect((await described(minimal('', imports))).models).toEqual(['Thing'])
})

test('a package may import a module that functions may not import', async () => {
  const facts = await described(minimal('', `import { read } from 'reader'; console.log(read)`), {
    'node_modules/reader/package.json': '{"name":"reader","main":"index.js"}',
    'node_modules/reader/index.js': `const fs = require('fs'); exports.read = () => fs.readFileSync('/etc/passwd')`,
  })
  expect(facts.models).toEqual(['Thing'])
})

test.each([
  [
    'fails when the call is made',
    `exports.read = () => require('absent')`,
    `read()`,
    "Cannot find module 'absent'",
  ],
  [
    'is caught as in Node',
    `exports.read = () => { try { require('absent') } catch (e) { return e.code } }`,
    'throw new Error(read())',
    'MODULE_NOT_FOUND',
  ],
  [
    'fails at each call',
    `exports.read = () => { try { require('absent') } catch {} return require('absent') }`,
    'read()',
    "Cannot find module 'absent'",
  ],
])('what a package requires when it needs it, and is absent, %s', async (_, reader, call, message) => {
  const files = {
    'node_modules/reader/package.json': '{"name":"reader","main":"index.js"}',
    'node_modules/reader/index.js': reader,
  }
  const used = `import { read } from 'reader'; console.log(typeof read)`
  expect((await described(minimal('', used), files)).models).toEqual(['Thing'])
  await expect(described(minimal('', `import { read } from 'reader'; ${call}`), files)).rejects.toThrow(
    message,
  )
})

test('what a package imports at its top, and is absent, is refused by name', async () => {
  const files = {
    'node_modules/reader/package.json': '{"name":"reader","main":"index.js","type":"module"}',
    'node_modules/reader/index.js': `import 'absent'; export const read = 1`,
  }
  await expect(described(minimal('', `import 'reader'`), files)).rejects.toThrow('Could not resolve "absent"')
})

test('the functions of a project are what its index imports, else all of them', async () => {
  await using folder = await project({
    'crm/syncs/contacts.ts': minimal(),
    'crm/syncs/deals.ts': minimal(),
    'crm/syncs/deals.test.ts': '',
    'crm/actions/create.ts': minimal(),
    'mail/syncs/messages.ts': minimal(),
    'node_modules/x/syncs/y.ts': '',
  })
  const names = async () =>
    (await readProject(folder.path)).functions.map(
      ({ kind, integration, name }) => `${kind} ${integration}/${name}`,
    )
  expect(await names()).toEqual([
    'action crm/create',
    'sync crm/contacts',
    'sync crm/deals',
    'sync mail/messages',
  ])
  await writeFile(
    join(folder.path, 'index.ts'),
    `import './crm/syncs/deals.js'\nimport "./crm/actions/create.js"\n// import './mail/syncs/messages.js'\n`,
  )
  expect(await names()).toEqual(['sync crm/deals', 'action crm/create'])
})

test('folders and files of a project may be links', async () => {
  await using elsewhere = await project({ 'crm/syncs/contacts.ts': minimal(), 'shared.ts': minimal() })
  await using folder = await project({ 'mail/syncs/messages.ts': minimal() })
  await symlink(join(elsewhere.path, 'crm'), join(folder.path, 'crm'))
  await symlink(join(elsewhere.path, 'shared.ts'), join(folder.path, 'mail/syncs/shared.ts'))
  await symlink(join(elsewhere.path, 'nowhere'), join(folder.path, 'gone'))
  const { functions: found } = await readProject(folder.path)
  expect(found.map(({ integration, name }) => `${integration}/${name}`)).toEqual([
    'crm/contacts',
    'mail/messages',
    'mail/shared',
  ])
  const { text } = await bundleFunction(found[0]?.file ?? '')
  expect((await describeFunction(text, 'sync', sandboxes)).models).toEqual(['Thing'])
})

test('a folder without syncs says what was looked for', async () => {
  await using folder = await project({ 'readme.md': '' })
  await expect(readProject(folder.path)).rejects.toThrow('has no <integration>/syncs/*.ts')
  await expect(readProject(join(folder.path, 'nowhere'))).rejects.toThrow(/^there is no folder .*nowhere$/)
})

test('a bundle has of zod what its function uses, whose messages are the same', async () => {
  const message = `z.string().safeParse(1).error.issues[0].message`
  const sizeOf = async (text: string) => {
    await using folder = await project({ 'crm/syncs/contacts.ts': text })
    return (await bundleFunction(join(folder.path, 'crm/syncs/contacts.ts'))).text.length
  }
  const dynamic = minimal(`all: Object.keys(z)`)
  expect(await sizeOf(minimal())).toBeLessThan(200_000)
  expect(await sizeOf(dynamic)).toBeGreaterThan(400_000)
  for (const more of ['', `all: Object.keys(z),`]) {
    expect(await described(minimal(`${more} version: ${message}`))).toMatchObject({
      version: 'Invalid input: expected string, received number',
    })
  }
})

test('what an action says about itself is read, with JSON Schemas of its input and output', async () => {
  await using folder = await project({
    'crm/actions/create.ts': `import { createAction } from 'nango'; import { z } from 'zod'
      export default createAction({
        description: 'd', input: z.object({ n: z.number().default(1) }), output: z.void(), exec: async () => {} })`,
  })
  const { text } = await bundleFunction(join(folder.path, 'crm/actions/create.ts'))
  const facts = await describeFunction(text, 'action', sandboxes)
  expect(facts).toMatchObject({ type: 'action', description: 'd', scopes: [], outputSchema: {} })
  expect(facts.inputSchema).toMatchObject({
    type: 'object',
    properties: { n: { type: 'number', default: 1 } },
  })
  expect(facts.inputSchema.required).toBeUndefined()
})

test('a sync that is incremental and tracks deletes is refused', async () => {
  await expect(described(minimal("syncType: 'incremental', trackDeletes: true"))).rejects.toThrow(
    /^trackDeletes: a sync with syncType 'incremental' does not read everything/,
  )
  await described(minimal("syncType: 'incremental'"))
})

test('a model whose schema says too much is left out of what a plan can compare', async () => {
  const fields = "Object.fromEntries(Array.from({ length: 5000 }, (_, n) => ['field' + n, z.string()]))"
  const models = `models: { Thing: z.object({ id: z.string() }), Large: z.object({ id: z.string(), ...${fields} }) }`
  const { modelSchemas } = await described(minimal(models))
  expect(Object.keys(modelSchemas)).toEqual(['Thing'])
})

const native = (text: string, more: Record<string, string> = {}) => ({
  'node_modules/fast/package.json': '{"name":"fast","main":"index.js"}',
  'node_modules/fast/index.js': text,
  ...Object.fromEntries(Object.entries(more).map(([name, each]) => [`node_modules/fast/${name}`, each])),
})

test.each([
  ['a file', native(`module.exports = require('./build/Release/fast.node')`)],
  ['a loader', native(`const open = () => require('bindings')('fast'); module.exports = { open }`)],
  [
    'a path that nobody can follow',
    native(`const open = (path) => path; module.exports = { open }`, { 'binding.gyp': '{}' }),
  ],
  [
    'files of platforms',
    native(`try { module.exports = require('./fast.linux.node') } catch {}`, {
      'package.json': '{"name":"fast","main":"index.js","napi":{}}',
    }),
  ],
])('a package with a native addon is refused by name: %s', async (_, files) => {
  await expect(described(minimal('', `import fast from 'fast'; console.log(fast)`), files)).rejects.toThrow(
    /^the package 'fast' has a native addon, which functions can't load: use a package that is JavaScript only$/,
  )
})

test('a native addon of the project itself is refused', async () => {
  const attempt = described(minimal('', `import fast from '../fast.node'; console.log(fast)`))
  await expect(attempt).rejects.toThrow("contacts.ts:4:20: '../fast.node' is a native addon")
})

test.each([
  [
    'has a replacement',
    native(`try { exports.n = require('node-gyp-build')(__dirname) } catch { exports.n = 1 }`),
    'fast',
  ],
  [
    'is the option of another package',
    {
      ...native(`module.exports = require('./build/Release/fast.node')`, { 'binding.gyp': '{}' }),
      'node_modules/ssh/package.json': '{"name":"ssh","main":"index.js"}',
      'node_modules/ssh/index.js': `try { exports.n = require('fast').n } catch (e) { exports.n = e.code && 1 }`,
    },
    'ssh',
  ],
])('a package whose native addon %s works', async (_, files, name) => {
  const imports = `import { n } from '${name}'; if (n !== 1) throw new Error('n is ' + n)`
  expect((await described(minimal('', imports), files)).models).toEqual(['Thing'])
})

const reader = (text: string, type = 'commonjs') => ({
  'node_modules/reader/package.json': `{"name":"reader","main":"index.js","type":"${type}"}`,
  'node_modules/reader/index.js': text,
})

test.each([
  [
    'a module that functions do not have',
    reader(`const { spawn } = require('child_process'); exports.read = () => spawn('ls')`),
  ],
  [
    'one of ESM',
    reader(
      `import { Console } from 'node:console'; import { spawn } from 'node:child_process'
      export class Out extends Console {}; export const read = () => spawn('ls')`,
      'module',
    ),
  ],
])('a package may import %s; what it calls of it fails by name', async (_, files) => {
  const facts = await described(minimal('', `import { read } from 'reader'; console.log(read)`), files)
  expect(facts.models).toEqual(['Thing'])
  await expect(described(minimal('', `import { read } from 'reader'; read()`), files)).rejects.toThrow(
    /the package 'reader' uses the module '(node:)?child_process', which functions do not have: spawn/,
  )
})

test('a package may ask where it is', async () => {
  const files = reader(
    `import { fileURLToPath } from 'node:url'; export const place = [fileURLToPath(import.meta.url), import.meta.dirname].join()`,
    'module',
  )
  const imports = `import { place } from 'reader'; if (place !== '/function.js,/') throw new Error(place)`
  expect((await described(minimal('', imports), files)).models).toEqual(['Thing'])
})

test('a bundle that is too large says which packages it is made of', async () => {
  const files = reader(`module.exports = '${'x'.repeat(6_000_000)}'`)
  await expect(described(minimal('', `import text from 'reader'; console.log(text)`), files)).rejects.toThrow(
    /the limit is 5242880\. Most of it: 'reader' 60\d{5}/,
  )
})

test('functions that are described together are described as each alone, and one that fails harms no other', async () => {
  const texts = [
    minimal(),
    minimal("version: '7'"),
    `${minimal()}; throw new Error('not here')`,
    'export default 1',
    minimal("trackDeletes: true, syncType: 'incremental'"),
    minimal('', "globalThis.setTimeout = undefined; import 'node:crypto'"),
  ]
  const files = Object.fromEntries(texts.map((text, n) => [`crm/syncs/s${n}.ts`, text]))
  await using folder = await project(files)
  const bundles = await Promise.all(
    Object.keys(files).map(async (file) => (await bundleFunction(join(folder.path, file))).text),
  )
  const together = await describeFunctions(
    bundles.map((bundle) => ({ bundle, kind: 'sync' as const })),
    sandboxes,
  )
  const alone = await Promise.allSettled(bundles.map((bundle) => describeFunction(bundle, 'sync', sandboxes)))
  expect(together).toEqual(alone)
  expect(together.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
    'rejected',
    'fulfilled',
  ])
})
