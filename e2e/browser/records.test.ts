import type { Syncline } from '@syncline/sdk'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { json, startStandInApi } from '../stand-in-api.ts'
import type { TestEnvironment } from './environment.ts'
import { newEnvironment, openPage } from './harness.ts'

// The screen Records, with a sync that copies what the test says.

const INTEGRATION = 'source'
const CONNECTION = 'acme'
const SYNC = 'things'
const MODEL = 'Thing'

/** Copies the list, and deletes what is not in it any more. */
const CODE = `
  import { createSync } from '@syncline/sdk'
  import { z } from 'zod'
  export default createSync({
    description: '', frequency: 'every hour', autoStart: false,
    models: { ${MODEL}: z.looseObject({ id: z.string() }) },
    exec: async (nango) => {
      await nango.trackDeletesStart('${MODEL}')
      const { data } = await nango.get<{ id: string }[]>({ endpoint: '/things' })
      await nango.batchSave(data, '${MODEL}')
      await nango.trackDeletesEnd('${MODEL}')
    },
  })`

type Thing = { id: string; [field: string]: unknown }
type Run = Awaited<ReturnType<Syncline['runs']['wait']>>

const open = new AsyncDisposableStack()
let environment: TestEnvironment
let things: Thing[] = []
let page: Page

beforeAll(async () => {
  const api = open.use(await startStandInApi())
  api.on('/things', (_, response) => json(response, things))
  environment = await newEnvironment('records')
  const { client } = environment
  await client.integrations.create({
    ...{ uniqueKey: INTEGRATION, provider: 'private-api', baseUrl: api.url },
    auth: { type: 'none' },
  })
  const credentials = { type: 'NONE' as const }
  await client.connections.create({ providerConfigKey: INTEGRATION, connectionId: CONNECTION, credentials })
  await environment.deploy({ [`${INTEGRATION}/syncs/${SYNC}.ts`]: CODE })
})
afterAll(() => open.disposeAsync())
beforeEach(async () => {
  page = await openPage({ key: environment.key })
})

/** Runs the sync on this list, and waits for the end of the run. */
async function save(next: Thing[]): Promise<Run> {
  things = next
  const where = { providerConfigKey: INTEGRATION, connectionId: CONNECTION, syncs: [SYNC] }
  const { runs } = await environment.client.syncs.trigger(where)
  return environment.client.runs.wait(runs?.[0]?.id ?? '')
}

const row = (text: string) => page.getByRole('row').filter({ hasText: text })
const tickets = (count: number, fields: object = {}) =>
  Array.from({ length: count }, (_, i) => ({ id: `ticket-${i}`, state: 'open', votes: i, ...fields }))
const stream = () =>
  `/ui/${environment.name}/records?integration=${INTEGRATION}&connection=${CONNECTION}&model=${MODEL}`

test('a stream is found, and what a run saves comes up in it without a reload', async () => {
  await save(tickets(3))
  await page.keyboard.press('g')
  await page.keyboard.press('d')
  await row(MODEL).filter({ hasText: SYNC }).getByRole('link').click()
  await row('ticket-2').waitFor()
  const { id } = await save([...tickets(3), { id: 'new-one', state: 'open', votes: 0 }])
  await row('new-one').filter({ hasText: 'added' }).waitFor()
  expect(await page.getByRole('row').nth(1).textContent()).toContain('new-one')
  await row('new-one').getByTitle(`Run ${id}`).click()
  await page.waitForURL(new RegExp(`/runs/${id}`))
})

