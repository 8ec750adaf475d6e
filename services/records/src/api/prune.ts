import type { PruneRecordsRequest, PruneRecordsResponse } from '@syncline/proto'
import { isDefinitive } from '../clickhouse/clickhouse.ts'
import { type Sql, sql } from '../clickhouse/sql.ts'
import type { OperationEnd } from '../commit/operation.ts'
import { decodeCursor } from '../read/cursor.ts'
import type { Shard } from '../shard.ts'
import type { Granted } from '../stream/leases.ts'
import type { Target } from '../stream/target.ts'
import { indexInPlace } from '../tables/record-head.ts'
import { historyStreamId } from '../tables/record-history.ts'
import { after, countLive, measureLive, pruneRows, upTo } from '../tables/record-log.ts'
import type { Key } from '../tables/version.ts'

const CHUNK_ROWS = 100_000

type Pruned = { count: number; more: boolean; end: Key | undefined }

/**
 * Drops payloads up to a cursor, oldest first, of deleted records too. Everything else about the records stays. Each chunk
 * has a lease of its own, so other writers get the lease in between.
 *
 * If we die in between: earlier chunks are done, the next holder of the lease recovers the last one, and another call
 * does the rest. For the same reason a failed chunk is not repeated here.
 */
export async function pruneRecords(
  shard: Shard,
  target: Target,
  { untilCursor, limit }: PruneRecordsRequest,
): Promise<PruneRecordsResponse> {
  const until = decodeCursor(untilCursor)
  const wanted = limit || Number.POSITIVE_INFINITY
  let count = 0
  let hasMore = true
  let end: Key | undefined
  while (hasMore && count < wanted) {
    const range = sql`${upTo(until)} AND ${end ? after(end) : sql`true`}`
    const chunk = await shard.writes.operate(target, (granted) =>
      pruneChunk(shard, granted, range, Math.min(CHUNK_ROWS, wanted - count)),
    )
    count += chunk.count
    hasMore = chunk.more
    end = chunk.end ?? end
  }
  // If we die before it: the next prune does it.
  if (shard.historyDays > 0) await pruneHistory(shard, target, (hasMore && end) || until)
  if (count > 0) shard.events.rewritten('pruned', target.stream, count)
  return { count, hasMore }
}

async function pruneChunk(
  { clickhouse, heads, life }: Shard,
  { snapshot, lease }: Granted,
  range: Sql,
  wanted: number,
): Promise<OperationEnd<Pruned>> {
  const { id: stream, instant } = snapshot
  const matching = sql`${range} AND pruned_at = 0 AND written_at > ${life.expiry(instant)}`
  const { count, bytes, end } = await measureLive(clickhouse, stream, matching, wanted)
  if (count === 0) return { result: { kind: 'unchanged' }, value: { count: 0, more: false, end: undefined } }
  await lease.ensure()
  heads.invalidate(snapshot)
  try {
    await pruneRows(clickhouse, stream, sql`${matching} AND ${upTo(end)}`, instant)
    await lease.ensure()
    await indexInPlace(clickhouse, stream, sql`${range} AND ${upTo(end)} AND written_at = ${instant}`)
  } catch (error) {
    return { result: { kind: isDefinitive(error) ? 'in-doubt' : 'unknown' }, error }
  }
  const more =
    count === wanted && (await countLive(clickhouse, stream, sql`${matching} AND ${after(end)}`)) > 0
  return { result: { kind: 'committed', sizeDelta: { live: 0, bytes: -bytes } }, value: { count, more, end } }
}

async function pruneHistory(shard: Shard, target: Target, until: Key): Promise<void> {
  await shard.writes.operate(target, async ({ snapshot }) => {
    await shard.jobs.archive(snapshot)
    await pruneRows(
      shard.clickhouse,
      historyStreamId(snapshot.id),
      sql`${upTo(until)} AND pruned_at = 0`,
      snapshot.instant,
    )
    return { result: { kind: 'unchanged' }, value: undefined }
  })
}
