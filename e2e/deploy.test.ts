import { once } from 'node:events'
import { mkdir, mkdtempDisposable, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deploy } from '@syncline/example-github-issues/setup'
import { eventually, Terminal } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDev } from './dev-process.ts'
import { CONNECTION, type ExampleSystem, INTEGRATION, startExampleSystem } from './example-system.ts'
import { json, type StandInApi, startStandInApi } from './stand-in-api.ts'

// Deployments of a system at work, and `syncline dev`.

const open = new AsyncDisposableStack()
let example: ExampleSystem
let api: StandInApi
let folder: string

beforeAll(async () => {
  api = open.use(await startStandInApi())
  example = open.use(await startExampleSystem({ items: [], egress: [api.host] }))
  await example.client.integrations.create({ uniqueKey: 'shop', provider: 'custom', baseUrl: api.url })
  const credentials = { type: 'NONE' as const }
  await example.client.connections.create({ providerConfigKey: 'shop', connectionId: 'c', credentials })
  folder = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-deploy-'))).path
  await mkdir(join(folder, 'shop/syncs'), { recursive: true })
})
afterAll(() => open.disposeAsync())

async function deployOrders(code: string): Promise<void> {
  const text = `
    import { createSync } from 'nango'
    import { z } from 'zod'
    export default createSync({
      description: '', frequency: 'every day', autoStart: false,
      models: { Order: z.object({ id: z.string(), code: z.string() }) },
      exec: async (nango) => {
        while (!(await nango.get({ endpoint: '/gate' })).data.open) {
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
        await nango.batchSave([{ id: '1', code: '${code}' }], 'Order')
      },
    })`
  await writeFile(join(folder, 'shop/syncs/orders.ts'), text)
  await deploy(folder, example.system.url, example.key)
}

const newestRun = async () =>
  (await example.client.runs.list({ providerConfigKey: 'shop', sync: 'orders', connectionId: 'c' })).runs[0]
const runIs = (state: string) =>
  eventually(async () => expect(await newestRun()).toMatchObject({ state }), {
    everyMs: 50,
  })
const orders = async () =>
  (await example.client.listRecords({ providerConfigKey: 'shop', connectionId: 'c', model: 'Order' })).records
const trigger = () => example.client.triggerSync('shop', ['orders'], 'c')

test('a run goes on with the code that it began with, and the next one has the new code', async () => {
  let isOpen = false
  api.on('/gate', (_, response) => json(response, { open: isOpen }))
  await deployOrders('first')
  await trigger()
  await eventually(() => expect(api.requests.some(({ url }) => url.pathname === '/gate')).toBe(true))
  await deployOrders('second')
  isOpen = true
  await runIs('ended')
  expect(await newestRun()).toMatchObject({ reason: null })
  expect(await orders()).toMatchObject([{ id: '1', code: 'first' }])
  await trigger()
  await eventually(async () => expect(await orders()).toMatchObject([{ code: 'second' }]))
})

const noteSync = (text: string) => `import { createSync } from '@syncline/sdk'
import { z } from 'zod'
import { titleOf } from '../title.js'
export default createSync({
  description: 'Notes', frequency: 'every day', autoStart: false,
  models: { Note: z.object({ id: z.string(), title: z.string() }) },
  exec: async (nango) => {
    ${text}
  },
})`
const saves = (title: string) => `await nango.batchSave([{ id: '1', title: titleOf('${title}') }], 'Note')`

