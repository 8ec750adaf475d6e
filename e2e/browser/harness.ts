import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'
import { createEnvironment, type TestEnvironment } from './environment.ts'
import type {} from './global-setup.ts' // declares what is provided

// Tests of the dashboard in a real browser. Each page that `openPage` opens is watched: an error of a script, a violation of the
// content security policy or a request to another host fails its test.

export const shared = inject('shared')

let browser: Browser
let faults: string[] = []
let environments = 0

beforeAll(async () => {
  browser = await chromium.connect(shared.browser)
})
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()))
  const found = faults
  faults = []
  expect(found).toEqual([])
})
afterAll(() => browser?.close())

/** An environment of this test alone. */
export function newEnvironment(label = 'test'): Promise<TestEnvironment> {
  environments += 1
  return createEnvironment(shared, `${label}-${process.pid}-${environments}`)
}

interface PageOptions extends BrowserContextOptions {
  /** A key to log in with; null = nobody is logged in. That of `dev` by default. */
  key?: string | null
  /** Where to go then. */
  path?: string
}

export const WIDE = { width: 1280, height: 800 }
export const NARROW = { width: 390, height: 844 }

/** A page in a browser of its own, logged in as `npm start` does it. */
export async function openPage({ key = shared.key, path, ...options }: PageOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    baseURL: shared.url,
    viewport: WIDE,
    reducedMotion: 'reduce',
    ...options,
  })
  // A machine that builds and tests at once may stall for many seconds.
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  page.on('pageerror', (error) => faults.push(`error of a script: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    // Answers with an error status, and none, are what some tests are about.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (protocol !== 'data:' && protocol !== 'blob:' && origin !== shared.url)
      faults.push(`a request to another host: ${request.url()}`)
  })
  if (key !== null) {
    await page.goto(`/#key=${key}`)
    await page.waitForURL(/\/ui\/[^/]+\/now$/)
    await page.getByRole('heading', { level: 1 }).waitFor()
  }
  if (path !== undefined) await page.goto(path)
  return page
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Fails on what axe finds on the page as it is now, or in a part of it, in light and dark colours. */
export async function checkAccessibility(page: Page, part = 'body'): Promise<void> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe)
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    const isDark = () => page.evaluate("getComputedStyle(document.documentElement).colorScheme === 'dark'")
    await expect.poll(isDark).toBe(colorScheme === 'dark')
    await page.evaluate(transitionsEnded)
    const found: Violation[] = await page.evaluate(
      `axe.run(${JSON.stringify(part)}).then(({ violations }) => violations)`,
    )
    const problems = found.map(
      ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html }) => html).join('\n')}`,
    )
    // Soft: a walk over many places names all of them.
    expect.soft(problems, `${page.url()} in ${colorScheme} colours`).toEqual([])
  }
}

/** Colours fade into each other when the scheme changes. */
const transitionsEnded = `Promise.allSettled(
  document.getAnimations().filter((it) => it instanceof CSSTransition).map((it) => it.finished))`

interface Violation {
  id: string
  help: string
  nodes: { html: string }[]
}

/** Fails if the page as a whole scrolls sideways. */
export async function checkFits(page: Page): Promise<void> {
  const [content, window] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, window.innerWidth]',
  )
  expect(content, `${page.url()} is wider than the window`).toBeLessThanOrEqual(window)
}
