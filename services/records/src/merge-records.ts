import type { Record as SavedRecord } from '@syncline/proto'
import { encodeRecord } from '@syncline/record'
import { collapse } from './collapse.ts'
import { deepMerge } from './merge.ts'
import { lastOfEach } from './plan.ts'
import { readHeads } from './record-head.ts'
import { Action, isOneOf, readRows } from './record-log.ts'
import type { Store } from './store.ts'
import type { Lock } from './stream-state.ts'

/** Whole records made of parts and what the stream has of them. Parts of records that do not exist are left out. */
export async function mergeRecords(
  { clickhouse, life }: Store,
  lock: Lock,
  parts: SavedRecord[],
): Promise<{ records: SavedRecord[]; duplicateIds: string[] }> {
  const { last, duplicateIds } = lastOfEach(parts)
  const ids = last.map((part) => part.id)
  const heads = (await readHeads(clickhouse, [{ stream: lock.id, ids }])).get(lock.id)
  const keys = ids.flatMap((id) => {
    const head = heads?.get(id)
    return head && head.action !== Action.deleted ? [{ id, modifiedAt: head.modifiedAt }] : []
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
