import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { sql } from '../clickhouse/sql.ts'
import type { Shard } from '../config.ts'

/** The table `shard`: which of how many shards these tables are. What lies where follows from it: see shard.ts. */
export const SHARD_TABLE = `
  CREATE TABLE IF NOT EXISTS shard{on_cluster} (place UInt32, of UInt32)
  ENGINE = {replicated}MergeTree ORDER BY place`

type Named = { at: Shard; clickhouse: ClickHouse }

/** Makes sure that each shard is where it was before; new tables take their place. */
export async function takePlaces(shards: Named[]): Promise<void> {
  await checkPlaces(shards) // before anything is written
  for (const [i, { clickhouse }] of shards.entries()) {
    await clickhouse.run(
      sql`INSERT INTO shard (place, of) SELECT ${i + 1}, ${shards.length} WHERE NOT EXISTS (SELECT 1 FROM shard)`,
    )
  }
  await checkPlaces(shards) // one server may have two names
}

async function checkPlaces(shards: Named[]): Promise<void> {
  const of = shards.length
  for (const [i, { at, clickhouse }] of shards.entries()) {
    const place = i + 1
    const other = (await placesOf(clickhouse)).find((made) => made.place !== place || made.of !== of)
    if (other === undefined) continue
    const { origin } = new URL(at.url) // without the password that it may hold
    throw new Error(
      `CLICKHOUSE_URL names '${origin}' as shard ${place} of ${of}, but its tables were made as shard ${other.place} of ${other.of}: name the same shards in the same order as before, or begin with empty ones in another CLICKHOUSE_DATABASE and REDIS_PREFIX, since streams are not moved (docs/records.md, "Shards")`,
    )
  }
}

/** One at most, unless two servers that are named as shards are replicas of each other. Older tables are the only shard. */
async function placesOf(clickhouse: ClickHouse): Promise<{ place: number; of: number }[]> {
  return clickhouse.select(
    sql`SELECT DISTINCT place, of FROM (
      SELECT place, of FROM shard
      UNION ALL SELECT 1, 1 FROM migration WHERE NOT EXISTS (SELECT 1 FROM shard))`,
    (row) => {
      const place = row.uint32()
      return { place, of: row.uint32() }
    },
  )
}
