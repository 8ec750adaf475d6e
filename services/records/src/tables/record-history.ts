import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { ReadClient } from '../clickhouse/read-client.ts'
import { listed, type Sql, sql } from '../clickhouse/sql.ts'
import { isClosed, mayBeCut, type ReadRow, readColumns, readRow, upToBytes } from './record-log.ts'

/**
 * History: superseded versions of records, with their payloads. The commit that supersedes a version puts a row beside it that
 * says so (`closed_at`), and the version stays where it is. Later a job archives it: moves it to the name of a stream
 * beside its own, with the instant at which it was superseded (`ended_at`). Thousands at once take hardly longer than
 * the few of one commit, as payloads are read in blocks of hundreds.
 */

const DAY_MS = 24 * 3600 * 1000
/** Payloads of a statement, in the server's memory. */
const ARCHIVE_BYTES = 64 * 1024 * 1024
/** Commits of a statement: what they have superseded. */
const ARCHIVE_COMMITS = 10_000

/** The name in the table of a stream's history: the UUID of the stream but for one bit. */
export const historyStreamId = (stream: string) =>
  (Number.parseInt(stream.slice(0, 1), 16) ^ 8).toString(16) + stream.slice(1)

/** Commits that have superseded versions which are not archived yet. */
type Superseding = { stream: string; at: number; bytes: number }

/**
 * Archives what is superseded in these streams. Archived versions and the rows that remove them from the log are one block,
 * so readers see a version in one of the two places. If we die, it stays in the log until a job archives it. Two
 * instances at the same time would do no harm to readers, but leave rows that nothing removes.
 */
export async function archiveSuperseded(clickhouse: ClickHouse, streams: string[]): Promise<void> {
  for (;;) {
    const closing = await superseding(clickhouse, streams)
    if (closing.length === 0) return
    let bytes = 0
    const end = closing.findIndex((commit) => {
      bytes += commit.bytes
      return bytes > ARCHIVE_BYTES
    })
    await archive(clickhouse, end === -1 ? closing : closing.slice(0, Math.max(end, 1)))
    if (end === -1 && closing.length < ARCHIVE_COMMITS) return
  }
}

async function superseding(clickhouse: ClickHouse, streams: string[]): Promise<Superseding[]> {
  return clickhouse.select(
    sql`SELECT stream, closed_at, sum(size) FROM record_log
      WHERE stream IN ${streams} AND ${isClosed}
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
        SELECT stream FROM record_log WHERE ${isClosed} AND closed_at < ${before}
        GROUP BY stream, closed_at HAVING sum(sign) > 0)
      LIMIT ${limit}`,
    (row) => row.uuid(),
  )
}

async function archive(clickhouse: ClickHouse, closing: Superseding[]): Promise<void> {
  const streams = [...new Set(closing.map(({ stream }) => stream))]
  const names = listed(streams.map((stream) => [stream, historyStreamId(stream)]))
  const commits = listed(closing.map(({ stream, at }) => [stream, at]))
  const ends = sql`sign = 1 AND ${isClosed} AND stream IN ${streams}
    AND (stream, closed_at) IN (SELECT * FROM values('stream UUID, at Int64', ${commits}))`
  // A version that was pruned or restored in place has several rows, of which the last one counts.
  await clickhouse.insertSelect(sql`
    INSERT INTO record_log (stream, modified_at, id, sign, written_at, action, first_seen_at, pruned_at, numeric_id,
      hash, size, payload, ended_at, closed_at)
    SELECT stream, modified_at, id, -1, written_at, action, first_seen_at, pruned_at, numeric_id, hash, size, '', 0, place
    FROM record_log ARRAY JOIN [0, closed_at] AS place WHERE ${ends}
    UNION ALL
    SELECT history, modified_at, id, 1, written_at, action, first_seen_at, pruned_at, numeric_id, hash,
      toUInt32(length(payload)), payload, ended, 0
    FROM record_log
    INNER JOIN (SELECT stream, modified_at, id, closed_at AS ended FROM record_log WHERE ${ends}) AS ends
      USING (stream, modified_at, id)
    INNER JOIN (SELECT * FROM values('stream UUID, history UUID', ${names})) AS names USING (stream)
    WHERE sign = 1 AND closed_at = 0 AND (stream, modified_at, id) IN (
      SELECT stream, modified_at, id FROM record_log WHERE ${ends})
    ORDER BY written_at`)
}

/** Superseded versions of a record, newest first. */
export async function endedVersions(
  clickhouse: ReadClient,
  stream: string,
  { id, before, since }: { id: string; before: number; since: number },
  bound: { records: number; bytes: number },
): Promise<{ items: ReadRow[]; more: boolean }> {
  const limit = bound.records + 1
  const settings = upToBytes(bound.bytes)
  // Those that are not archived yet are newer, and are read first: what is archived meanwhile is in both.
  const closed = await clickhouse.select(
    sql`SELECT ${readColumns} FROM record_log
      WHERE stream = ${stream} AND id = ${id} AND modified_at < ${before} AND sign = 1 AND closed_at = 0
        AND modified_at IN (
          SELECT modified_at FROM record_log WHERE stream = ${stream} AND id = ${id} AND closed_at > ${since}
          GROUP BY modified_at HAVING sum(sign) > 0)
      ORDER BY modified_at DESC, written_at DESC LIMIT ${limit} SETTINGS max_threads = 1${settings}`,
    readRow,
  )
  const isFull = (rows: ReadRow[]) => rows.length === limit || mayBeCut(rows, bound.bytes)
  if (isFull(closed)) return { items: ofEachInstant(closed), more: true }
  const where = sql`id = ${id} AND modified_at < ${before} AND ended_at > ${since}`
  const archived = await readVersions(clickhouse, stream, where, sql`modified_at DESC`, limit, settings)
  return { items: ofEachInstant([...closed, ...archived]), more: isFull(archived) }
}

/** A version that was pruned or restored in place has several rows; the first one here is its last. */
const ofEachInstant = (rows: ReadRow[]) => rows.filter((row, i) => row.modifiedAt !== rows[i - 1]?.modifiedAt)

/** A selection of what is archived, in an order, up to `limit` or a little more than the bytes of `settings`. */
export async function readVersions(
  clickhouse: ReadClient,
  stream: string,
  where: Sql,
  order: Sql,
  limit: number,
  settings: Sql,
): Promise<ReadRow[]> {
  return clickhouse.select(
    sql`SELECT ${readColumns} FROM record_log FINAL WHERE stream = ${historyStreamId(stream)} AND ${where}
      ORDER BY ${order} LIMIT ${limit} SETTINGS max_threads = 1${settings}`,
    readRow,
  )
}

/** The table `history_start`: since when history is complete; undefined while none is kept. */
export async function historyStart(clickhouse: ReadClient): Promise<number | undefined> {
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
