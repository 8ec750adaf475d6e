import { beforeAll, expect, test } from 'vitest'
import type { TestEnvironment } from './environment.ts'
import { checkAccessibility, checkFits, NARROW, newEnvironment, openPage } from './harness.ts'

// The screens Now, Syncs and Schedule.

const SHOPS = 250
const IN_FLIGHT = 16

const syncOf = (model: string, frequency: string) => `
  import { createSync } from 'nango'
  import { z } from 'zod'
  export default createSync({
    description: '', version: '1.0.0', ${frequency},
    models: { ${model}: z.object({ id: z.string() }) },
    metadata: z.object({ fails: z.boolean().optional() }),
    exec: async (nango) => {
      if ((await nango.getMetadata()).fails) throw new Error('the shop has no currency')
      await nango.batchSave([{ id: 'first' }], '${model}')
    },
  })`

async function connect({ client }: TestEnvironment, connectionId: string, fails = false): Promise<void> {
  const tags = { plan: fails ? 'pro' : 'free' }
  const credentials = { type: 'NONE' as const }
  await client.connections.create({
    providerConfigKey: 'shop',
    connectionId,
    tags,
    credentials,
    metadata: { fails },
  })
}

async function shopEnvironment(label: string): Promise<TestEnvironment> {
  const environment = await newEnvironment(label)
  await environment.client.integrations.create({
    ...{ uniqueKey: 'shop', provider: 'custom', baseUrl: 'http://127.0.0.1:9' },
  })
  return environment
}

test('a sync that fails is found from Now at once, with its reason and its run; the screen follows when it is mended', async () => {
  const environment = await shopEnvironment('found')
  await Promise.all([connect(environment, 'fine'), connect(environment, 'broken', true)])
  await environment.deploy({
    'shop/syncs/orders.ts': syncOf('Order', "frequency: 'every day'"),
  })
  const page = await openPage({ key: environment.key })
  await page.getByRole('link', { name: '1 failing', exact: true }).click()
  await page.waitForURL(/failing=yes/)
  await page.getByRole('row').filter({ hasText: 'broken' }).waitFor()
  expect(await page.getByRole('row').filter({ hasText: 'fine' }).count()).toBe(0)
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  const reason = page.getByRole('region', { name: 'Why its last run failed' })
  await reason.getByText(/the shop has no currency/).waitFor()
  await checkAccessibility(page)
  await reason.getByRole('link', { name: 'Open the last run' }).click()
  await page.waitForURL(/\/runs\//)
  await page.goBack()
  await reason.waitFor()
  await environment.client.updateMetadata('shop', 'broken', { fails: false })
  await page.getByRole('button', { name: 'Run now' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click()
  await reason.waitFor({ state: 'detached' })
  await page.getByText('fresh', { exact: true }).first().waitFor()
})

let fleet: TestEnvironment

beforeAll(async () => {
  fleet = await shopEnvironment('fleet')
  // What the schedules are is tested, not their 500 runs.
  await fleet.limitRuns(1)
  const ids = Array.from({ length: SHOPS }, (_, n) => `shop-${n}`)
  const work = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) await connect(fleet, id, id === 'shop-17')
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))
  await fleet.deploy({
    'shop/syncs/orders.ts': syncOf('Order', "frequency: 'every day'"),
    'shop/syncs/products.ts': syncOf('Product', "frequency: 'every day'"),
  })
})

test('filters are in the address: they survive a reload, and the way back', async () => {
  const page = await openPage({ key: fleet.key, path: `/ui/${fleet.name}/syncs` })
  const row = page.getByRole('row').filter({ hasText: 'shop-17' })
  await page.getByText(`${2 * SHOPS} schedules`).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('pro')
  await page.getByText(`${SHOPS + 1} schedules`).waitFor() // the sync `products` of all, and one shop with the tag
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Sync' }).click()
  await page.getByRole('option', { name: /^orders/ }).click()
  await page.getByText('1 schedule', { exact: true }).waitFor()
  await page.reload()
  await page.getByText('1 schedule', { exact: true }).waitFor()
  await row.getByRole('link').click()
  await page.getByRole('heading', { name: 'Timeline' }).waitFor()
  await page.goBack()
  await page.getByText('1 schedule', { exact: true }).waitFor()
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ q: 'pro', sync: 'orders' })
})

test('all 500 schedules are paused at once, and the screen says how many were', async () => {
  const page = await openPage({ key: fleet.key, path: `/ui/${fleet.name}/syncs` })
  await page.getByText(`${2 * SHOPS} schedules`).waitFor()
  await checkAccessibility(page)
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.getByRole('button', { name: `Select all ${2 * SHOPS} that match` }).click()
  await page.getByRole('button', { name: 'Pause' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(`All ${2 * SHOPS} schedules are paused`).waitFor()
  await dialog.getByText('syncline bulk pause').waitFor()
  await dialog.getByRole('button', { name: 'Pause' }).click()
  await dialog.getByText(`${2 * SHOPS} done.`).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect.poll(() => fleet.client.schedules.counts()).toMatchObject({ started: 0, paused: 2 * SHOPS })
})

test('a login that may only read sees what a button needs; the screens fit a telephone', async () => {
  const key = await fleet.keyWith(['read'])
  const path = `/ui/${fleet.name}/syncs/shop/shop-1/orders`
  const page = await openPage({ key, path, viewport: NARROW })
  await page.getByRole('button', { name: 'Run now' }).hover()
  await page.getByText('This needs the scope operate').waitFor()
  await checkFits(page)
})
