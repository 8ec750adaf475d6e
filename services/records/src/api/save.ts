import type { SaveRequest, SaveResponse } from '@syncline/proto'
import { readBatch } from '@syncline/record'
import { mergeChange } from '../commit/merge-change.ts'
import { saveChange } from '../commit/save-change.ts'
import type { Store } from '../store.ts'
import type { RunTarget } from '../stream/target.ts'

/** Saves a batch. A batch that is saved again finds its records unchanged. */
export async function save(store: Store, target: RunTarget, request: SaveRequest): Promise<SaveResponse> {
  const startedAt = performance.now()
  const toChange = request.mode === 'SAVE_MODE_MERGE' ? mergeChange : saveChange
  const change = toChange(readBatch(request.batch), target.writer.runId, store.life)
  const { added, updated, unchanged, duplicateIds } = await store.writes.change(target, change)
  store.events.saved({ added, updated, unchanged }, startedAt)
  return { added, updated, unchanged, deleted: 0, duplicateIds, warning: '', more: false }
}
