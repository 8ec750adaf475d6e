import type { Batch } from '@syncline/record'
import type { PayloadLife } from '../tables/payload-life.ts'
import type { Key } from '../tables/version.ts'
import type { Change, Placed } from './change.ts'
import { planSave, type SaveCounts } from './plan.ts'

/** Whole records: added, or replaced where they differ. */
export function saveChange(
  batch: Batch,
  runId: string,
  life: PayloadLife,
  keepAfter?: Key,
): Change<Placed<SaveCounts>> {
  return {
    ids: batch.ids,
    bytes: batch.bytes,
    plan(draft, heads) {
      const { instant } = draft.snapshot
      const save = { runId, instant, expiry: life.expiry(instant), records: batch.records(), keepAfter }
      return { ...planSave(save, heads, draft), instant }
    },
  }
}
