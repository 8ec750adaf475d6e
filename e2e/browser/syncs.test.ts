import { join } from 'node:path'
import { deploy } from '@syncline/example-github-issues/setup'
import { eventually } from '@syncline/testkit'
import { chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EmptySystem, startEmptySystem } from '../empty-system.ts'

// The screens Now, Syncs and Schedule on a fleet: 250 shops with two syncs each, of which one fails.

const SHOPS = 250
const BROKEN = 'broken'
const IN_FLIGHT = 16

const open = new AsyncDisposableStack()
let empty: EmptySystem
let page: Page

beforeAll(async () => {
  empty = open.use(await startEmptySystem({ egress: [], env: {} }))
  const { client, system, key } = empty
  await client.integrations.create({ uniqueKey: 'shop', provider: 'custom', baseUrl: 'http://127.0.0.1:9' })
  const ids = [BROKEN, ...Array.from({ length: SHOPS - 1 }, (_, n) => `shop-${n}`)]
  const connect = async () => {
    for (let connectionId = ids.pop(); connectionId; connectionId = ids.pop()) {
      const metadata = { fails: connectionId === BROKEN }
      const tags = { plan: connectionId === BROKEN ? 'pro' : 'free' }
      await client.connections.create({
        ...{ providerConfigKey: 'shop', connectionId, metadata, tags },
        credentials: { type: 'NONE' },
      })
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, connect))
  await deploy(join(import.meta.dirname, 'fleet-functions'), system.url, key)
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  open.defer(() => browser.close())
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(`${system.url}/#key=${key}`)
})
afterAll(() => open.disposeAsync())

const row = (text: string) => page.getByRole('row').filter({ hasText: text })

test('a sync that fails is found: from Now to the fleet, to its schedule, to its run', async () => {
  await page.getByRole('heading', { name: 'What is wrong' }).waitFor()
  await page.getByText('the shop has no currency').first().waitFor({ timeout: 60_000 })
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await page.getByRole('button', { name: 'Failed' }).click()
  await row(BROKEN).first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Timeline' }).waitFor()
  await page.getByText('the shop has no currency').first().waitFor()
  await page.getByRole('listitem').filter({ hasText: 'failed' }).getByRole('link').first().click()
  await page.waitForURL(/\/runs\//)
})

test('filters are in the address: they survive a reload, and the way back', async () => {
  await page.goto(`${empty.system.url}/ui/dev/syncs`)
  await row('shop-0').first().waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type(BROKEN)
  await page.getByText('2 schedules', { exact: true }).waitFor()
  await page.reload()
  await page.getByText('2 schedules', { exact: true }).waitFor()
  await row('orders').getByRole('link').click()
  await page.getByRole('heading', { name: 'Timeline' }).waitFor()
  await page.goBack()
  await page.getByText('2 schedules', { exact: true }).waitFor()
  expect(new URL(page.url()).searchParams.get('q')).toBe(BROKEN)
})

test('all 500 schedules are paused at once, and the screen says how many were', async () => {
  await page.goto(`${empty.system.url}/ui/dev/syncs`)
  await row('shop-0').first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.getByRole('button', { name: `Select all ${2 * SHOPS} that match` }).click()
  await page.getByRole('button', { name: 'Pause' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(`All ${2 * SHOPS} schedules are paused`).waitFor()
  await dialog.getByRole('button', { name: 'Pause' }).click()
  await dialog.getByText(`${2 * SHOPS} done.`).waitFor({ timeout: 30_000 })
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await eventually(async () => {
    expect(await empty.client.schedules.counts()).toMatchObject({ started: 0, paused: 2 * SHOPS })
  })
})
