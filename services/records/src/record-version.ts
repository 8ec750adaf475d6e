import type { ClickHouse } from './clickhouse.ts'
import type { Changes } from './plan.ts'
import { type Head, ID_SEPARATOR } from './record-head.ts'
import { type NewRow, type ReadRow, readRow } from './record-log.ts'
import { listed, type Sql, sql } from './sql.ts'
import type { Lock } from './stream-state.ts'

/**
 * Versions of records that have ended. They are rows of `record_log` too, so that the commit that ends them keeps them
 * in the same insert: under the name of a stream beside theirs, with the instant at which they ended. Of several rows
 * of one version the last one counts: a commit that failed had kept it before.
 */

const DAY_MS = 24 * 3600 * 1000

/** The name of the stream beside a stream: the same UUID but for one bit. */
export const historyOf = (stream: string) =>
  (Number.parseInt(stream.slice(0, 1), 16) ^ 8).toString(16) + stream.slice(1)

/** A version that a commit ends. */
export type Ending = { lock: Lock; id: string; before: Head; row: ReadRow | undefined }

/** One that is restored in place goes on. */
export function endings(changed: Map<Lock, Changes>): Ending[] {
  return [...changed].flatMap(([lock, changes]) =>
    [...changes].flatMap(([id, { before, next, ended }]) =>
      before && before.modifiedAt !== next.modifiedAt ? [{ lock, id, before, row: ended }] : [],
    ),
  )
}

/** The rows that keep them. */
export async function historyRows(clickhouse: ClickHouse, ended: Ending[]): Promise<NewRow[]> {
  const found = await readEnding(
    clickhouse,
    ended.filter(({ row }) => row === undefined),
  )
  return ended.flatMap(({ lock, id, before, row = found.get(`${lock.id} ${id}`) }) =>
    row === undefined
      ? [] // somebody has been at the tables: no reason to refuse what is new
      : [
          {
            stream: historyOf(lock.id),
            id,
            sign: 1,
            head: { ...before, size: row.payload.length },
            prunedAt: row.prunedAt,
            numericId: row.numericId,
            runId: '',
            payload: row.payload,
            endedAt: lock.instant,
          },
        ],
  )
}

/** By stream and id. */
async function readEnding(clickhouse: ClickHouse, ended: Ending[]): Promise<Map<string, ReadRow>> {
  const newest = new Map<string, ReadRow>()
  if (ended.length === 0) return newest
  const byPlace = Map.groupBy(ended, ({ lock, before }) => `${lock.id} ${before.modifiedAt}`)
  const places = [...byPlace.values()].map((versions) => [
    versions[0]?.lock.id ?? '',
    versions[0]?.before.modifiedAt ?? 0,
    versions.map(({ id }) => id).join(ID_SEPARATOR),
  ])
  const streams = [...new Set(ended.map(({ lock }) => lock.id))]
  const instants = ended.map(({ before }) => before.modifiedAt).sort((a, b) => a - b)
  // Ids as texts and no FINAL, as with heads.
  const rows = await clickhouse.select(
    sql`SELECT stream, modified_at, id, sign, written_at, action, first_seen_at, pruned_at, numeric_id, payload
      FROM record_log
      WHERE sign = 1 AND stream IN ${streams} AND modified_at BETWEEN ${instants[0] ?? 0} AND ${instants.at(-1) ?? 0}
        AND (stream, modified_at, id) IN (
        SELECT stream, modified_at, arrayJoin(splitByChar(${ID_SEPARATOR}, ids))
        FROM values('stream UUID, modified_at Int64, ids String', ${listed(places)}))`,
    (row) => ({ stream: row.uuid(), ...readRow(row) }),
  )
  for (const row of rows) {
    // A version that was pruned or restored in place has several.
    const key = `${row.stream} ${row.id}`
    if (row.writtenAt >= (newest.get(key)?.writtenAt ?? 0)) newest.set(key, row)
  }
  return newest
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
    sql`SELECT modified_at, id, sign, written_at, action, first_seen_at, pruned_at, numeric_id, payload
      FROM record_log FINAL WHERE stream = ${historyOf(stream)} AND ${where}
      ORDER BY ${order} LIMIT ${limit} SETTINGS max_threads = 1${settings}`,
    readRow,
  )
}

/** The table `history_start`: since when history is complete; undefined while none is kept. */
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
  await clickhouse.run(sql`DELETE FROM record_log WHERE ended_at > 0 SETTINGS lightweight_deletes_sync = 0`)
  await clickhouse.run(sql`TRUNCATE TABLE history_start`)
}
