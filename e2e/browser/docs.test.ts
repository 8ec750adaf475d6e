import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '@syncline/launcher'
import { beforeAll, test } from 'vitest'
import { checkAccessibility, checkFits, NARROW, openPage } from './harness.ts'

// The documentation as the gateway serves it: `openPage` finds scripts that its policy stops, and requests to other hosts.

// Nothing to do in CI, which has built it before.
const build = () =>
  promisify(execFile)(process.execPath, ['--no-warnings', join(ROOT, 'setup/build-pages.ts'), 'docs'])
beforeAll(build, 180_000)

test('the search of the documentation finds a page, which has what it says', async () => {
  const page = await openPage({ key: null, path: '/docs/' })
  await page.getByRole('button', { name: 'Search' }).click()
  await page.keyboard.type('moving from nango')
  await page
    .getByRole('option', { name: /Moving from Nango/ })
    .first()
    .waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/docs/guides/moving-from-nango.html*')
  await page.getByRole('heading', { level: 1, name: /Moving from Nango/ }).waitFor()
})

test('pages of the documentation are accessible, and fit on a telephone', async () => {
  const pages = [
    { path: '/docs/start/your-own-sync.html' },
    { path: '/docs/concepts/guarantees.html', viewport: NARROW },
  ] as const
  for (const options of pages) {
    const page = await openPage({ key: null, ...options })
    await page.getByRole('heading', { level: 1 }).waitFor()
    await checkAccessibility(page)
    await checkFits(page)
  }
})
