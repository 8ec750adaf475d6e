import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { RecordsDefinition } from '@syncline/proto'
import { connect } from '@syncline/rpc'
import { median } from '../median.ts'
import { type Bench, expectCount, expectSaved, timedMs } from './bench.ts'
import { addUp, type Batches, type Counts, SYNC, streamOf } from './jobs.ts'

const WRITERS = 8
const PER_SAVE = 1000
const CHANGED = 1000
const PAGES = { rounds: 7, warmUp: 2, limit: 100 }
const DEADLINE_MS = 600_000
const SETTLE_MS = 5000

/** Large streams: reading them, finding what changed, cutting them down. */
export async function streamFigures(bench: Bench): Promise<void> {
  const { sizes, result, progress } = bench
  const pages: number[] = []
  for (const size of [
    ...sizes.streams,
    sizes.whole,
    ...(bench.peer.name === 'syncline' ? sizes.beyond : []),
  ]) {
    const name = nameOf(size)
    progress(`loading ${size} records`)
    const before = await bench.peer.diskBytes()
    expectSaved('added', await load(bench, name, size), size)
    await sleep(SETTLE_MS) // what is merged or vacuumed in the background
    if (size === sizes.whole) result('disk', ((await bench.peer.diskBytes()) - before) / size)

    progress(`reading ${size} records`)
    const { rate, end } = await readAll(bench, name, size)
    if (size === sizes.whole) result('read', rate)

    progress(`pages of what changed, of ${size} records`)
    const p50 = median(await changedPages(bench, name, size, end))
    pages.push(p50)
    if (size === sizes.whole) result('page', p50)
    else result(`page.${size}`, p50)
  }
  result('flat', (pages.at(-1) ?? Number.NaN) / (pages[0] ?? Number.NaN))
  await cutDown(bench, sizes.whole)
}

/** What is done to a whole stream, in an order in which nothing gets in the way of what follows. */
async function cutDown(bench: Bench, size: number): Promise<void> {
  const { sizes, result, progress } = bench
  using connection = connect(bench.peer.address)
  const records = connection.client(RecordsDefinition)
  const name = nameOf(size)
  const stream = streamOf(name)
  const options = { deadline: DEADLINE_MS }

  progress(`delete detection over ${size} records`)
  const writer = { runId: randomUUID(), sync: SYNC, fence: 2 * 65_536 }
  const startedAt = performance.now()
  await records.begin({ writer, streams: [stream], empty: false }, options)
  await records.startTrackingDeletes({ stream, writer }, options)
  // What changed before is what is gone now.
  await load(bench, name, size, { runId: writer.runId, fence: writer.fence, skipEvery: size / CHANGED })
  let deleted = 0
  result(
    'detect',
    await timedMs(async () => {
      for (let more = true; more; ) {
        const answer = await records.endTrackingDeletes({ stream, writer }, options)
        deleted += answer.deleted
        more = answer.more
      }
    }),
  )
  result('pass', performance.now() - startedAt)
  expectCount('deleted', deleted, CHANGED)

  progress(`pruning ${sizes.pruned} records`)
  const { end: untilCursor } = await bench.clients.one('read', {
    stream: name,
    cursor: '',
    limit: 1000,
    pages: sizes.pruned / 1000,
  })
  let pruned = 0
  result(
    'prune',
    await timedMs(async () => {
      for (let more = true; more; ) {
        const answer = await records.pruneRecords({ stream, untilCursor }, options)
        pruned += answer.count
        more = answer.hasMore
      }
    }),
  )
  expectCount('pruned', pruned, sizes.pruned)

  progress(`emptying ${size} records`)
  result('empty', await timedMs(() => records.emptyStreams({ streams: [stream] }, options)))
  const { sizes: left } = await records.countRecords({ streams: [stream] }, options)
  expectCount('left', left[0]?.live ?? 0, 0)
}

async function readAll(bench: Bench, stream: string, size: number): Promise<{ rate: number; end: string }> {
  const startedAt = performance.now()
  const everything = { stream, cursor: '', limit: 500, pages: Number.MAX_SAFE_INTEGER }
  const { records, end } = await bench.clients.one('read', everything)
  const rate = (size * 1000) / (performance.now() - startedAt)
  expectCount('read', records, size)
  return { rate, end }
}

/** How long the pages take for a reader who had read all before 1 000 records changed. */
async function changedPages(bench: Bench, stream: string, size: number, end: string): Promise<number[]> {
  const took: number[] = []
  let cursor = end
  for (let round = 1; round <= PAGES.rounds; round++) {
    const changed = { ...batchesOf(stream, 0, size), step: size / CHANGED, version: round }
    expectSaved('updated', await bench.clients.one('stream', changed), CHANGED)
    const pages = { stream, cursor, limit: PAGES.limit, pages: CHANGED / PAGES.limit }
    const reading = await bench.clients.one('read', pages)
    expectCount('changed', reading.records, CHANGED)
    if (round > PAGES.warmUp) took.push(...reading.pagesMs)
    cursor = reading.end
  }
  return took
}

async function load(
  bench: Bench,
  stream: string,
  size: number,
  more: Partial<Batches> = {},
): Promise<Counts> {
  const share = size / WRITERS
  const counts = await bench.clients.all(
    'stream',
    (writer) => ({ ...batchesOf(stream, writer * share, (writer + 1) * share), ...more }),
    WRITERS,
  )
  return addUp(counts)
}

const batchesOf = (stream: string, from: number, to: number): Batches => ({
  streams: [stream],
  from,
  to,
  per: PER_SAVE,
  version: 0,
  runId: 'first',
  fence: 65_536,
})

const nameOf = (size: number) => `stream-of-${size}`
