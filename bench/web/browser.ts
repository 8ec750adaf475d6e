// The dashboard in Chromium, on 5 000 connections × 3 syncs: first paint, rows after a filter, memory of a tab that is left open.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Browser, chromium, type Page } from 'playwright-core'
import { startBrowser } from '../../e2e/browser/start-browser.ts'
import type { Figure, Options } from '../part.ts'
import { quantile } from '../quantile.ts'
import { openBenchSystem } from '../scheduler/system.ts'
import { makeFleet, schedulesOf, syncs } from './fleet.ts'

const ENVIRONMENT = 'bench'
const TIMES = 9
/** How long the tab is open. */
const MINUTES = Number(process.env.BENCH_MINUTES ?? 5)
/** A checkout may have none yet, or that of other sources. */
const BUILD = ['--no-warnings', join(import.meta.dirname, '../../setup/build-pages.ts'), 'web']
const MIB = 1024 * 1024

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  progress('dashboard')
  await promisify(execFile)(process.execPath, BUILD)
  await using bench = await openBenchSystem({ SYNC_MIN_FREQUENCY: '30s' })
  const { client, key } = await bench.environmentWithKey(ENVIRONMENT)
  const connections = smoke ? 40 : 5000
  await makeFleet(bench, client, connections, progress)
  await schedulesOf(client, connections * syncs.length, progress)
  const server = await startBrowser()
  try {
    await using browser = await chromium.connect(server.wsEndpoint())
    const place = { browser, url: bench.system.url, key }
    progress('first paint')
    const paints = await several(() => firstPaint(place))
    progress('rows after a filter')
    await using screen = await openSyncs(place)
    const filters = await several((n) => rowsOfText(screen.page, `customer-${n + 1}`))
    progress(`memory over ${smoke ? 0.1 : MINUTES} minutes`)
    const [early, late] = await memoryOf(screen.page, (smoke ? 0.1 : MINUTES) * 60_000)
    return [
      timeFigure('first paint of Syncs, nothing cached', paints, 1000),
      timeFigure('rows after a text was typed, with the wait for typing', filters, 400),
      {
        name: `JS memory of the tab, after 10 s / ${MINUTES} min of live updates`,
        value: `${(early / MIB).toFixed(1)} / ${(late / MIB).toFixed(1)} MiB`,
        reach: 'flat',
        ok: late < early * 1.2,
      },
    ]
  } finally {
    await server.close()
  }
}

interface Place {
  browser: Browser
  url: string
  key: string
}

/** A page that is logged in. Each has a cache of its own. */
async function openSyncs({ browser, url, key }: Place) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  await context.request.post(`${url}/session`, { data: { key } })
  const page = await context.newPage()
  await page.goto(`${url}/ui/${ENVIRONMENT}/syncs`)
  await page
    .getByRole('row', { name: /customer-/ })
    .first()
    .waitFor()
  return { page, [Symbol.asyncDispose]: () => context.close() }
}

async function firstPaint(place: Place): Promise<number> {
  await using screen = await openSyncs(place)
  return await screen.page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity",
  )
}

/** From the last letter to the frame that shows the row, by the clock of the page. */
async function rowsOfText(page: Page, text: string): Promise<number> {
  await page.getByPlaceholder(/Search/).fill(text)
  // A text, as this package has no types of the DOM.
  return page.evaluate<number>(
    `new Promise((resolve) => {
      const begin = performance.now()
      const look = () => {
        const rows = [...document.querySelectorAll('[role=row]')].slice(1)
        const isThere = rows.length > 0 && rows.every((row) => row.textContent.includes(${JSON.stringify(text)}))
        if (isThere || performance.now() - begin > 10000) resolve(performance.now() - begin)
        else requestAnimationFrame(look)
      }
      look()
    })`,
  )
}

/** Bytes of JS values that are in use, near the beginning and at the end. */
async function memoryOf(page: Page, forMs: number): Promise<[number, number]> {
  const devTools = await page.context().newCDPSession(page)
  const used = async () => {
    await devTools.send('HeapProfiler.collectGarbage')
    return (await devTools.send('Runtime.getHeapUsage')).usedSize
  }
  await page.getByPlaceholder(/Search/).fill('')
  await sleep(10_000)
  const early = await used()
  await sleep(forMs)
  return [early, await used()]
}

async function several(measure: (n: number) => Promise<number>): Promise<number[]> {
  const found: number[] = []
  for (let n = 0; n <= TIMES; n++) {
    const ms = await measure(n)
    // The first one warms up what the server caches.
    if (n > 0) found.push(ms)
  }
  return found
}

function timeFigure(name: string, times: number[], goalMs: number): Figure {
  const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)]
  return {
    name: `${name}, p50 / p95`,
    value: `${p50.toFixed(0)} / ${p95.toFixed(0)} ms`,
    reach: `p95 ≤ ${goalMs} ms`,
    ok: p95 <= goalMs,
  }
}
