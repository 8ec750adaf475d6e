import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { sql } from '../clickhouse/sql.ts'
import type { ShardServer } from '../config.ts'

/**
 * The table `shard`: which place these tables have in CLICKHOUSE_URL, and how many places there were then. Streams are
 * remembered by place, so a place stays, and shards are only added at the end.
 */
export const SHARD_TABLE = `
  CREATE TABLE IF NOT EXISTS shard{on_cluster} (place UInt32, of UInt32)
  ENGINE = {replicated}MergeTree ORDER BY place`

type Named = { at: ShardServer; clickhouse: ClickHouse }
type Place = { place: number; of: number }

/** Makes sure that each shard is where it was before, and that none is missing; new tables take their place. */
export async function takePlaces(shards: Named[]): Promise<void> {
  await checkPlaces(shards) // before anything is written
  for (const [i, { clickhouse }] of shards.entries()) {
    const [place, of] = [i + 1, shards.length]
    await clickhouse.run(
      sql`INSERT INTO shard (place, of) SELECT ${place}, ${of}
        WHERE NOT EXISTS (SELECT 1 FROM shard WHERE place != ${place} OR of = ${of})`,
    )
  }
  await checkPlaces(shards) // one server may have two names
}

async function checkPlaces(shards: Named[]): Promise<void> {
  const taken = await Promise.all(shards.map(({ clickhouse }) => placesOf(clickhouse)))
  const count = Math.max(...taken.flat().map(({ of }) => of), 1)
  for (const [i, { at }] of shards.entries()) {
    const place = i + 1
    const other = taken[i]?.find((made) => made.place !== place)
    if (other === undefined) continue
    const { origin } = new URL(at.url) // without the password that it may hold
    throw new Error(
      `CLICKHOUSE_URL names '${origin}' as shard ${place}, but its tables were made as shard ${other.place}: ${ADVICE}`,
    )
  }
  if (shards.length < count) {
    throw new Error(
      `CLICKHOUSE_URL names ${shards.length} of ${count} shards, and streams may be on the others: ${ADVICE}`,
    )
  }
}

const ADVICE =
  'name all shards that there were, in the same order, and new ones behind them (docs/operations/records.md, "Shards"); or begin with empty tables in another CLICKHOUSE_DATABASE, with another REDIS_PREFIX'

/** Several if the number of shards has changed, or if two servers that are named as shards are replicas of each other. */
async function placesOf(clickhouse: ClickHouse): Promise<Place[]> {
  return clickhouse.select(
    // Tables that are older than shards are the first one.
    sql`SELECT DISTINCT place, of FROM (
      SELECT place, of FROM shard
      UNION ALL SELECT 1, 1 FROM migration WHERE NOT EXISTS (SELECT 1 FROM shard))`,
    (row) => {
      const place = row.uint32()
      return { place, of: row.uint32() }
    },
  )
}
