import type { PruneRecordsRequest, PruneRecordsResponse } from '@syncline/proto'
import { decodeCursor } from './cursor.ts'
import { upTo } from './record-log.ts'
import { hasPayload, pruned, rewrite } from './rewrite.ts'
import { sql } from './sql.ts'
import type { Store, Target } from './store.ts'

/** Drops payloads up to a cursor, oldest first; of deleted records too. All else about the records stays. */
export async function pruneRecords(
  store: Store,
  target: Target,
  { untilCursor, limit }: PruneRecordsRequest,
): Promise<PruneRecordsResponse> {
  const until = upTo(decodeCursor(untilCursor))
  const { count, more } = await rewrite(
    store,
    target,
    (lock) => sql`${until} AND ${hasPayload(store.life, lock.instant)}`,
    pruned,
    limit || undefined,
  )
  if (count > 0) store.events.rewritten('pruned', target.stream, count)
  return { count, hasMore: more }
}
