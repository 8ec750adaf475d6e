// pnpm screenshots: writes docs/screenshots/*.png, of a fleet that it makes.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from '@syncline/launcher'
import { chromium, type Page } from 'playwright-core'
import { makeFleet, untilQuiet } from './fleet.ts'
import { startShared } from './global-setup.ts'

const folder = join(ROOT, 'docs/screenshots')
/** So that the fleet has a past: runs, failures, changes. */
const LIVE_MS = Number(process.env.SCREENSHOTS_LIVE_MS ?? 90_000)

await using open = new AsyncDisposableStack()
const shared = await startShared(open)
const fleet = await makeFleet(open, shared)
await sleep(LIVE_MS)
await untilQuiet(fleet, 30_000)

const browser = await chromium.connect(shared.browser)
open.defer(() => browser.close())
await mkdir(folder, { recursive: true })

const { runs } = await fleet.client.runs.list({ limit: 100 })
const of = (reason: string | null) => runs.find((run) => run.state === 'ended' && run.reason === reason)
const base = `/ui/${fleet.name}`
const pages: [name: string, path: string][] = [
  ['now', `${base}/now`],
  ['syncs', `${base}/syncs`],
  ['schedule', `${base}/syncs/billing/initech/invoices`],
  ['runs', `${base}/runs`],
  ['run', `${base}/runs/${of(null)?.id}`],
  ['run-failed', `${base}/runs/${of('failed')?.id}`],
  ['records', `${base}/records?integration=crm&connection=acme`],
  ['errors', `${base}/errors`],
  ['settings', `${base}/settings`],
]
const looks = {
  '': { viewport: { width: 1280, height: 800 } },
  '-dark': { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' as const },
  '-narrow': { viewport: { width: 390, height: 844 } },
}
for (const [suffix, look] of Object.entries(looks)) {
  const context = await browser.newContext({ baseURL: shared.url, reducedMotion: 'reduce', ...look })
  const page = await context.newPage()
  await page.goto(`/#key=${fleet.key}`)
  await page.waitForURL('**/now')
  // In other looks, two of them say enough.
  const some = suffix === '' ? pages : pages.filter(([name]) => ['now', 'syncs'].includes(name))
  for (const [name, path] of some) await shoot(page, path, join(folder, `${name}${suffix}.png`))
  await context.close()
}

async function shoot(page: Page, path: string, file: string): Promise<void> {
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  // Answers of several routes, and what is drawn of them.
  await sleep(2500)
  await page.screenshot({ path: file })
  console.log(file)
}
