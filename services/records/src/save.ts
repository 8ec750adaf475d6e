import type { SaveRequest, SaveResponse } from '@syncline/proto'
import { type EncodedRecord, recordsOf } from '@syncline/record'
import { commit } from './commit.ts'
import { mergeRecords } from './merge-records.ts'
import type { SavePlan } from './plan.ts'
import type { RunTarget, Store } from './store.ts'

export async function save(
  store: Store,
  target: RunTarget,
  { mode, batch }: SaveRequest,
): Promise<SaveResponse> {
  const startedAt = performance.now()
  const records = recordsOf(batch)
  const { added, updated, unchanged, duplicateIds } =
    mode === 'SAVE_MODE_MERGE'
      ? await merge(store, target, records)
      : await store.commits.save(target, records)
  store.events.saved({ added, updated, unchanged }, startedAt)
  return { added, updated, unchanged, deleted: 0, duplicateIds, warning: '' }
}

/** A commit of its own: what a part is merged into must be read under the lock. */
async function merge(store: Store, target: RunTarget, parts: EncodedRecord[]): Promise<SavePlan> {
  return store.state.locked(target, async (lock) => {
    const { records, duplicateIds } = await mergeRecords(store, lock, parts)
    const [plan] = await commit(store, [{ lock, runId: target.writer.runId, records }])
    return { ...plan, duplicateIds }
  })
}
