import { deleteChange } from '../commit/delete-change.ts'
import type { Shard } from '../shard.ts'
import type { RunTarget } from '../stream/target.ts'

/** Other writers get their turn between two chunks. */
const CHUNK = 5000

/** Unknown and deleted ids are left alone. Returns how many records were deleted. */
export async function deleteByIds(shard: Shard, target: RunTarget, ids: string[]): Promise<number> {
  const unique = [...new Set(ids)]
  let deleted = 0
  for (let from = 0; from < unique.length; ) {
    const change = deleteChange(unique.slice(from, from + CHUNK), target.writer.runId, shard.life)
    const end = await shard.writes.change(target, change)
    deleted += end.deleted
    from += end.handled
  }
  if (deleted > 0) shard.events.rewritten('deleted', target.stream, deleted)
  return deleted
}