test('the history of a record: each version with its run, and what changed in it, field by field', async () => {
  const first = await save([...tickets(3), { id: 'one', state: 'open', customer: { plan: 'free' } }])
  const second = await save([...tickets(3), { id: 'one', state: 'open', customer: { plan: 'pro' } }])
  await page.goto(stream())
  await page.getByPlaceholder('Open a record by its id').fill('one')
  await page.keyboard.press('Enter')
  const versions = page.getByRole('list', { name: 'Versions' }).getByRole('listitem')
  await versions.nth(1).waitFor()
  expect(await versions.count()).toBe(2)
  await versions.nth(0).getByTitle(`Run ${second.id}`).waitFor()
  await versions.nth(1).getByTitle(`Run ${first.id}`).waitFor()
  // Nothing of a payload is on the page, nor was it sent, before somebody asks.
  expect(await page.getByText('pro', { exact: true }).count()).toBe(0)
  await versions.nth(0).getByRole('button', { name: 'Show what changed' }).click()
  await row('customer.plan').filter({ hasText: 'free' }).filter({ hasText: 'pro' }).waitFor()
  expect(await row('state').count()).toBe(0)
  await page.getByRole('button', { name: /^Show the payload/ }).click()
  await page.getByRole('region', { name: 'Payload' }).filter({ hasText: '"plan": "pro"' }).waitFor()
})

test('as of an earlier time a stream is what it was', async () => {
  await save([...tickets(3), { id: 'short-lived', state: 'open' }])
  const saved = new Date(Math.ceil(Date.now() / 1000) * 1000)
  // The input has whole seconds: the next run saves in a later one.
  await page.waitForTimeout(Math.max(0, saved.getTime() - Date.now()) + 50)
  await save(tickets(3))
  await page.goto(stream())
  await row('short-lived').filter({ hasText: 'deleted' }).waitFor()
  await page.getByLabel('As of, in UTC').fill(saved.toISOString().slice(0, 19))
  await row('short-lived').filter({ hasText: 'added' }).waitFor()
  await page.getByRole('button', { name: 'Now' }).click()
  await row('short-lived').filter({ hasText: 'deleted' }).waitFor()
})

test('a deletion that was held back is seen, allowed once, and done by the next run', async () => {
  await save(tickets(40))
  await save(tickets(5))
  await page.goto(`/ui/${environment.name}/records`)
  await row('deletion held back').getByRole('link').click()
  await page.getByText(/35 of 4\d records were not saved again/).waitFor()
  await page.getByRole('button', { name: 'Allow this deletion once' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(`syncline deletions release ${INTEGRATION}/${MODEL} ${CONNECTION}`).waitFor()
  await dialog.getByRole('button', { name: 'Allow this deletion once' }).click()
  await page.getByText('The next complete pass may delete').waitFor()
  await save(tickets(5))
  await row('ticket-30').filter({ hasText: 'deleted' }).waitFor()
  await page.getByText('The next complete pass may delete').waitFor({ state: 'hidden' })
})

test('nothing in ids and payloads runs, a megabyte of text is cut, and every id can be opened', async () => {
  const script = '<script>window.ran = 1</script>'
  const image = '<img src=x onerror="window.ran = 2"> '
  const ids = [
    script,
    '"><svg onload=window.ran=3>',
    'مرحبا بالعالم',
    '👩‍🚀 \u202Egnp.txt',
    '..',
    'a/b?c#d %2e',
    'counts',
  ]
  await save([
    ...tickets(5),
    ...ids.map((id) => ({
      ...{ id, url: 'javascript:window.ran=4' },
      text: image.repeat(id === script ? 30_000 : 1),
    })),
  ])
  await page.goto(stream())
  for (const id of ids) {
    await row(id).first().getByRole('link', { name: id, exact: true }).click()
    await page.getByRole('heading', { level: 1, name: id, exact: true }).waitFor()
    await page.getByRole('button', { name: /^Show the payload/ }).click()
    await page.getByRole('region', { name: 'Payload' }).filter({ hasText: 'onerror' }).waitFor()
    if (id === script)
      await page.getByRole('button', { name: /^Show 100,000 of 1,\d{3},\d{3} characters/ }).click()
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await page.goBack()
  }
  expect(await page.evaluate('window.ran')).toBeUndefined()
})
