import { SynclineError } from './error.ts'
import { sleep } from './sleep.ts'
import type { AnyRecord, ListRecordsRequestConfig, NangoRecord, RecordsPage } from './types.ts'

const POLL_MS = 2000
const POLL_MAX_MS = 60_000

/** Where a copy keeps its place: beside the copy, in a file, in a table. */
export interface CursorStore {
  /** What was saved last; null or undefined at the beginning. */
  load(): Promise<string | null | undefined> | string | null | undefined
  /** Resolves when it is durable. */
  save(cursor: string): Promise<unknown> | unknown
}

/** What has changed, oldest first: a record is in a batch once for each page that has it. */
export interface RecordBatch<T = AnyRecord> {
  /** Added or updated. */
  upserts: NangoRecord<T>[]
  /** Deleted at the source; the payload is the last one. */
  deletions: NangoRecord<T>[]
  /** Added or updated, and their payloads were pruned before they were read: all that is left is `_nango_metadata` and the id. */
  pruned: NangoRecord<T>[]
  /** Of the last record of the batch: what `cursor.save` gets next. */
  cursor: string
}

export type CopyOptions<T = AnyRecord> = Omit<
  ListRecordsRequestConfig,
  'cursor' | 'ids' | 'asOf' | 'limit' | 'order' | 'payload'
> & {
  cursor: CursorStore
  apply(batch: RecordBatch<T>): Promise<unknown> | unknown
  /**
   * `caughtUp`: until there is nothing new. A signal: until it is aborted; the batch in hand is applied and saved first. By
   * default, for ever.
   */
  until?: 'caughtUp' | AbortSignal
  /** Records in a batch, at most: up to 500; 500 by default. */
  batchSize?: number
  /** How long to wait when there is nothing new, at first; twice as long each time, up to `pollMaxMs`. 2 s by default. */
  pollMs?: number
  /** 60 s by default. */
  pollMaxMs?: number
}

export interface CopyResult {
  /** What was saved last. */
  cursor: string | null
  /** How many were applied. */
  upserts: number
  deletions: number
}

/** See `Records.copy`. */
export async function copyRecords<T extends AnyRecord>(
  {
    cursor: store,
    apply,
    until,
    batchSize = 500,
    pollMs = POLL_MS,
    pollMaxMs = POLL_MAX_MS,
    ...where
  }: CopyOptions<T>,
  list: (page: ListRecordsRequestConfig) => Promise<RecordsPage<T>>,
  signal?: AbortSignal,
): Promise<CopyResult> {
  const ending = until === 'caughtUp' ? undefined : until
  const result: CopyResult = { cursor: (await store.load()) ?? null, upserts: 0, deletions: 0 }
  let waitMs = pollMs
  while (!ending?.aborted) {
    if (signal?.aborted) throw aborted(signal.reason)
    const { records, next_cursor } = await list({ ...where, cursor: result.cursor, limit: batchSize })
    const cursor = next_cursor ?? records.at(-1)?._nango_metadata.cursor
    if (cursor !== undefined && cursor !== result.cursor) {
      if (records.length > 0) {
        const batch = batchOf(records, cursor)
        await apply(batch)
        result.upserts += batch.upserts.length
        result.deletions += batch.deletions.length
      }
      // Whoever dies here gets the batch again.
      await store.save(cursor)
      result.cursor = cursor
      waitMs = pollMs
    }
    if (next_cursor !== null) continue
    if (until === 'caughtUp') break
    await pause(waitMs, ending, signal)
    waitMs = Math.min(waitMs * 2, pollMaxMs)
  }
  return result
}

function batchOf<T extends AnyRecord>(records: NangoRecord<T>[], cursor: string): RecordBatch<T> {
  const batch: RecordBatch<T> = { upserts: [], deletions: [], pruned: [], cursor }
  for (const record of records) {
    const { last_action, pruned_at } = record._nango_metadata
    if (last_action === 'DELETED') batch.deletions.push(record)
    else if (pruned_at !== null) batch.pruned.push(record)
    else batch.upserts.push(record)
  }
  return batch
}

async function pause(ms: number, ending?: AbortSignal, signal?: AbortSignal): Promise<void> {
  const signals = [ending, signal].filter((one) => one !== undefined)
  await sleep(ms, AbortSignal.any(signals)).catch((cause: unknown) => {
    if (signal?.aborted) throw aborted(cause)
  })
}

function aborted(cause: unknown): SynclineError {
  return new SynclineError(0, 'aborted', 'the copying of records was aborted', { cause })
}
