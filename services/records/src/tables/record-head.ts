import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { ReadClient } from '../clickhouse/read-client.ts'
import type { RowReader } from '../clickhouse/row-binary.ts'
import { listed, type Sql, sql } from '../clickhouse/sql.ts'
import { isVersion, LITERALS } from './record-log.ts'
import { type Head, ID_SEPARATOR, readAction } from './version.ts'

/**
 * The table `record_head`: the newest version of each id, without its payload. A job writes it some seconds after the
 * log: heads of commits since `behindSince` may be in the log only; undefined: the table has all heads of the stream.
 * Its columns have the names that they have in `record_log`.
 */

/** By stream, then by id. */
export type HeadsByStream = Map<string, Map<string, Head>>

const headColumns = sql`stream, id, modified_at, written_at, hash, action, first_seen_at, pruned_at, size`

/** One query, however many streams they are in. */
export async function readHeads(
  clickhouse: ReadClient,
  wanted: { stream: string; behindSince: number | undefined; ids: readonly string[] }[],
): Promise<HeadsByStream> {
  const heads: HeadsByStream = new Map(wanted.map(({ stream }) => [stream, new Map()]))
  const known = wanted.flatMap(({ stream, ids }) => {
    const possible = ids.filter((id) => id !== '' && !id.includes(ID_SEPARATOR))
    return possible.length > 0 ? [{ stream, ids: possible }] : []
  })
  if (known.length === 0) return heads
  const ids = namedIds(known)
  const behind = wanted.filter(({ behindSince }) => behindSince !== undefined)
  // Without FINAL: choosing the newest head is less work here than in ClickHouse.
  const inTable = sql`SELECT ${headColumns} FROM record_head WHERE (stream, id) IN (${ids})`
  const inLog = sql`${headsInLog(behind)} AND (stream, id) IN (${ids})`
  await clickhouse.select(behind.length > 0 ? sql`${inTable} UNION ALL ${inLog}` : inTable, (row) => {
    const ofStream = heads.get(row.uuid())
    const id = row.string()
    const head = readHead(row)
    if (head.writtenAt > (ofStream?.get(id)?.writtenAt ?? 0)) ofStream?.set(id, head)
  })
  return heads
}

/** Parsing thousands of literals takes longer than finding what they name: then it is one text for each stream. */
function namedIds(of: { stream: string; ids: string[] }[]): Sql {
  if (of.reduce((sum, { ids }) => sum + ids.length, 0) <= LITERALS)
    return listed(of.flatMap(({ stream, ids }) => ids.map((id) => [stream, id])))
  const texts = listed(of.map(({ stream, ids }) => [stream, ids.join(ID_SEPARATOR)]))
  return sql`SELECT stream, arrayJoin(splitByChar(${ID_SEPARATOR}, ids)) FROM values('stream UUID, ids String', ${texts})`
}

/** All heads of a stream, as they come: of an id there may be several, of which the one written last counts. */
export async function readAllHeads(
  clickhouse: ClickHouse,
  stream: string,
  behindSince: number | undefined,
  each: (id: string, head: Head) => void,
): Promise<void> {
  const inTable = sql`SELECT ${headColumns} FROM record_head WHERE stream = ${stream}`
  const inLog = behindSince === undefined ? undefined : headsInLog([{ stream, behindSince }])
  await clickhouse.each(inLog ? sql`${inTable} UNION ALL ${inLog}` : inTable, (row) => {
    row.uuid()
    const id = row.string()
    each(id, readHead(row))
  })
}

/** Copies heads since `behindSince` from the log. Copying more of them, or again, does no harm. */
export async function indexHeads(
  clickhouse: ClickHouse,
  behind: { stream: string; behindSince: number }[],
): Promise<void> {
  await clickhouse.insertSelect(sql`INSERT INTO record_head (${headColumns}) ${headsInLog(behind)}`)
}

/** The same for versions that were pruned or restored in place, which `indexHeads` does not find. */
export async function indexInPlace(clickhouse: ClickHouse, stream: string, where: Sql): Promise<void> {
  await clickhouse.insertSelect(sql`
    INSERT INTO record_head (${headColumns})
    SELECT ${headColumns} FROM record_log WHERE stream = ${stream} AND ${where} AND ${isVersion}`)
}

/** The same for all versions written since an instant, in place or not. */
export async function indexInDoubt(
  clickhouse: ClickHouse,
  doubts: { stream: string; since: number }[],
): Promise<void> {
  const since = listed(doubts.map(({ stream, since }) => [stream, since]))
  await clickhouse.insertSelect(sql`
    INSERT INTO record_head (${headColumns})
    SELECT ${headColumns} FROM record_log
    INNER JOIN (SELECT * FROM values('stream UUID, since Int64', ${since})) AS doubts USING (stream)
    WHERE stream IN ${doubts.map(({ stream }) => stream)} AND written_at >= since AND ${isVersion}`)
}

function headsInLog(behind: { stream: string; behindSince?: number | undefined }[]): Sql {
  const streams = behind.map(({ stream }) => stream)
  const since = Math.min(...behind.map(({ behindSince }) => behindSince ?? 0))
  return sql`SELECT ${headColumns} FROM record_log
    WHERE stream IN ${streams} AND modified_at >= ${since} AND ${isVersion}`
}

/** Reads the columns after stream and id, in the order of `headColumns`. */
export function readHead(row: RowReader): Head {
  const modifiedAt = row.int64()
  const writtenAt = row.int64()
  const hash = row.fixed(16)
  const action = readAction(row)
  const firstSeenAt = row.int64()
  const pruned = row.int64() > 0
  const size = row.uint32()
  return { modifiedAt, writtenAt, hash, action, firstSeenAt, pruned, size }
}
