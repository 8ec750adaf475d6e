import type { SaveRequest, SaveResponse } from '@syncline/proto'
import { commit } from './commit.ts'
import { mergeRecords } from './merge-records.ts'
import type { RunTarget, Store } from './store.ts'

/** A commit of its own for each call. */
export async function save(
  store: Store,
  target: RunTarget,
  { mode, records }: SaveRequest,
): Promise<SaveResponse> {
  const startedAt = performance.now()
  const runId = target.writer.runId
  return store.state.locked(target, async (lock) => {
    const batch =
      mode === 'SAVE_MODE_MERGE' ? await mergeRecords(store, lock, records) : { records, duplicateIds: [] }
    const [plan] = await commit(store, [{ lock, runId, records: batch.records }])
    const { added, updated, unchanged } = plan
    store.events.saved({ added, updated, unchanged }, startedAt)
    const duplicateIds = [...batch.duplicateIds, ...plan.duplicateIds]
    return { added, updated, unchanged, deleted: 0, duplicateIds }
  })
}
