import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { ReadClient } from '../clickhouse/read-client.ts'
import { listed, type Sql, sql } from '../clickhouse/sql.ts'
import {
  type Columns,
  isVersion,
  marksSuperseded,
  mayBeCut,
  newestFirst,
  type Order,
  type ReadRow,
  upToBytes,
  versionColumns,
} from './record-log.ts'

/**
 * History: superseded versions of records, with their payloads. The commit that supersedes a version inserts a row that
 * marks it (`closed_at` is the instant), and the version stays where it is. Later a job archives it: the job moves it to
 * the history of its stream, with the same instant in `ended_at`. To archive thousands of versions takes hardly longer
 * than to archive the few of one commit, as ClickHouse reads payloads in blocks of hundreds.
 */

const DAY_MS = 24 * 3600 * 1000
/** Payloads of a statement, in the server's memory. */
const ARCHIVE_BYTES = 64 * 1024 * 1024
/** Commits of a statement, each with the versions that it superseded. */
const ARCHIVE_COMMITS = 10_000

/** The name in the table of a stream's history: the UUID of the stream but for one bit. */
export const historyStreamId = (stream: string) =>
  (Number.parseInt(stream.slice(0, 1), 16) ^ 8).toString(16) + stream.slice(1)

/** A commit whose superseded versions are not archived yet. */
type Superseding = { stream: string; at: number; bytes: number }

/**
 * Archives what is superseded in these streams. Archived versions and the rows that remove them from the log are one block,
 * so readers see a version in one of the two places. If we die, it stays in the log until a job archives it. Two
 * instances at the same time would do no harm to readers, but leave rows that nothing removes.
 */
export async function archiveSuperseded(clickhouse: ClickHouse, streams: string[]): Promise<void> {
  for (;;) {
    const commits = await superseding(clickhouse, streams)
    if (commits.length === 0) return
    let bytes = 0
    const end = commits.findIndex((commit) => {
      bytes += commit.bytes
      return bytes > ARCHIVE_BYTES
    })
    await archive(clickhouse, end === -1 ? commits : commits.slice(0, Math.max(end, 1)))
    if (end === -1 && commits.length < ARCHIVE_COMMITS) return
  }
}

async function superseding(clickhouse: ClickHouse, streams: string[]): Promise<Superseding[]> {
  return clickhouse.select(
    sql`SELECT stream, closed_at, sum(size) FROM record_log
      WHERE stream IN ${streams} AND ${marksSuperseded}
      GROUP BY stream, closed_at HAVING sum(sign) > 0 ORDER BY closed_at LIMIT ${ARCHIVE_COMMITS}`,
    (row) => {
      const stream = row.uuid()
      const at = row.int64()
      return { stream, at, bytes: row.int64() }
    },
  )
}

/** Streams with versions that were superseded before an instant and are not archived. The index on `closed_at` finds them. */
export async function streamsWithSuperseded(
  clickhouse: ClickHouse,
  before: number,
  limit: number,
): Promise<string[]> {
  return clickhouse.select(
    sql`SELECT DISTINCT stream FROM (
        SELECT stream FROM record_log WHERE ${marksSuperseded} AND closed_at < ${before}
        GROUP BY stream, closed_at HAVING sum(sign) > 0)
      LIMIT ${limit}`,
    (row) => row.uuid(),
  )
}

async function archive(clickhouse: ClickHouse, supersedings: Superseding[]): Promise<void> {
  const streams = [...new Set(supersedings.map(({ stream }) => stream))]
  const names = listed(streams.map((stream) => [stream, historyStreamId(stream)]))
  const commits = listed(supersedings.map(({ stream, at }) => [stream, at]))
  const marks = sql`sign = 1 AND ${marksSuperseded} AND stream IN ${streams}
    AND (stream, closed_at) IN (SELECT * FROM values('stream UUID, at Int64', ${commits}))`
  // A version that was pruned or restored in place has several rows, of which the last one counts.
  await clickhouse.insertSelect(sql`
    INSERT INTO record_log (stream, modified_at, id, sign, ${versionColumns}, size, run_id, payload, ended_at, closed_at)
    SELECT stream, modified_at, id, -1, ${versionColumns}, size, run_id, '', 0, removed
    FROM record_log ARRAY JOIN [0, closed_at] AS removed WHERE ${marks}
    UNION ALL
    SELECT history, modified_at, id, 1, ${versionColumns}, toUInt32(length(payload)), run_id, payload, superseded_at, 0
    FROM record_log
    INNER JOIN (SELECT stream, modified_at, id, closed_at AS superseded_at FROM record_log WHERE ${marks}) AS marks
      USING (stream, modified_at, id)
    INNER JOIN (SELECT * FROM values('stream UUID, history UUID', ${names})) AS names USING (stream)
    WHERE ${isVersion} AND (stream, modified_at, id) IN (
      SELECT stream, modified_at, id FROM record_log WHERE ${marks})
    ORDER BY written_at`)
}

