import type { ClickHouse } from './clickhouse.ts'
import type { Shard } from './config.ts'
import { sql } from './sql.ts'

/** The table `shard`: which of how many shards these tables are. What lies where follows from it: see shard.ts. */
export const SHARD_TABLE = `
  CREATE TABLE IF NOT EXISTS shard{on_cluster} (place UInt32, of UInt32)
  ENGINE = {replicated}MergeTree ORDER BY place`

/** Makes sure that each shard is where it was before; new tables take their place. */
export async function takePlaces(shards: { at: Shard; clickhouse: ClickHouse }[]): Promise<void> {
  const of = shards.length
  const known = await Promise.all(shards.map(({ clickhouse }) => placesOf(clickhouse)))
  // Nothing is written before all is known to be right.
  for (const [i, { at }] of shards.entries()) {
    const other = known[i]?.find((made) => made.place !== i + 1 || made.of !== of)
    if (other === undefined) continue
    const { origin } = new URL(at.url) // not what it may hold of passwords
    throw new Error(
      `CLICKHOUSE_URL names '${origin}' as shard ${i + 1} of ${of}, but its tables were made as shard ${other.place} of ${other.of}: name the same shards in the same order as before, or begin with empty ones in another CLICKHOUSE_DATABASE and REDIS_PREFIX, since streams are not moved (docs/records.md, "Shards")`,
    )
  }
  for (const [i, { clickhouse }] of shards.entries()) {
    await clickhouse.run(
      sql`INSERT INTO shard (place, of) SELECT ${i + 1}, ${of} WHERE NOT EXISTS (SELECT 1 FROM shard)`,
    )
  }
}

/** One at most, unless two servers that are named as shards are replicas of each other. Older tables are the only shard. */
async function placesOf(clickhouse: ClickHouse): Promise<{ place: number; of: number }[]> {
  return clickhouse.select(
    sql`SELECT DISTINCT place, of FROM (
      SELECT place, of FROM shard
      UNION ALL SELECT 1, 1 FROM migration WHERE NOT EXISTS (SELECT 1 FROM shard))`,
    (row) => ({ place: row.uint32(), of: row.uint32() }),
  )
}
