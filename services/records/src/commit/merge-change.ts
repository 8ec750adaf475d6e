import { AppError } from '@syncline/errors'
import { type Batch, deepMerge, type EncodedRecord, encodeRecord } from '@syncline/record'
import type { PayloadLife } from '../tables/payload-life.ts'
import type { Key } from '../tables/version.ts'
import type { Change, Placed, StoredVersions } from './change.ts'
import { type Draft, isAlive, lastOfEach, planSave, type SaveCounts } from './plan.ts'

/** Of the records that parts are merged into: they are parsed in our memory. */
const MAX_BYTES = 32 * 1024 * 1024

/** Parts of records, merged into what the stream has of them. Parts of records that do not exist are left out. */
export function mergeChange(
  batch: Batch,
  runId: string,
  life: PayloadLife,
  keepAfter?: Key,
): Change<Placed<SaveCounts>> {
  return {
    ids: batch.ids,
    bytes: batch.bytes,
    stored(heads) {
      const keys = [...new Set(batch.ids)].flatMap((id) => {
        const head = heads.get(id)
        return head && isAlive(head) ? [{ id, modifiedAt: head.modifiedAt, size: head.size }] : []
      })
      const bytes = keys.reduce((sum, { size }) => sum + size, 0)
      if (bytes <= MAX_BYTES) return keys
      throw new AppError(
        'body_too_large',
        `the ${keys.length} records to merge into have ${bytes} bytes, ${MAX_BYTES} are allowed at once: update fewer at a time`,
      )
    },
    plan(draft, heads, stored) {
      const { instant } = draft.snapshot
      const { last, duplicateIds } = lastOfEach(batch.records())
      const records = last.flatMap((part) => merged(part, draft, stored, life) ?? [])
      return {
        ...planSave({ runId, instant, expiry: life.expiry(instant), records, keepAfter }, heads, draft),
        duplicateIds,
        instant,
      }
    },
  }
}

/** Undefined if there is nothing to merge into. */
function merged(
  part: EncodedRecord,
  { snapshot, changes }: Draft,
  stored: StoredVersions,
  life: PayloadLife,
): EncodedRecord | undefined {
  const change = changes.get(part.id)
  if (change && !isAlive(change.next)) return undefined
  const row = stored.get(part.id)
  if (!change && !row) return undefined
  // A pruned record has nothing left that a part could be merged into.
  const pruned = !change && row && life.prunedAt(row, snapshot.instant) > 0
  const base = pruned ? {} : parse((change ?? row)?.payload)
  return encodeRecord(deepMerge(base, parse(part.payload)), `the merged record '${part.id}'`)
}

const parse = (payload: Buffer | undefined): unknown => JSON.parse(payload?.toString() ?? '{}')
