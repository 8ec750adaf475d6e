import type { DeleteRequest, Position } from '@syncline/proto'
import { deleteChange } from '../commit/delete-change.ts'
import type { Shard } from '../shard.ts'
import type { RunTarget } from '../stream/target.ts'
import { behind, keyOf } from './position.ts'

/** Other writers get their turn between two chunks. */
const CHUNK = 5000

/** Unknown and deleted ids are left alone. */
export async function deleteByIds(
  shard: Shard,
  target: RunTarget,
  { ids, keepAfter }: Pick<DeleteRequest, 'ids' | 'keepAfter'>,
): Promise<{ deleted: number; position: Position | undefined }> {
  const unique = [...new Set(ids)]
  let deleted = 0
  let position: Position | undefined
  for (let from = 0; from < unique.length; ) {
    const change = deleteChange(
      unique.slice(from, from + CHUNK),
      target.writer.runId,
      shard.life,
      keyOf(keepAfter),
    )
    const end = await shard.writes.change(target, change)
    deleted += end.deleted
    if (end.deleted > 0) position = behind(end.instant)
    from += end.handled
  }
  if (deleted > 0) shard.events.rewritten('deleted', target.stream, deleted)
  return { deleted, position }
}
