import type { Syncline } from '@syncline/sdk'
import { eventually } from '@syncline/testkit'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { checkAccessibility, newEnvironment, openPage } from './harness.ts'

const INTEGRATION = 'github'
const CONNECTION = 'demo'

/** An environment with a connection, on which syncs are deployed that call no API. */
async function environment() {
  const made = await newEnvironment('runs')
  const { client } = made
  await client.integrations.create({ uniqueKey: INTEGRATION, provider: 'github' })
  const credentials = { type: 'NONE' as const }
  await client.connections.create({ providerConfigKey: INTEGRATION, connectionId: CONNECTION, credentials })
  const deploySync = (name: string, ...lines: string[]) =>
    made.deploy({ [`${INTEGRATION}/syncs/${name}.ts`]: functionText(name, lines) })
  return { ...made, deploySync }
}

const functionText = (name: string, lines: string[]) => `import { createSync } from '@syncline/sdk'
import { z } from 'zod'
export default createSync({
  description: '${name}',
  frequency: 'every 1 day',
  models: { ${name}: z.object({ id: z.string() }) },
  exec: async (nango) => {
${lines.map((line) => `    ${line}`).join('\n')}
  },
})
`

const newestRun = (client: Syncline, sync: string) =>
  eventually(async () => {
    const { runs } = await client.runs.list({ providerConfigKey: INTEGRATION, sync })
    if (runs[0]?.state !== 'ended') throw new Error(`the first run of '${sync}' has not ended`)
    return runs[0]
  })

test('a sync that fails is found in Errors; its run shows why and where; fixed and run again, it succeeds', async () => {
  const { name, key, client, deploySync } = await environment()
  await deploySync(
    'Stumbles',
    'const issue: { assignee: { login: string } | null } = { assignee: null }',
    "await nango.log('looks for a login')",
    'const login = (issue.assignee as { login: string }).login',
    "await nango.batchSave([{ id: login }], 'Stumbles')",
  )
  expect(await newestRun(client, 'Stumbles')).toMatchObject({ reason: 'failed' })

  const page = await openPage({ key, path: `/ui/${name}/errors` })
  await page.getByRole('link', { name: /Cannot read properties of null/ }).click()
  await page.getByText('Run the schedules again whose last run ended with this error').waitFor()
  await checkAccessibility(page)
  await page.getByRole('link', { name: 'the last run', exact: true }).click()
  await page.getByText("Cannot read properties of null (reading 'login')").first().waitFor()
  await page.getByText('const login = (issue.assignee as { login: string }).login').waitFor()
  await page.getByText(/^Stumbles\.ts:\d+:\d+$/).waitFor()
  await page.getByText('looks for a login', { exact: true }).waitFor()
  await checkAccessibility(page)

  await deploySync('Stumbles', "await nango.batchSave([{ id: 'found' }], 'Stumbles')")
  await page.getByRole('button', { name: 'Run again' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(`syncline trigger ${INTEGRATION} Stumbles --connection ${CONNECTION}`).waitFor()
  await dialog.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByText('success').first().waitFor()
  await page.getByRole('button', { name: 'Show the records' }).click()
  await page.getByRole('link', { name: 'found' }).waitFor()
})

test('the log of a run comes line by line, and its end without a reload', async () => {
  const { name, key, deploySync } = await environment()
  const page = await openPage({ key, path: `/ui/${name}/runs?state=queued,running` })
  await deploySync(
    'Talks',
    'for (let line = 1; ; line++) {',
    '  await nango.log(`line ${line} <b>of many</b>`)',
    '  await new Promise((resolve) => setTimeout(resolve, 300))',
    '}',
  )
  await page.getByRole('link', { name: `${INTEGRATION}/Talks` }).click()
  await page.getByText('line 1 <b>of many</b>').waitFor()
  await page.getByText(/^\d+ lines$/).waitFor()
  const count = async () => Number.parseInt((await page.getByText(/^\d+ lines$/).textContent()) ?? '', 10)
  const before = await count()
  await expect.poll(count).toBeGreaterThan(before + 3)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click()
  await page.getByText('cancelled', { exact: true }).first().waitFor()
  await page.getByPlaceholder('Search the log').fill('LINE 1 <B>')
  await page.getByText(/^1 of \d+ lines$/).waitFor()
})

test('an integration and a connection are made by forms, which say what is wrong with a field', async () => {
  const { name, key, client } = await environment()
  const page = await openPage({ key, path: `/ui/${name}/settings/integrations` })
  await page.getByRole('button', { name: 'New integration' }).click()
  await page.getByRole('textbox', { name: 'Key' }).fill('crm')
  await page.getByLabel('Base URL').fill('ftp://crm.example')
  await choose(page, 'How requests are authorized', 'API key in a header')
  await page.getByLabel('Name of the header').fill('x-key')
  await page.getByRole('button', { name: 'Make integration' }).click()
  await page
    .getByText(/must begin with https:\/\//)
    .first()
    .waitFor()
  await page.getByLabel('Base URL').fill('https://crm.example')
  await page
    .getByText('syncline integration create crm --base-url https://crm.example --auth header:x-key')
    .waitFor()
  await page.getByRole('button', { name: 'Make integration' }).click()
  await page.getByRole('heading', { name: 'crm' }).waitFor()
  await checkAccessibility(page)

  await page.goto(`/ui/${name}/settings/connections?new=yes&integration=crm`)
  await page.getByRole('textbox', { name: 'Id', exact: true }).fill('customer-1')
  await page.getByLabel('API key', { exact: true }).fill('a-secret-of-the-customer')
  await page.getByText('syncline connection create crm customer-1 --api-key @api-key').waitFor()
  await page.getByRole('button', { name: 'Make connection' }).click()
  await page.getByRole('heading', { name: 'customer-1' }).waitFor()
  expect(await page.content()).not.toContain('a-secret-of-the-customer')
  expect(
    await client.connections.get({ providerConfigKey: 'crm', connectionId: 'customer-1' }),
  ).toMatchObject({ credentials: { type: 'API_KEY', apiKey: 'a-secret-of-the-customer' } })
})

test('a login that may only read sees buttons that say which scope they need', async () => {
  const { name, keyWith } = await environment()
  const page = await openPage({ key: await keyWith(['read']), path: `/ui/${name}/settings/integrations` })
  const button = page.getByRole('button', { name: 'New integration' })
  await button.waitFor()
  expect(await button.getAttribute('aria-disabled')).toBe('true')
  await button.hover()
  await page.getByText('needs the scope deploy').waitFor()
  await page.goto(`/ui/${name}/settings/keys`)
  await page.getByText('Keys need the admin key').waitFor()
})

async function choose(page: Page, label: string, option: string) {
  await page.getByRole('combobox', { name: label }).click()
  await page.getByRole('option', { name: option }).click()
}
