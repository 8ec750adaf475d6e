import { randomUUID } from 'node:crypto'
import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { AppError } from '@syncline/errors'
import { connect } from '@syncline/rpc'
import { aboutRun, runLine } from '../about-run.ts'
import { median } from '../median.ts'
import { asText } from '../table.ts'
import { type Checkout, checkouts, type RecordsProcess, startRecords, startServers } from './checkout.ts'
import { Clients } from './clients.ts'
import { type SlowReads, type StreamName, streamOf, type Written } from './jobs.ts'
import { residentMb } from './memory.ts'
import { processMetrics } from './process-metrics.ts'
import { storeClient } from './store-client.ts'

/**
 * A records process with little memory under more load than it can bear: writers and slow readers of many environments,
 * and ClickHouse stopped in the middle. It must survive, lose nothing that it acknowledged, and serve the readers of
 * another environment afterwards.
 *
 *     pnpm bench:overload [--before <checkout>] [--seconds 120] [--stopped 30] [--writers 64] [--readers 64]
 *                         [--environments 40] [--page-mib 16] [--heap-mib 432]
 */

/**
 * RECORDS_WRITE_MAX_BYTES 96 + RECORDS_READ_MAX_BYTES 64 + RECORDS_READ_AHEAD_BYTES 48 + RECORDS_HEADS_MAX_BYTES 96, and
 * 128 for Node, the code, and what gRPC and the HTTP client hold. V8's limit is of its heap alone; buffers are outside of
 * it, and so the resident size is what a container has to be given: it is printed, and has the row `peak of RSS`.
 */
const LIMIT_MIB = 96 + 64 + 48 + 96 + 128
const CLIENTS = { writing: 4, reading: 4 }
/** 1 MiB. */
const BATCH_RECORDS = 1024
/** A page has 10 000 records at most: those of its stream are larger than 1 KB. */
const LARGE = { stream: 'large', words: 500, bytes: 3800, per: 250 }
const NORMAL = { environment: 'normal', stream: 'small', records: 1000, everyMs: 1000, deadlineMs: 15_000 }
const PIECE_PAUSE_MS = 3000
/** How long refused batches are sent again after the load. */
const SETTLE_MS = 120_000

const { values: flags } = parseArgs({
  options: {
    before: { type: 'string' },
    seconds: { type: 'string', default: '120' },
    stopped: { type: 'string', default: '30' },
    writers: { type: 'string', default: '64' },
    readers: { type: 'string', default: '64' },
    environments: { type: 'string', default: '40' },
    'page-mib': { type: 'string', default: '16' },
    'heap-mib': { type: 'string', default: String(LIMIT_MIB) },
  },
})
const environments = Number(flags.environments)
const pageBytes = Number(flags['page-mib']) * 1024 ** 2
const loadMs = Number(flags.seconds) * 1000
const stoppedMs = Number(flags.stopped) * 1000

const columns: Record<string, string>[] = []
for (const checkout of checkouts(flags.before)) columns.push(await measured(checkout))
const about = aboutRun(['pnpm bench:overload', ...process.argv.slice(2)].join(' '))
console.log(`\n${runLine(about, [`Node ${process.version}`])}\n`)
const titles = Object.keys(columns.at(-1) ?? {})
console.log(asText(titles.map((title) => [title, ...columns.map((column) => column[title] ?? '')])))