/** Superseded versions of a record, newest first. */
export async function supersededVersions(
  clickhouse: ReadClient,
  stream: string,
  { id, before, since }: { id: string; before: number; since: number },
  bound: { records: number; bytes: number },
  columns: Columns,
): Promise<{ items: ReadRow[]; more: boolean }> {
  const limit = bound.records + 1
  const settings = upToBytes(bound.bytes)
  // Versions that are not archived yet are newer, and are read first: a version that is archived meanwhile is in both.
  const waiting = await clickhouse.select(
    sql`SELECT ${columns.names} FROM record_log
      WHERE stream = ${stream} AND id = ${id} AND modified_at < ${before} AND ${isVersion}
        AND modified_at IN (
          SELECT modified_at FROM record_log WHERE stream = ${stream} AND id = ${id} AND closed_at > ${since}
          GROUP BY modified_at HAVING sum(sign) > 0)
      ORDER BY modified_at DESC, written_at DESC LIMIT ${limit} SETTINGS max_threads = 1${settings}`,
    columns.read,
  )
  const isFull = (rows: ReadRow[]) => rows.length === limit || mayBeCut(rows, bound.bytes)
  if (isFull(waiting)) return { items: ofEachInstant(waiting), more: true }
  const where = sql`id = ${id} AND modified_at < ${before} AND ended_at > ${since}`
  const archived = await readArchived(clickhouse, stream, where, limit, settings, columns, newestFirst)
  return { items: ofEachInstant([...waiting, ...archived]), more: isFull(archived) }
}

/** A version that was pruned or restored in place has several rows; the first one here is its last. */
const ofEachInstant = (rows: ReadRow[]) => rows.filter((row, i) => row.modifiedAt !== rows[i - 1]?.modifiedAt)

/** Archived versions that match, in an order: up to `limit`, or a little more than the bytes of `settings`. */
export async function readArchived(
  clickhouse: ReadClient,
  stream: string,
  where: Sql,
  limit: number,
  settings: Sql,
  columns: Columns,
  order: Order,
): Promise<ReadRow[]> {
  return clickhouse.select(
    sql`SELECT ${columns.names} FROM record_log FINAL WHERE stream = ${historyStreamId(stream)} AND ${where}
      ORDER BY ${order.by} LIMIT ${limit} SETTINGS max_threads = 1${settings}`,
    columns.read,
  )
}

/** The table `history_start`: since when history is complete; undefined while history is off. */
export async function historyStart(clickhouse: ReadClient): Promise<number | undefined> {
  const [start] = await clickhouse.select(sql`SELECT at FROM history_start ORDER BY at DESC LIMIT 1`, (row) =>
    row.int64(),
  )
  return start
}

/** If history was kept for fewer days until now, it is complete for those days only. */
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

/** History is complete since \`start\` already, if all that was here before was complete. */
export async function extendHistory(clickhouse: ClickHouse, start: number): Promise<void> {
  const since = await historyStart(clickhouse)
  if (since === undefined || since <= start) return
  await clickhouse.run(sql`INSERT INTO history_start (at) SELECT ${start}`)
  await clickhouse.run(sql`DELETE FROM history_start WHERE at > ${start}`)
}

export async function endHistory(clickhouse: ClickHouse): Promise<void> {
  if ((await historyStart(clickhouse)) === undefined) return
  await clickhouse.run(sql`DELETE FROM record_log WHERE ended_at > 0 SETTINGS lightweight_deletes_sync = 0`)
  await clickhouse.run(sql`TRUNCATE TABLE history_start`)
}
