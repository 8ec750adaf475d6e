import { AppError } from '@syncline/errors'
import { type EncodedRecord, encodeRecord } from '@syncline/record'
import type { Store } from '../store.ts'
import type { Lock } from '../stream/stream-state.ts'
import { isOneOf, readLive } from '../tables/record-log.ts'
import { deepMerge } from './merge.ts'
import { isAlive, lastOfEach } from './plan.ts'

/** They are parsed in our memory. */
const MAX_BYTES = 64 * 1024 * 1024

/** Whole records made of parts and what the stream has of them. Parts of records that do not exist are left out. */
export async function mergeRecords(
  { clickhouse, heads, life }: Store,
  lock: Lock,
  parts: EncodedRecord[],
): Promise<{ records: EncodedRecord[]; duplicateIds: string[] }> {
  const { last, duplicateIds } = lastOfEach(parts)
  const ids = last.map((part) => part.id)
  const headsOf = (await heads.find([{ lock, ids }]))(lock)
  const keys = ids.flatMap((id) => {
    const head = headsOf.get(id)
    return head && isAlive(head) ? [{ id, modifiedAt: head.modifiedAt, size: head.size }] : []
  })
  if (keys.length === 0) return { records: [], duplicateIds }
  const bytes = keys.reduce((sum, { size }) => sum + size, 0)
  if (bytes > MAX_BYTES) {
    throw new AppError(
      'body_too_large',
      `the ${keys.length} records to merge into have ${bytes} bytes, ${MAX_BYTES} are allowed at once: update fewer at a time`,
    )
  }
  const live = await readLive(clickhouse, lock.id, isOneOf(keys))
  const stored = new Map(live.map((row) => [row.id, row]))
  const records = last.flatMap((part) => {
    const row = stored.get(part.id)
    if (row === undefined) return []
    // A pruned record has nothing left that a part could be merged onto.
    const base: unknown = life.prunedAt(row, lock.instant) > 0 ? {} : parse(row.payload)
    return [encodeRecord(deepMerge(base, parse(part.payload)), `the merged record '${part.id}'`)]
  })
  return { records, duplicateIds }
}

const parse = (payload: Buffer): unknown => JSON.parse(payload.toString())
