import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { RowWriter } from '../clickhouse/row-binary.ts'
import { type Sql, sql } from '../clickhouse/sql.ts'

/** The table `seen`: unchanged ids, which a job flushes from Redis. */

const DAY_MS = 24 * 3600 * 1000

export const UNCHANGED_TTL_DAYS = 31

/** How long a delete-tracking window may stay open. ClickHouse drops ids soon after. */
export const WINDOW_MAX_MS = (UNCHANGED_TTL_DAYS - 1) * DAY_MS

export async function insertUnchangedIds(
  clickhouse: ClickHouse,
  saves: { stream: string; at: number; ids: string[] }[],
): Promise<void> {
  const writer = new RowWriter()
  for (const save of saves) {
    writer.uuid(save.stream)
    writer.int64(save.at)
    writer.strings(save.ids)
  }
  await clickhouse.append(sql`seen (stream, at, ids)`, writer.finish())
}

/** Ids of one statement of a copy. */
const COPY_IDS = 100_000

/** Copies what is known of a stream to another name, on another shard. */
export async function copyUnchangedIds(
  from: { clickhouse: ClickHouse; id: string },
  to: { clickhouse: ClickHouse; id: string },
  ensure: () => Promise<void>,
): Promise<void> {
  const saves = await from.clickhouse.select(
    sql`SELECT at, sum(length(ids)) FROM seen WHERE stream = ${from.id} GROUP BY at ORDER BY at`,
    (row) => ({ at: row.int64(), ids: row.int64() }),
  )
  for (let first = 0; first < saves.length; ) {
    let [end, ids] = [first, 0]
    while (end < saves.length && (end === first || ids + (saves[end]?.ids ?? 0) <= COPY_IDS))
      ids += saves[end++]?.ids ?? 0
    const [since, until] = [saves[first]?.at ?? 0, saves[end - 1]?.at ?? 0]
    const rows = await from.clickhouse.selectRows(
      sql`SELECT toUUID(${to.id}), at, ids FROM seen WHERE stream = ${from.id} AND at >= ${since} AND at <= ${until}`,
    )
    await ensure()
    await to.clickhouse.append(sql`seen (stream, at, ids)`, rows)
    first = end
  }
}

/** Untouched records: live ones that no save has contained since `since`, changed or not. */
export const untouchedSince = (stream: string, since: number): Sql =>
  sql`action != 'deleted' AND modified_at < ${since} AND id NOT IN (
    SELECT arrayJoin(ids) FROM seen WHERE stream = ${stream} AND at >= ${since})`
