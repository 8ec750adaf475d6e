import type { Page } from 'playwright-core'
import { test } from 'vitest'
import type { TestEnvironment } from './environment.ts'
import { checkAccessibility, newEnvironment, openPage, shared } from './harness.ts'

const SYNC = `
  import { createSync } from 'nango'
  import { z } from 'zod'
  export default createSync({
    description: '', version: '1.0.0', frequency: 'every day',
    models: { Order: z.object({ id: z.string() }) },
    exec: async () => { throw new Error('the shop has no currency') },
  })`
const OPENED = '[role=dialog], [role=menu]'

/** With one of all that can be changed. */
async function furnished(): Promise<TestEnvironment> {
  const made = await newEnvironment('dialogs')
  const { client } = made
  await client.integrations.create({ uniqueKey: 'shop', provider: 'custom', baseUrl: 'http://127.0.0.1:9' })
  const credentials = { type: 'NONE' as const }
  await client.connections.create({ providerConfigKey: 'shop', connectionId: 'acme', credentials })
  await made.deploy({ 'shop/syncs/orders.ts': SYNC })
  await client.variables.set('REGION', 'eu')
  return made
}

type Step = (page: Page) => Promise<void>

const press =
  (name: string): Step =>
  (page) =>
    page.getByRole('button', { name, exact: true }).first().click()
const key =
  (name: string): Step =>
  (page) =>
    page.keyboard.press(name)
const choose =
  (name: string): Step =>
  async (page) => {
    await press('More ways to run')(page)
    await page.getByRole('menuitem', { name }).click()
  }

/** What opens a dialog or a menu on a screen, with what has to be done on it before. */
const openings: { path: string; before?: Step; open: Step[] }[] = [
  { path: 'now', open: [key('?'), (page) => page.getByRole('button', { name: /^Environment/ }).click()] },
  {
    path: 'syncs',
    before: (page) => page.getByRole('checkbox', { name: 'Select this row' }).first().check(),
    open: ['Run now', 'Pause', 'Start', 'Reset', 'Frequency'].map(press),
  },
  {
    path: 'syncs/shop/acme/orders',
    open: [
      ...['Run now', 'Pause', 'change', 'Edit', 'Add', 'More ways to run'].map(press),
      ...['Run from the beginning…', 'Delete the records and run…'].map(choose),
    ],
  },
  {
    path: 'errors',
    before: (page) => page.getByRole('link', { name: 'the shop has no currency' }).click(),
    open: [press('Run these schedules again…')],
  },
  {
    path: 'runs',
    before: (page) => page.getByRole('link', { name: 'shop/orders' }).click(),
    open: [press('Run again')],
  },
  { path: 'settings/integrations?open=shop', open: [press('Delete this integration…')] },
  { path: 'settings/connections?integration=shop&open=acme', open: [press('Delete…')] },
  { path: 'settings/functions?open=shop%2Forders', open: [press('Remove…')] },
  { path: 'settings/variables', open: [press('Delete')] },
  { path: 'settings/keys', open: ['Edit', 'Rotate', 'Revoke'].map(press) },
  { path: 'settings/users', open: ['Edit', 'New password', 'Delete'].map(press) },
]

test('each dialog and menu is accessible in light and dark colours, and Escape closes it', async () => {
  const { name, key } = await furnished()
  const page = await openPage({ key, path: `/ui/${name}/settings/users` })
  await page.getByRole('textbox', { name: 'Admin key' }).fill(shared.adminKey)
  await press('Add to this session')(page)
  await page.getByRole('textbox', { name: 'Name' }).fill('ann@acme.example')
  await page.getByRole('textbox', { name: 'Password' }).fill('a long password of Ann')
  await press('Make user')(page)
  const opened = page.locator(OPENED)
  for (const { path, before, open } of openings) {
    await page.goto(`/ui/${name}/${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await before?.(page)
    for (const step of open) {
      await step(page)
      await opened.waitFor()
      await checkAccessibility(page, OPENED)
      await page.keyboard.press('Escape')
      await opened.waitFor({ state: 'detached' })
    }
  }
}, 240_000)

test('a key and a user are changed in Settings', async () => {
  const { name, key, keyWith } = await newEnvironment('edit')
  await keyWith(['read', 'operate'])
  const page = await openPage({ key, path: `/ui/${name}/settings/keys` })
  await page.getByRole('textbox', { name: 'Admin key' }).fill(shared.adminKey)
  await press('Add to this session')(page)
  await page
    .getByRole('row', { name: /read,operate/ })
    .getByRole('button', { name: 'Edit' })
    .click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Label').fill('reporting')
  await dialog.getByText('operate', { exact: true }).click()
  await dialog.getByText(/syncline key update \w+ --env \S+ --label reporting --scopes read/).waitFor()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('row', { name: /^reporting .* read / }).waitFor()

  await page.goto(`/ui/${name}/settings/users`)
  await page.getByRole('textbox', { name: 'Name' }).fill('ann@acme.example')
  await page.getByRole('textbox', { name: 'Password' }).fill('a long password of Ann')
  await press('Make user')(page)
  await page
    .getByRole('row', { name: /ann@acme.example/ })
    .getByRole('button', { name: 'Edit' })
    .click()
  await dialog.getByText('deploy', { exact: true }).click()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('row', { name: /ann@acme.example read, deploy/ }).waitFor()
})
