import { type EncodedRecord, encodeRecord } from '@syncline/record'
import { collapse } from './collapse.ts'
import { deepMerge } from './merge.ts'
import { isAlive, lastOfEach } from './plan.ts'
import { isOneOf, readRows } from './record-log.ts'
import type { Store } from './store.ts'
import type { Lock } from './stream-state.ts'

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
    return head && isAlive(head) ? [{ id, modifiedAt: head.modifiedAt }] : []
  })
  if (keys.length === 0) return { records: [], duplicateIds }
  const { live } = collapse(
    await readRows(clickhouse, lock.id, isOneOf(keys), Number.MAX_SAFE_INTEGER),
    false,
  )
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