test('dev deploys and runs what is saved, survives what is broken, and leaves nothing behind', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-dev-'))
  await using temporary = await mkdtempDisposable(join(tmpdir(), 'syncline-dev-tmp-'))
  const at = (name: string) => join(folder.path, INTEGRATION, name)
  await mkdir(at('syncs'), { recursive: true })
  const write = (text: string) => writeFile(at('syncs/notes.ts'), noteSync(text))
  const title = (mark: string) =>
    writeFile(at('title.ts'), `export const titleOf = (text: string) => text + '${mark}'`)
  await title('.')
  await write(saves('a'))

  const dev = startDev(example, folder.path, temporary.path)
  const where = { integration: INTEGRATION, sync: 'notes', connection: CONNECTION }
  const model = { model: 'Note', deleted: 0, unchanged: 0, records: 1 }
  expect(await dev.next('deployed')).toMatchObject({
    functions: [{ integration: INTEGRATION, name: 'notes' }],
  })
  expect(await dev.next('ended')).toMatchObject({
    ...{ ...where, outcome: 'success', error: null },
    models: [{ ...model, added: 1, updated: 0, first: [{ id: '1', title: 'a.' }] }],
  })

  await write('await nango.batchSave([{')
  expect(await dev.next('refused')).toMatchObject({
    ...{ function: 'github/notes', message: expect.stringMatching(/notes\.ts:\d+:\d+: /) },
  })

  await write(`throw new Error('no')`)
  const failed = await dev.next('ended')
  expect(failed).toMatchObject({ outcome: 'failed', error: expect.stringContaining('no') })
  expect(JSON.stringify(failed.logs)).toMatch(/notes\.ts:8:\d+/)

  await write(saves('b'))
  expect(await dev.next('ended')).toMatchObject({
    models: [{ ...model, added: 0, updated: 1, first: [{ id: '1', title: 'b.' }] }],
  })
  await title('!')
  expect(await dev.next('ended')).toMatchObject({ models: [{ first: [{ title: 'b!' }] }] })

  dev.process.kill('SIGINT')
  expect(await once(dev.process, 'exit')).toEqual([0, null])
  expect(await readdir(temporary.path)).toEqual([])
})

test('on a terminal, deploy shows its plan and asks; only yes changes anything', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-asked-'))
  await mkdir(join(folder.path, 'shop/syncs'), { recursive: true })
  const text = noteSync('').replace("import { titleOf } from '../title.js'", '').replace('Note:', 'Asked:')
  await writeFile(join(folder.path, 'shop/syncs/asked.ts'), text)
  const cli = join(import.meta.dirname, '../cli/src/main.ts')
  const command = `${process.execPath} --disable-warning=ExperimentalWarning ${cli} deploy ${folder.path}`
  const answered = async (keys: string) => {
    using terminal = new Terminal(command, { SYNCLINE_URL: example.system.url, SYNCLINE_KEY: example.key })
    expect(await terminal.shows(/Deploy\? \[y\/N\]/)).toMatch(/new +shop\/asked/)
    terminal.type(keys)
    const exitCode = await terminal.exitCode()
    const { syncs } = await example.client.deployments.list()
    return { exitCode, deployed: syncs.some(({ name }) => name === 'asked') }
  }
  expect(await answered('n\n')).toEqual({ exitCode: 1, deployed: false })
  expect(await answered('\x03'), 'Ctrl-C').toEqual({ exitCode: 1, deployed: false })
  expect(await answered('y\n')).toEqual({ exitCode: 0, deployed: true })
})

test('a deployment whose gateway is killed half-way happens as a whole', async () => {
  const count = 1000
  const facts = { provider_config_key: 'shop', description: '', frequency: 'every day', auto_start: false }
  const syncs = Array.from({ length: count }, (_, n) => ({
    ...{ ...facts, name: `many-${n}`, models: [`Many${n}`] },
    bundle: `module.exports = 'the same of all'`,
  }))
  const deployed = async () =>
    (await example.client.deployments.list()).syncs.filter(({ name }) => name.startsWith('many-')).length
  const answered = example.client.deployments.create({ syncs }, { retries: 0 }).then(
    () => true,
    () => false,
  )
  await eventually(async () => expect(await deployed()).toBeGreaterThan(0), { everyMs: 1 })
  example.kill('gateway')
  // Usually it had not answered; if it had, there is nothing to finish.
  await answered
  await eventually(async () => expect(await deployed()).toBe(count))
})
