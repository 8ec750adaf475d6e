import { randomUUID } from 'node:crypto'
import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { connect } from '@syncline/rpc'
import { aboutRun, runLine } from '../about-run.ts'
import { asText, shown } from '../table.ts'
import { expectCount, expectSaved, timedMs } from './bench.ts'
import { type Checkout, checkouts, type RecordsProcess, startRecords, startServers } from './checkout.ts'
import { Clients } from './clients.ts'
import { addUp, SYNC, streamOf } from './jobs.ts'
import { processMetrics } from './process-metrics.ts'
import { storeClient } from './store-client.ts'

/**
 * One pass of delete detection that deletes every record of a large stream. What is untouched is told by heads in memory,
 * or, after a restart of the service, by the tables.
 *
 *     pnpm bench:mass-delete [--before <checkout>] [--size 1000000] [--minutes 30]
 */

const CLIENTS = 8
const PER_SAVE = 1000
/** A little more than a head takes. */
const HEAD_BYTES = 120
/** What a pass leaves to the background begins within this time. */
const AFTER_MS = 15_000
const REACH_MS = 200
const SOURCES = ['memory', 'tables'] as const

const { values: flags } = parseArgs({
  options: {
    before: { type: 'string' },
    size: { type: 'string', default: '1000000' },
    /** A pass that takes longer counts as one that does not end. */
    minutes: { type: 'string', default: '30' },
  },
})
const size = Number(flags.size)
const limitMs = Number(flags.minutes) * 60_000
const env = { RECORDS_HEADS_MAX_BYTES: String(Math.max(96 * 1024 ** 2, size * HEAD_BYTES)) }

await using temp = await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))
await using servers = await startServers(temp.path)
await using clients = new Clients(CLIENTS)
const rows: string[][] = []
for (const source of SOURCES) {
  for (const checkout of checkouts(flags.before)) rows.push(await measured(checkout, source))
}
const about = aboutRun(['pnpm bench:mass-delete', ...process.argv.slice(2)].join(' '))
console.log(
  `\n${runLine(about, [`Node ${process.version}`])}\n${size} of ${size} records deleted by one pass\n`,
)
const header = ['', 'total (s)', 'calls', 'longest block (ms)', 'in 15 s after (ms)', 'reach', '']
console.log(asText([header, ...rows]))

async function measured(checkout: Checkout, source: (typeof SOURCES)[number]): Promise<string[]> {
  const title = `${checkout.name}, untouched by ${source}`
  const log = (text: string) =>
    console.error(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${title}: ${text}`)
  let service = await startRecords(checkout, servers, { env })
  try {
    log(`loading ${size} records`)
    await load(service, source)
    const writer = { runId: randomUUID(), sync: SYNC, fence: 2 * 65_536 }
    await startTracking(service, source, writer)
    if (source === 'tables') {
      log('restarting the service')
      await service[Symbol.asyncDispose]()
      service = await startRecords(checkout, servers, { env })
    }
    log('deleting')
    await processMetrics(service.url) // from here on the event loop's delay counts
    const { calls, ms } = await pass(service, source, writer)
    const during = await processMetrics(service.url)
    log(`done in ${shown(ms / 1000)} s, ${calls} calls; the background`)
    await sleep(AFTER_MS)
    const after = await processMetrics(service.url)
    const blockedMs = Math.max(during.loopDelayMs, after.loopDelayMs)
    const reach = [`< ${REACH_MS} ms`, blockedMs < REACH_MS ? '✓' : '✗']
    return [
      title,
      shown(ms / 1000),
      `${calls}`,
      shown(during.loopDelayMs),
      shown(after.loopDelayMs),
      ...reach,
    ]
  } catch (error) {
    // What it was before may not end; that is a result.
    log(`failed: ${error}; the end of its log:\n${(await readFile(service.log, 'utf8')).slice(-2000)}`)
    process.exitCode = checkout.name === 'now' ? 1 : process.exitCode
    return [title, 'does not end', '', '', '', `< ${REACH_MS} ms`, '✗']
  } finally {
    await service[Symbol.asyncDispose]()
  }
}

async function load({ address }: RecordsProcess, stream: string): Promise<void> {
  await clients.all('connect', () => address)
  const share = size / CLIENTS
  const counts = await clients.all('stream', (client) => ({
    streams: [stream],
    from: client * share,
    to: (client + 1) * share,
    per: PER_SAVE,
    version: 0,
    runId: 'first',
    fence: 65_536,
  }))
  expectSaved('added', addUp(counts), size)
}

type Writer = { runId: string; sync: string; fence: number }

async function startTracking({ address }: RecordsProcess, name: string, writer: Writer): Promise<void> {
  using connection = connect(address)
  const store = storeClient(connection)
  const stream = streamOf(name)
  await store.begin({ writer, streams: [stream], empty: false })
  await store.startTrackingDeletes({ stream, writer })
}

async function pass({ address }: RecordsProcess, name: string, writer: Writer) {
  using connection = connect(address)
  const store = storeClient(connection)
  const stream = streamOf(name)
  const endsAt = performance.now() + limitMs
  let [deleted, calls] = [0, 0]
  const ms = await timedMs(async () => {
    for (let more = true; more; calls++) {
      const deadline = Math.max(1, endsAt - performance.now())
      // Code of before answers without `more`: its one call does it all.
      const answer = await store.endTrackingDeletes({ stream, writer, allowMassDelete: true }, { deadline })
      deleted += answer.deleted
      more = answer.more
    }
  })
  expectCount('deleted', deleted, size)
  const { sizes } = await store.countRecords({ streams: [stream] })
  expectCount('left', sizes[0]?.live ?? 0, 0)
  return { calls, ms }
}