async function measured(checkout: Checkout): Promise<Record<string, string>> {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))
  await using servers = await startServers(temp.path)
  await using service = await startRecords(checkout, servers, {
    env: { RECORDS_PAGE_MAX_BYTES: String(pageBytes) },
    flags: [`--max-old-space-size=${flags['heap-mib']}`],
  })
  await using writing = new Clients(CLIENTS.writing)
  await using reading = new Clients(CLIENTS.reading)
  for (const clients of [writing, reading]) await clients.all('connect', () => service.address)
  progress(checkout, 'loading what is read')
  await preload(reading)

  await using memory = watchMemory(checkout, service)
  const startedAt = Date.now()
  const until = startedAt + loadMs
  const writers = named(Number(flags.writers), (i) => `written-${i}`)
  const readers = named(Number(flags.readers), () => LARGE.stream)
  const died = new AbortController()
  const load = Promise.all([
    write(writing, writers, until),
    reading.all('readSlowlyUntil', (client) => ({
      streams: share(readers, client, CLIENTS.reading),
      limit: 10_000,
      pauseMs: PIECE_PAUSE_MS,
      until,
    })),
    stopInTheMiddle(checkout, servers.clickhouse.pid, died.signal),
    readNormally(service, until, died.signal),
  ])
  const ended = service.exited.then((exit) => ({ exit }))
  // If the process dies, the load has nothing left to find out.
  load.catch(() => {})
  const outcome = await Promise.race([load.then((results) => ({ results })), ended])
  if ('exit' in outcome) {
    died.abort()
    const after = `after ${((Date.now() - startedAt) / 1000).toFixed(0)} s`
    const how = outcome.exit.signal ?? `exit code ${outcome.exit.code}`
    progress(
      checkout,
      `died (${how}); the end of its log:\n${(await readFile(service.log, 'utf8')).slice(-3000)}`,
    )
    failed(checkout)
    return { '': checkout.name, process: `died ${after}: ${how}`, ...memory.peaks() }
  }
  const [written, slow, { stoppedAt, continuedAt }, reads] = outcome.results
  progress(checkout, 'counting what was acknowledged')
  const missing = await missingRecords(service, reading, written)
  const servedAfter = reads.find(({ at, ms }) => at >= continuedAt && ms !== undefined)
  if (missing > 0 || !servedAfter) failed(checkout)
  const phases = [
    reads.filter(({ at }) => at < stoppedAt),
    reads.filter(({ at }) => at >= stoppedAt && at < continuedAt),
    reads.filter(({ at }) => at >= continuedAt),
  ]
  const sum = (of: (stream: Written) => number) => written.reduce((total, stream) => total + of(stream), 0)
  const slowSum = (of: keyof SlowReads) => `${slow.reduce((total, reads) => total + reads[of], 0)}`
  return {
    '': checkout.name,
    process: 'survived',
    ...memory.peaks(),
    'records acknowledged': `${sum(({ acknowledged }) => acknowledged)}`,
    'of them missing': `${missing}`,
    'records of batches given up': `${sum(({ unanswered }) => unanswered)}`,
    'writes refused, and sent again': `${sum(({ refusals }) => refusals)}`,
    'slow readers: whole pages': slowSum('pages'),
    'slow readers: pieces': slowSum('pieces'),
    'slow readers: calls refused': slowSum('refusals'),
    'normal reads before, while stopped, after': phases.map(servedOf).join(', '),
    'p50 of those that were served (ms)': phases.map(p50Of).join(', '),
    'why the others were not': phases.map(codesOf).join(', '),
    'first one served after ClickHouse was back (s)': servedAfter
      ? ((servedAfter.at - continuedAt + (servedAfter.ms ?? 0)) / 1000).toFixed(1)
      : 'none',
  }
}

function named(count: number, stream: (i: number) => string): StreamName[] {
  return Array.from({ length: count }, (_, i) => ({
    environment: `env-${i % environments}`,
    stream: stream(i),
  }))
}

function share<T>(all: T[], client: number, clients: number): T[] {
  return all.filter((_, i) => i % clients === client)
}

/** A stream of more than a page in each environment, and a small one in another. */
async function preload(clients: Clients): Promise<void> {
  const batches = { version: 0, runId: 'first', fence: 65_536, from: 0 }
  const records = Math.ceil((pageBytes * 1.1) / LARGE.bytes)
  const large = { ...batches, streams: [LARGE.stream], to: records, per: LARGE.per, words: LARGE.words }
  for (let from = 0; from < environments; from += CLIENTS.reading) {
    const count = Math.min(CLIENTS.reading, environments - from)
    await clients.all('stream', (client) => ({ ...large, environment: `env-${from + client}` }), count)
  }
  const { environment, stream, records: to } = NORMAL
  await clients.one('stream', { ...batches, environment, streams: [stream], to, per: 1000 })
}

async function write(clients: Clients, streams: StreamName[], until: number): Promise<Written[]> {
  const written = await clients.all('writeUntil', (client) => ({
    streams: share(streams, client, CLIENTS.writing),
    per: BATCH_RECORDS,
    until,
    giveUpAt: until + SETTLE_MS,
    runId: randomUUID(),
  }))
  return written.flat()
}

async function stopInTheMiddle(checkout: Checkout, pid: number, died: AbortSignal) {
  await sleep((loadMs - stoppedMs) / 2, undefined, { signal: died })
  const stoppedAt = Date.now()
  try {
    process.kill(pid, 'SIGSTOP')
    progress(checkout, 'ClickHouse is stopped')
    await sleep(stoppedMs, undefined, { signal: died })
  } finally {
    process.kill(pid, 'SIGCONT')
    progress(checkout, 'ClickHouse goes on')
  }
  return { stoppedAt, continuedAt: Date.now() }
}

