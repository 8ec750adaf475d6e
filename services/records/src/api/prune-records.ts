import type { PruneRecordsRequest, PruneRecordsResponse } from '@syncline/proto'
import { isOver } from '../clickhouse/clickhouse.ts'
import { type Sql, sql } from '../clickhouse/sql.ts'
import { decodeCursor } from '../read/cursor.ts'
import type { Store, Target } from '../store.ts'
import { grow, type Lock } from '../stream/stream-state.ts'
import { indexInPlace } from '../tables/record-head.ts'
import { historyOf } from '../tables/record-history.ts'
import { after, countLive, type Key, measureLive, pruneRows, upTo } from '../tables/record-log.ts'

const CHUNK_ROWS = 100_000

/**
 * Drops payloads up to a cursor, oldest first; of deleted records too. All else about the records stays. Goes chunk by
 * chunk, each a commit of its own: other writers get their turn in between.
 *
 * If we die in between: chunks so far are done, the last one is healed by the next holder of the lock, and calling
 * again does the rest. That is also why a failed chunk is not repeated here.
 */
export async function pruneRecords(
  store: Store,
  target: Target,
  { untilCursor, limit }: PruneRecordsRequest,
): Promise<PruneRecordsResponse> {
  const until = decodeCursor(untilCursor)
  const wanted = limit || Number.POSITIVE_INFINITY
  let count = 0
  let hasMore = true
  let end: Key | undefined
  while (hasMore && count < wanted) {
    await store.state.locked(target, async (lock) => {
      const range = sql`${upTo(until)} AND ${end ? after(end) : sql`true`}`
      const pruned = await pruneChunk(store, lock, range, Math.min(CHUNK_ROWS, wanted - count))
      count += pruned.count
      hasMore = pruned.more
      end = pruned.end ?? end
      if (store.historyDays === 0 || (hasMore && count < wanted)) return
      // If we die before it: whoever prunes again gets here.
      await store.feed.movedOf(lock)
      const ended = sql`${upTo((hasMore && end) || until)} AND pruned_at = 0`
      await pruneRows(store.clickhouse, historyOf(lock.id), ended, lock.instant)
    })
  }
  if (count > 0) store.events.rewritten('pruned', target.stream, count)
  return { count, hasMore }
}

async function pruneChunk(
  { clickhouse, heads, life }: Store,
  lock: Lock,
  range: Sql,
  wanted: number,
): Promise<{ count: number; more: boolean; end: Key | undefined }> {
  const { id: stream, instant } = lock
  const matching = sql`${range} AND pruned_at = 0 AND written_at > ${life.expiry(instant)}`
  const { count, bytes, end } = await measureLive(clickhouse, stream, matching, wanted)
  if (count === 0) return { count, more: false, end: undefined }
  await lock.hold()
  try {
    await pruneRows(clickhouse, stream, sql`${matching} AND ${upTo(end)}`, instant)
    await indexInPlace(clickhouse, stream, sql`${range} AND ${upTo(end)} AND written_at = ${instant}`)
  } catch (error) {
    lock.outcome = isOver(error) ? 'torn' : 'unsettled'
    throw error
  }
  grow(lock, { live: 0, bytes: -bytes })
  heads.forget(lock)
  const more =
    count === wanted && (await countLive(clickhouse, stream, sql`${matching} AND ${after(end)}`)) > 0
  return { count, more, end }
}
