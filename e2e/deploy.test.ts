import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deploy } from '@syncline/example-github-issues/setup'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ExampleSystem, startExampleSystem } from './example-system.ts'
import { json, type StandInApi, startStandInApi } from './stand-in-api.ts'

// Deployments of a system at work.

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
    timeoutMs: 60_000,
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
  await eventually(() => expect(api.requests.some(({ url }) => url.pathname === '/gate')).toBe(true), {
    timeoutMs: 60_000,
  })
  await deployOrders('second')
  isOpen = true
  await runIs('ended')
  expect(await newestRun()).toMatchObject({ reason: null })
  expect(await orders()).toMatchObject([{ id: '1', code: 'first' }])
  await trigger()
  await eventually(async () => expect(await orders()).toMatchObject([{ code: 'second' }]), {
    timeoutMs: 60_000,
  })
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
  await eventually(async () => expect(await deployed()).toBeGreaterThan(0), { timeoutMs: 60_000, everyMs: 1 })
  example.kill('gateway')
  // Usually it had not answered; if it had, there is nothing to finish.
  await answered
  await eventually(async () => expect(await deployed()).toBe(count), { timeoutMs: 60_000 })
})
