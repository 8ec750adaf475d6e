import { AppError } from '@syncline/errors'
import type { Record as SavedRecord, SaveRequest, SaveResponse } from '@syncline/proto'
import { commit } from './commit.ts'
import { mergeRecords } from './merge-records.ts'
import type { SavePlan } from './plan.ts'
import type { RunTarget, Store } from './store.ts'

const HASH_BYTES = 16

export async function save(
  store: Store,
  target: RunTarget,
  { mode, records }: SaveRequest,
): Promise<SaveResponse> {
  for (const record of records) check(record)
  const startedAt = performance.now()
  const { added, updated, unchanged, duplicateIds } =
    mode === 'SAVE_MODE_MERGE'
      ? await merge(store, target, records)
      : await store.commits.save(target, records)
  store.events.saved({ added, updated, unchanged }, startedAt)
  return { added, updated, unchanged, deleted: 0, duplicateIds, warning: '' }
}

/** A commit of its own: what a part is merged into must be read under the lock. */
async function merge(store: Store, target: RunTarget, parts: SavedRecord[]): Promise<SavePlan> {
  return store.state.locked(target, async (lock) => {
    const { records, duplicateIds } = await mergeRecords(store, lock, parts)
    const [plan] = await commit(store, [{ lock, runId: target.writer.runId, records }])
    return { ...plan, duplicateIds }
  })
}

/** A hash of another length would shift all columns after it, in the rows of others too; NUL separates ids in a look-up. */
function check({ id, hash, payload }: SavedRecord): void {
  if (id === '' || id.includes('\0') || hash.length !== HASH_BYTES || payload.length === 0) {
    throw new AppError('invalid_record', `record '${id}' was not made by encodeRecord`)
  }
}
