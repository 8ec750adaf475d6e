import { AppError } from '@syncline/errors'
import type { SaveResponse } from '@syncline/proto'
import { batchOf, wholePage } from '@syncline/record'
import { type Connection, connect } from '@syncline/rpc'
import { addUp, type Batches, type Counts, type Jobs, type Reading, SYNC, streamOf } from './jobs.ts'
import { idOf, record, recordPart } from './payload.ts'
import { readSlowlyUntil } from './slow-reader.ts'
import { type StoreClient, storeClient } from './store-client.ts'
import { writeUntil } from './write-until.ts'

/** One writer, or one reader, in a process of its own: does jobs that come over the IPC channel, one by one. */

const deadline = 120_000
const TRIES = 3
const marker = Buffer.from('"_nango_metadata":{')

let connection: Connection | undefined
let ready: Change[] = []

/** A request that is made already, and the call that takes it. */
type Change = { stream: string; send(store: StoreClient): Promise<SaveResponse> }

type Handlers = { [Job in keyof Jobs]: (argument: Parameters<Jobs[Job]>[0]) => unknown }

const handlers: Handlers = {
  connect(address) {
    connection?.[Symbol.dispose]()
    connection = connect(address)
  },
  async prepare(batches) {
    ready = [...changesOf(batches)]
    const { runId, fence, streams, environment } = batches
    const writer = { runId, sync: SYNC, fence }
    const request = { writer, streams: streams.map((name) => streamOf(name, environment)), empty: false }
    await repeated(() => records().begin(request, { deadline }))
  },
  async send({ streamsAtOnce }) {
    if (!streamsAtOnce) return sendAll(ready)
    const byStream = Map.groupBy(ready, ({ stream }) => stream)
    return addUp(await Promise.all([...byStream.values()].map(sendAll)))
  },
  stream: (batches) => sendAll(changesOf(batches)),
  async loadUntil({ until, ...batches }) {
    for (let version = 0; Date.now() < until; version++) await sendAll(changesOf({ ...batches, version }))
  },
  read,
  writeUntil: (load) => writeUntil(records(), load),
  readSlowlyUntil: (load) => readSlowlyUntil(records(), load),
}

process.on('disconnect', () => process.exit())
process.on('message', async ({ job, argument }: { job: keyof Jobs; argument: never }) => {
  try {
    process.send?.({ result: (await handlers[job](argument)) ?? null })
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.message : String(error) })
  }
})

async function sendAll(changes: Iterable<Change>): Promise<Counts> {
  const counts = { added: 0, updated: 0, unchanged: 0, deleted: 0 }
  const store = records()
  for (const change of changes) {
    const { added, updated, unchanged, deleted } = await repeated(() => change.send(store))
    counts.added += added
    counts.updated += updated
    counts.unchanged += unchanged
    counts.deleted += deleted
  }
  return counts
}

/** As runners do: a call that meets the end of a connection's age was refused, not done. */
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
function* changesOf(batches: Batches): Iterable<Change> {
  const { streams, from, to, per, step = 1, skipEvery } = batches
  for (let start = from; start < to; start += per * step) {
    const portion = Array.from({ length: Math.min(per, (to - start) / step) }, (_, i) => start + i * step)
    const numbers = portion.filter((number) => !skipEvery || number % skipEvery !== 0)
    for (const stream of streams) yield changeOf(stream, numbers, batches)
  }
}

function changeOf(stream: string, numbers: number[], batches: Batches): Change {
  const { change, version, changedEvery, words, runId, fence } = batches
  const at = { stream: streamOf(stream, batches.environment), writer: { runId, sync: SYNC, fence } }
  if (change === 'delete') {
    const request = { ...at, ids: numbers.map(idOf) }
    return { stream, send: (store) => store.delete(request, { deadline }) }
  }
  if (change === 'merge') {
    const batch = batchOf(numbers.map((number) => recordPart(number, version)))
    const request = { ...at, mode: 'SAVE_MODE_MERGE' as const, batch }
    return { stream, send: (store) => store.save(request, { deadline }) }
  }
  const versionOf = (number: number) => (changedEvery && number % changedEvery !== 0 ? 0 : version)
  const batch = batchOf(numbers.map((number) => record(number, versionOf(number), words)))
  const request = { ...at, mode: 'SAVE_MODE_REPLACE' as const, batch }
  return { stream, send: (store) => store.save(request, { deadline }) }
}

async function read({
  stream,
  environment,
  cursor,
  limit,
  pages,
}: Parameters<Jobs['read']>[0]): Promise<Reading> {
  const store = records()
  const pagesMs: number[] = []
  let count = 0
  let end = cursor
  while (pagesMs.length < pages) {
    const startedAt = performance.now()
    const request = { stream: streamOf(stream, environment), cursor: end, limit }
    const page = await repeated(() => wholePage(store.listRecords(request, { deadline })))
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
  return storeClient(connection)
}
