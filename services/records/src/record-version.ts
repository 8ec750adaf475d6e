import type { ClickHouse } from './clickhouse.ts'
import type { Changes } from './plan.ts'
import { ID_SEPARATOR } from './record-head.ts'
import { type Key, type ReadRow, readRow, upTo } from './record-log.ts'
import { listed, type Sql, sql } from './sql.ts'
import type { Lock } from './stream-state.ts'

/** The tables `record_version` and `history_start`: versions of records that have ended. */

const DAY_MS = 24 * 3600 * 1000

const kept = sql`stream, id, modified_at, written_at, action, first_seen_at, numeric_id`

/** Versions up to a key lose their payloads: the new rows replace the old ones. */
export async function pruneVersions(
  clickhouse: ClickHouse,
  stream: string,
  until: Key,
  instant: number,
): Promise<void> {
  await clickhouse.insertSelect(sql`
    INSERT INTO record_version (${kept}, ended_at, pruned_at, payload)
    SELECT ${kept}, ended_at, ${instant}, '' FROM record_version FINAL
    WHERE stream = ${stream} AND ${upTo(until)} AND pruned_at = 0`)
}

/** What the changes of a commit are about to end. A version that is restored in place goes on. */
export async function keepEnded(clickhouse: ClickHouse, changes: Map<Lock, Changes>): Promise<void> {
  const ended = [...changes].flatMap(([lock, changed]) => {
    const byInstant = Map.groupBy(
      [...changed].filter(([, { before, next }]) => before && before.modifiedAt !== next.modifiedAt),
      ([, { before }]) => before?.modifiedAt ?? 0,
    )
    return [...byInstant].map(([modifiedAt, versions]) => [
      lock.id,
      modifiedAt,
      versions.map(([id]) => id).join(ID_SEPARATOR),
    ])
  })
  if (ended.length === 0) return
  const locks = [...changes.keys()]
  const endedAt = sql`transform(toString(stream), array${locks.map(({ id }) => id)}, array${locks.map(({ instant }) => instant)}, 0)`
  // Ids as texts and no FINAL, as with heads; of a version pruned or restored in place the newest row counts.
  await clickhouse.insertSelect(sql`
    INSERT INTO record_version (${kept}, ended_at, pruned_at, payload)
    SELECT ${kept}, ${endedAt}, pruned_at, payload FROM record_log
    WHERE sign = 1 AND (stream, modified_at, id) IN (
      SELECT stream, modified_at, arrayJoin(splitByChar(${ID_SEPARATOR}, ids))
      FROM values('stream UUID, modified_at Int64, ids String', ${listed(ended)}))
    ORDER BY written_at DESC LIMIT 1 BY stream, modified_at, id`)
}

/** A selection of what has ended, in an order, up to `limit` or a little more than the bytes of `settings`. */
export async function readVersions(
  clickhouse: ClickHouse,
  stream: string,
  where: Sql,
  order: Sql,
  limit: number,
  settings: Sql,
): Promise<ReadRow[]> {
  return clickhouse.select(
    sql`SELECT modified_at, id, toInt8(1), written_at, action, first_seen_at, pruned_at, numeric_id, payload
      FROM record_version FINAL WHERE stream = ${stream} AND ${where}
      ORDER BY ${order} LIMIT ${limit} SETTINGS max_threads = 1${settings}`,
    readRow,
  )
}

/** Since when history is complete; undefined while none is kept. */
export async function historyStart(clickhouse: ClickHouse): Promise<number | undefined> {
  const [start] = await clickhouse.select(sql`SELECT at FROM history_start ORDER BY at DESC LIMIT 1`, (row) =>
    row.int64(),
  )
  return start
}

/** If it was kept for fewer days until now, it does not reach back further than that. */
export async function startHistory(
  clickhouse: ClickHouse,
  now: number,
  daysUntilNow: number,
  days: number,
): Promise<void> {
  const start = await historyStart(clickhouse)
  const complete = now - daysUntilNow * DAY_MS
  if (start !== undefined && (daysUntilNow >= days || start >= complete)) return
  await clickhouse.run(sql`INSERT INTO history_start (at) SELECT ${start === undefined ? now : complete}`)
}

export async function endHistory(clickhouse: ClickHouse): Promise<void> {
  if ((await historyStart(clickhouse)) === undefined) return
  await clickhouse.run(sql`TRUNCATE TABLE record_version`)
  await clickhouse.run(sql`TRUNCATE TABLE history_start`)
}
