import { AppError } from '@syncline/errors'
import { RecordsDefinition, type SaveRequest } from '@syncline/proto'
import { batchOf, wholePage } from '@syncline/record'
import { type Connection, connect } from '@syncline/rpc'
import { addUp, type Batches, type Counts, type Jobs, type Reading, SYNC, streamOf } from './jobs.ts'
import { record } from './payload.ts'

/** One writer, or one reader, in a process of its own: does jobs that come over the IPC channel, one by one. */

const deadline = 120_000
const TRIES = 3
const marker = Buffer.from('"_nango_metadata":{')

let connection: Connection | undefined
let ready: SaveRequest[] = []

type Handlers = { [Job in keyof Jobs]: (argument: Parameters<Jobs[Job]>[0]) => unknown }

const handlers: Handlers = {
  connect(address) {
    connection?.[Symbol.dispose]()
    connection = connect(address)
  },
  async prepare(batches) {
    ready = [...savesOf(batches)]
    const { runId, fence, streams } = batches
    const writer = { runId, sync: SYNC, fence }
    const request = { writer, streams: streams.map(streamOf), empty: false }
    await repeated(() => records().begin(request, { deadline }))
  },
  async send({ streamsAtOnce }) {
    if (!streamsAtOnce) return saveAll(ready)
    const byStream = Map.groupBy(ready, ({ stream }) => stream?.connection)
    return addUp(await Promise.all([...byStream.values()].map(saveAll)))
  },
  stream: (batches) => saveAll(savesOf(batches)),
  async loadUntil({ until, ...batches }) {
    for (let version = 0; Date.now() < until; version++) await saveAll(savesOf({ ...batches, version }))
  },
  read,
}

process.on('disconnect', () => process.exit())
process.on('message', async ({ job, argument }: { job: keyof Jobs; argument: never }) => {
  try {
    process.send?.({ result: (await handlers[job](argument)) ?? null })
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.message : String(error) })
  }
})

async function saveAll(saves: Iterable<SaveRequest>): Promise<Counts> {
  const counts = { added: 0, updated: 0, unchanged: 0 }
  const store = records()
  for (const request of saves) {
    const { added, updated, unchanged } = await repeated(() => store.save(request, { deadline }))
    counts.added += added
    counts.updated += updated
    counts.unchanged += unchanged
  }
  return counts
}

/** As runners do: a save that meets the end of a connection's age was refused, not done. */
async function repeated<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof AppError && error.retry) || tries === TRIES) throw error
    }
  }
}

/** A portion of each stream, then the next portion of each. */
function* savesOf(batches: Batches): Iterable<SaveRequest> {
  const { streams, from, to, per, step = 1, version, changedEvery, skipEvery, runId, fence } = batches
  for (let start = from; start < to; start += per * step) {
    const numbers = Array.from({ length: Math.min(per, (to - start) / step) }, (_, i) => start + i * step)
    for (const name of streams) {
      yield {
        stream: streamOf(name),
        writer: { runId, sync: SYNC, fence },
        mode: 'SAVE_MODE_REPLACE',
        batch: batchOf(
          numbers
            .filter((number) => !skipEvery || number % skipEvery !== 0)
            .map((number) => record(number, changedEvery && number % changedEvery !== 0 ? 0 : version)),
        ),
      }
    }
  }
}

async function read({ stream, cursor, limit, pages }: Parameters<Jobs['read']>[0]): Promise<Reading> {
  const store = records()
  const pagesMs: number[] = []
  let count = 0
  let end = cursor
  while (pagesMs.length < pages) {
    const startedAt = performance.now()
    const request = { stream: streamOf(stream), cursor: end, limit }
    const page = await wholePage(store.listRecords(request, { deadline }))
    pagesMs.push(performance.now() - startedAt)
    count += countOf(page.records)
    end = page.nextCursor || lastCursor(page.records) || end
    if (page.nextCursor === '') break
  }
  return { records: count, end, pagesMs }
}

function lastCursor(page: Buffer): string | undefined {
  const records: unknown = JSON.parse(page.toString())
  return (records as { _nango_metadata: { cursor: string } }[]).at(-1)?._nango_metadata.cursor // by contract
}

/** Records of a page; what a client does with them is the same with every store and is not measured. */
function countOf(page: Buffer): number {
  let count = 0
  for (let at = page.indexOf(marker); at >= 0; at = page.indexOf(marker, at + marker.length)) count++
  return count
}

function records() {
  if (!connection) throw new Error('connect comes first')
  return connection.client(RecordsDefinition)
}
