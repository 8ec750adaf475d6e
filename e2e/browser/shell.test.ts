import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ROOT } from '@syncline/launcher'
import { expect, test } from 'vitest'
import { checkAccessibility, checkFits, NARROW, newEnvironment, openPage, shared, WIDE } from './harness.ts'

const screens = ['now', 'syncs', 'runs', 'records', 'errors', 'settings']

test('the address that npm start prints logs in, and does not keep the key', async () => {
  const page = await openPage({ path: '/ui/dev/runs' })
  await page
    .getByRole('row', { name: /github-issues/ })
    .first()
    .waitFor()
  await page.goBack()
  expect(page.url()).not.toContain('sk_')
  const [cookie] = await page.context().cookies()
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
  expect(await page.evaluate('document.cookie')).toBe('')
})

test('from the first start to the first record: a stream, its records, one of them', async () => {
  const page = await openPage({ path: '/ui/dev/records' })
  await page
    .getByRole('row', { name: /GithubIssue/ })
    .getByRole('link')
    .first()
    .click()
  const record = page.getByRole('link', { name: /^\d{5,}$/ }).first()
  const id = (await record.textContent()) ?? ''
  await record.click()
  await page.getByRole('heading', { name: id }).waitFor()
})

test('a session that has ended leads to the login, and back to the same place', async () => {
  const page = await openPage({ path: '/ui/dev/runs?state=ended' })
  await page.getByRole('heading', { name: 'Runs' }).waitFor()
  await page.context().clearCookies()
  await page.getByText('Your session has ended').waitFor()
  await checkAccessibility(page)
  await page.getByRole('textbox', { name: /key/ }).fill('sk_dev_wrong')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page
    .getByRole('alert')
    .getByText(/no such key/)
    .waitFor()
  await page.getByRole('textbox', { name: /key/ }).fill(shared.key)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.waitForURL('**/ui/dev/runs?state=ended')
  await page.getByRole('heading', { name: 'Runs' }).waitFor()
})

test('a user logs in to an environment with a password', async () => {
  const { name } = await newEnvironment('users')
  const login = { name: 'ann', password: 'a password of Ann', scopes: ['read'] }
  await fetch(`${shared.url}/environments/${name}/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${shared.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(login),
  })
  const page = await openPage({ key: null, path: '/' })
  await page.getByText('User and password').click()
  await page.getByRole('textbox', { name: 'Environment' }).fill(name)
  await page.getByRole('textbox', { name: 'User' }).fill('ann')
  await page.getByRole('textbox', { name: 'Password' }).fill(login.password)
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/ui/${name}/now`)
})

test('two environments in one session, each with its own data', async () => {
  const other = await newEnvironment('other')
  const page = await openPage({ path: '/ui/login?more=yes' })
  await page.getByRole('textbox', { name: /key/ }).fill(other.key)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.waitForURL(`**/ui/${other.name}/now`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('r')
  await page.waitForURL(`**/ui/${other.name}/runs`)
  await page
    .getByText(/No (sync has run|run)/)
    .first()
    .waitFor()
  await page.getByRole('button', { name: /^Environment/ }).click()
  await page.getByRole('menuitem', { name: 'dev' }).click()
  await page.waitForURL('**/ui/dev/now')
  await page.goto('/ui/dev/runs')
  await page
    .getByRole('row', { name: /github-issues/ })
    .first()
    .waitFor()
  await page.goto('/ui/not-mine/runs')
  await page.getByText('Your session does not open').waitFor()
})

test('while the API is away the page keeps its data and says so, and goes on by itself', async () => {
  const page = await openPage({ path: '/ui/dev/runs' })
  await page
    .getByRole('row', { name: /github-issues/ })
    .first()
    .waitFor()
  await page.context().setOffline(true)
  const banner = page.getByRole('alert').filter({ hasText: 'Syncline does not answer' })
  await banner.waitFor()
  expect(await page.getByRole('row', { name: /github-issues/ }).count()).toBeGreaterThan(0)
  await page.context().setOffline(false)
  await banner.waitFor({ state: 'detached' })
  await page
    .getByRole('row', { name: /github-issues/ })
    .first()
    .waitFor()
})

test('times are right though the clock of the browser is off by a day', async () => {
  const page = await openPage()
  await page.clock.setFixedTime(Date.now() + 86_400_000)
  await page.goto('/ui/dev/runs')
  await page
    .getByRole('row', { name: /github-issues/ })
    .first()
    .waitFor()
  await expect.poll(() => page.getByText(/^\d+ (s|min) ago$/).count()).toBeGreaterThan(0)
  expect(await page.getByText(/^(in )?2\d h/).count()).toBe(0)
})

test('each screen is accessible in light and dark colours, and fits a telephone', async () => {
  const page = await openPage()
  for (const screen of screens) {
    await page.setViewportSize(WIDE)
    await page.goto(`/ui/dev/${screen}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle').catch(() => {})
    await checkAccessibility(page)
    await page.setViewportSize(NARROW)
    await checkFits(page)
  }
})

test('the keyboard leads everywhere', async () => {
  const page = await openPage()
  for (const [key, screen] of [...'nsrdet'].map((key, i) => [key, screens[i]] as const)) {
    await page.keyboard.press('g')
    await page.keyboard.press(key)
    await page.waitForURL(`**/ui/dev/${screen}`)
  }
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
  await page.keyboard.press('Escape')
  await page.goto('/ui/dev/runs')
  await page
    .getByRole('row', { name: /github-issues/ })
    .first()
    .waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/ui\/dev\/runs\/[\w-]+$/)
})

test('the first screen needs no more than 350 KB, compressed', async () => {
  const page = await openPage({ key: null })
  const assets: Promise<Buffer>[] = []
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.startsWith('/ui/assets/')) assets.push(response.body())
  })
  await page.goto(`/#key=${shared.key}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  const sizes = (await Promise.all(assets)).map((body) => gzipSync(body).length)
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  expect(bytes).toBeGreaterThan(50_000)
  expect(bytes).toBeLessThan(350 * 1024)
  // Nothing in the page is from elsewhere.
  const folder = join(ROOT, 'web/dist/assets')
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.css')))
    expect(await readFile(join(folder, file), 'utf8')).not.toMatch(/url\(["']?https?:/)
})
