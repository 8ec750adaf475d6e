import type { SaveRequest, SaveResponse } from '@syncline/proto'
import { type Batch, readBatch } from '@syncline/record'
import { commit } from '../commit/commit.ts'
import { mergeRecords } from '../commit/merge-records.ts'
import type { SavePlan } from '../commit/plan.ts'
import type { RunTarget, Store } from '../store.ts'

export async function save(store: Store, target: RunTarget, request: SaveRequest): Promise<SaveResponse> {
  const startedAt = performance.now()
  const batch = readBatch(request.batch)
  const { added, updated, unchanged, duplicateIds } =
    request.mode === 'SAVE_MODE_MERGE'
      ? await merge(store, target, batch)
      : await store.commits.save(target, batch)
  store.events.saved({ added, updated, unchanged }, startedAt)
  return { added, updated, unchanged, deleted: 0, duplicateIds, warning: '' }
}

/** A commit of its own: what a part is merged into must be read under the lock. */
async function merge(store: Store, target: RunTarget, batch: Batch): Promise<SavePlan> {
  return store.state.locked(target, async (lock) => {
    const { records, duplicateIds } = await mergeRecords(store, lock, batch.records())
    const merged = {
      ids: records.map(({ id }) => id),
      bytes: records.reduce((sum, { payload }) => sum + payload.length, 0),
      records: () => records,
    }
    const [plan] = await commit(store, [{ lock, runId: target.writer.runId, batch: merged }])
    return { ...plan, duplicateIds }
  })
}