/** How long it took, or the code of the error. */
type Read = { at: number; ms?: number; code?: string }

/** A client of another environment, which reads a small stream each second. */
async function readNormally({ address }: RecordsProcess, until: number, died: AbortSignal): Promise<Read[]> {
  using connection = connect(address)
  const store = storeClient(connection)
  const request = { stream: streamOf(NORMAL.stream, NORMAL.environment), cursor: '', limit: NORMAL.records }
  const reads: Read[] = []
  while (Date.now() < until && !died.aborted) {
    const at = Date.now()
    try {
      for await (const _piece of store.listRecords(request, { deadline: NORMAL.deadlineMs }));
      reads.push({ at, ms: Date.now() - at })
    } catch (error) {
      reads.push({ at, code: error instanceof AppError ? error.code : String(error) })
    }
    await sleep(Math.max(0, at + NORMAL.everyMs - Date.now()))
  }
  return reads
}

function servedOf(reads: Read[]): string {
  return `${reads.filter(({ ms }) => ms !== undefined).length} of ${reads.length}`
}

function codesOf(reads: Read[]): string {
  const codes = Map.groupBy(
    reads.flatMap(({ code }) => code ?? []),
    (code) => code,
  )
  return codes.size === 0 ? '–' : [...codes].map(([code, all]) => `${all.length} ${code}`).join(' + ')
}

function p50Of(reads: Read[]): string {
  const served = reads.flatMap(({ ms }) => ms ?? [])
  return served.length === 0 ? '–' : median(served).toFixed(0)
}

/** Acknowledged records that a reader does not find, or that are not counted. */
async function missingRecords(
  { address }: RecordsProcess,
  clients: Clients,
  written: Written[],
): Promise<number> {
  using connection = connect(address)
  const store = storeClient(connection)
  let missing = 0
  for (let from = 0; from < written.length; from += CLIENTS.reading) {
    const portion = written.slice(from, from + CLIENTS.reading)
    const all = { cursor: '', limit: 1000, pages: Number.MAX_SAFE_INTEGER }
    const read = await clients.all(
      'read',
      (client) => ({ ...all, ...nameOf(portion[client]) }),
      portion.length,
    )
    const streams = portion.map(({ stream, environment }) => streamOf(stream, environment))
    const { sizes } = await store.countRecords({ streams })
    for (const [i, { stream, acknowledged, unanswered }] of portion.entries()) {
      const [found, counted] = [read[i]?.records ?? 0, sizes[i]?.live ?? 0]
      const most = acknowledged + unanswered
      if (found >= acknowledged && found <= most && counted === found) continue
      console.error(`${stream}: ${acknowledged} acknowledged, ${found} found, ${counted} counted`)
      missing += Math.max(1, acknowledged - Math.min(found, counted))
    }
  }
  return missing
}

function nameOf(written: Written | undefined): StreamName {
  if (!written) throw new Error('a client without a stream to read')
  return { stream: written.stream, environment: written.environment }
}

/** Resident size and heap of the process, each second; the heap is asked for, and a busy process may not answer in time. */
function watchMemory(checkout: Checkout, service: RecordsProcess) {
  const peak = { rss: 0, heap: 0, external: 0 }
  let asking = false
  const timer = setInterval(async () => {
    const rss = residentMb(service.pid)
    peak.rss = Math.max(peak.rss, rss)
    if (asking || rss === 0) return progress(checkout, `RSS ${rss} MiB`)
    asking = true
    const metrics = await processMetrics(service.url).catch(() => undefined)
    asking = false
    peak.heap = Math.max(peak.heap, metrics?.heapMb ?? 0)
    peak.external = Math.max(peak.external, metrics?.externalMb ?? 0)
    const heap = metrics ? `heap ${metrics.heapMb}, buffers ${metrics.externalMb}` : 'no answer'
    progress(checkout, `RSS ${rss} MiB, ${heap}`)
  }, 1000)
  return {
    peaks: () => ({
      'peak of RSS (MiB)': `${peak.rss}`,
      [`peak of the heap (MiB of ${flags['heap-mib']})`]: `${peak.heap}`,
      'peak of buffers outside of it (MiB)': `${peak.external}`,
    }),
    [Symbol.asyncDispose]: async () => clearInterval(timer),
  }
}

function failed(checkout: Checkout): void {
  if (checkout.name === 'now') process.exitCode = 1
}

function progress(checkout: Checkout, text: string): void {
  console.error(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${checkout.name}: ${text}`)
}
