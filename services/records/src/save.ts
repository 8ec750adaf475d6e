import { AppError } from '@syncline/errors'
import type { Record as SavedRecord, SaveRequest, SaveResponse } from '@syncline/proto'
import { commit } from './commit.ts'
import { mergeRecords } from './merge-records.ts'
import type { RunTarget, Store } from './store.ts'

const HASH_BYTES = 16

/** A commit of its own for each call. */
export async function save(
  store: Store,
  target: RunTarget,
  { mode, records }: SaveRequest,
): Promise<SaveResponse> {
  for (const record of records) check(record)
  const startedAt = performance.now()
  const runId = target.writer.runId
  return store.state.locked(target, async (lock) => {
    const batch =
      mode === 'SAVE_MODE_MERGE' ? await mergeRecords(store, lock, records) : { records, duplicateIds: [] }
    const [plan] = await commit(store, [{ lock, runId, records: batch.records }])
    const { added, updated, unchanged } = plan
    store.events.saved({ added, updated, unchanged }, startedAt)
    const duplicateIds = [...batch.duplicateIds, ...plan.duplicateIds]
    return { added, updated, unchanged, deleted: 0, duplicateIds, warning: '' }
  })
}

/** A hash of another length would shift all columns after it, in the rows of others too. */
function check({ id, hash, payload }: SavedRecord): void {
  if (id === '' || hash.length !== HASH_BYTES || payload.length === 0) {
    throw new AppError('invalid_record', `record '${id}' was not made by encodeRecord`)
  }
}
