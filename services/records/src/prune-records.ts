import type { PruneRecordsRequest, PruneRecordsResponse } from '@syncline/proto'
import { decodeCursor } from './cursor.ts'
import { upTo } from './record-log.ts'
import { pruneVersions } from './record-version.ts'
import { hasPayload, pruned, rewrite } from './rewrite.ts'
import { sql } from './sql.ts'
import type { Store, Target } from './store.ts'

/** Drops payloads up to a cursor, oldest first; of deleted records too. All else about the records stays. */
export async function pruneRecords(
  store: Store,
  target: Target,
  { untilCursor, limit }: PruneRecordsRequest,
): Promise<PruneRecordsResponse> {
  const until = decodeCursor(untilCursor)
  const { count, more, end } = await rewrite(
    store,
    target,
    (lock) => sql`${upTo(until)} AND ${hasPayload(store.life, lock.instant)}`,
    pruned,
    limit || undefined,
  )
  if (store.historyDays > 0) {
    // If we die before it: whoever prunes again gets here.
    await store.state.locked(target, (lock) =>
      pruneVersions(store.clickhouse, lock.id, (more && end) || until, lock.instant),
    )
  }
  if (count > 0) store.events.rewritten('pruned', target.stream, count)
  return { count, hasMore: more }
}
