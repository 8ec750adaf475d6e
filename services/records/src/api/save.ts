import type { SaveRequest, SaveResponse } from '@syncline/proto'
import { readBatch } from '@syncline/record'
import { alsoSeen } from '../commit/also-seen.ts'
import { mergeChange } from '../commit/merge-change.ts'
import { saveChange } from '../commit/save-change.ts'
import type { Shard } from '../shard.ts'
import type { RunTarget } from '../stream/target.ts'
import { behind, keyOf } from './position.ts'

/** Saves a batch. A batch that is saved again finds its records unchanged. */
export async function save(shard: Shard, target: RunTarget, request: SaveRequest): Promise<SaveResponse> {
  const startedAt = performance.now()
  const toChange = request.mode === 'SAVE_MODE_MERGE' ? mergeChange : saveChange
  const keepAfter = keyOf(request.keepAfter)
  const batch = toChange(readBatch(request.batch), target.writer.runId, shard.life, keepAfter)
  const change = alsoSeen(batch, request.seenIds)
  const { added, updated, unchanged, duplicateIds, instant } = await shard.writes.change(target, change)
  shard.events.saved({ added, updated, unchanged }, startedAt)
  const position = added + updated > 0 ? behind(instant) : undefined
  return { added, updated, unchanged, deleted: 0, duplicateIds, warning: '', more: false, position }
}
