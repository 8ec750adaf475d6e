import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { ReadClient } from '../clickhouse/read-client.ts'
import type { RowReader, RowWriter } from '../clickhouse/row-binary.ts'
import { listed, type Sql, sql } from '../clickhouse/sql.ts'
import { collapse } from './collapse.ts'
import {
  type Action,
  compareKeys,
  type Head,
  ID_SEPARATOR,
  type Key,
  readAction,
  type Version,
} from './version.ts'

/** The table `record_log`: see migrations/0001_records.sql for what its rows mean. */

/** `change` has what the rows of a change have in common. */
export type NewRow = {
  stream: string
  id: string
  sign: 1 | -1
  head: Head
  change: { prunedAt: number; numericId: boolean; runId: string }
  payload: Buffer
  /** Column `closed_at`. Not 0: the row says that the version with its key was superseded then; see record-history.ts. */
  supersededAt: number
}

/** So many ids or keys are quicker to read as literals than to make out of a text: 2 ms less for 100. */
export const LITERALS = 500

/** What a row takes beside its payload; its id may take a little more. */
const ROW_MAX_BYTES = 256

/** Columns that every row about a version copies from it. */
export const versionColumns = sql`written_at, action, first_seen_at, pruned_at, numeric_id, hash`

/** In the order in which `writeRows` writes them. */
const columns = sql`stream, modified_at, id, sign, ${versionColumns}, size, run_id, payload, closed_at`

/** Statements of migrations: how long payloads and archived versions are kept. */
export const payloadTtl = (days: number) =>
  `ALTER TABLE record_log{on_cluster} MODIFY COLUMN payload String CODEC(ZSTD(1)) TTL toDateTime(intDiv(written_at, 1000) + 1) + INTERVAL ${days} DAY`
export const historyTtl = (days: number) =>
  `ALTER TABLE record_log{on_cluster} MODIFY TTL toDateTime(intDiv(ended_at, 1000) + 1) + INTERVAL ${days} DAY DELETE WHERE ended_at > 0`

/** What the rows of so many changes take at most; ids may take a little more. */
export const rowsBytes = (changes: number, payloadBytes: number) => 2 * changes * ROW_MAX_BYTES + payloadBytes

export function writeRows(writer: RowWriter, rows: NewRow[]): void {
  for (const row of rows) {
    writer.uuid(row.stream)
    writer.int64(row.head.modifiedAt)
    writer.string(row.id)
    writer.int8(row.sign)
    writer.int64(row.head.writtenAt)
    writer.int8(row.head.action)
    writer.int64(row.head.firstSeenAt)
    writer.int64(row.change.prunedAt)
    writer.uint8(row.change.numericId ? 1 : 0)
    writer.fixed(row.head.hash)
    writer.uint32(row.head.size)
    writer.repeated(row.change.runId)
    writer.string(row.payload)
    writer.int64(row.supersededAt)
  }
}

/** All rows or none, once, however often it is called with the same token; not after `notAfterMs` (Unix time). */
export const insertRows = (
  clickhouse: ClickHouse,
  rows: Buffer,
  token: string,
  notAfterMs?: number,
): Promise<void> => clickhouse.insert(sql`record_log (${columns})`, rows, token, notAfterMs)

/** Whether an insert with this token is running on the server. */
export async function isInserting(clickhouse: ClickHouse, token: string): Promise<boolean> {
  const running = await clickhouse.select(
    sql`SELECT 1 FROM system.processes WHERE Settings['insert_deduplication_token'] = ${token}`,
    (row) => row.uint8(),
  )
  return running.length > 0
}

/**
 * Whether the commit of an instant is in the log, of which a stream has changed something. If it is not, its insert may
 * still be running.
 */
export async function wasInserted(clickhouse: ClickHouse, stream: string, instant: number): Promise<boolean> {
  const any = (where: Sql) =>
    clickhouse.select(sql`SELECT 1 FROM record_log WHERE stream = ${stream} AND ${where} LIMIT 1`, (row) =>
      row.uint8(),
    )
  if ((await any(sql`modified_at = ${instant}`)).length > 0) return true
  // A commit that only prunes or restores versions writes them where they were.
  return (await any(sql`written_at = ${instant}`)).length > 0
}

/** A row with a version and its payload, superseded or not. The others remove a version, or mark it as superseded. */
export const isVersion = sql`sign = 1 AND closed_at = 0`

/** A row that marks the version with its key as superseded. The version may still be beside it. */
export const marksSuperseded = sql`closed_at > 0`

/** What a row adds to the number of live versions with its key: a version and its mark sum up to 0. */
const share = sql`if(closed_at = 0, sign, -sign)`

/** Live versions: what FINAL shows, without superseded ones. */
const live = (stream: string, where: Sql): Sql => sql`
  record_log FINAL WHERE stream = ${stream} AND closed_at = 0 AND (modified_at, id) NOT IN (
    SELECT modified_at, id FROM record_log WHERE stream = ${stream} AND ${marksSuperseded}) AND ${where}`

/** A row as it is read: several of one key may be there until they are merged. */
export type ReadRow = Version & Key & { sign: number; numericId: boolean; payload: Buffer; origin?: Origin }

/** The run that made a version, and the bytes of its payload; `withoutPayload`: that was not read, and is empty in the row. */
export type Origin = { runId: string; bytes: number; withoutPayload: boolean }

const metadataColumns = sql`
  modified_at, id, ${share}, written_at, action, first_seen_at, pruned_at, numeric_id`

/** What is read of each version. */
export type Columns = { names: Sql; read: (row: RowReader) => ReadRow }

export const payloads: Columns = { names: sql`${metadataColumns}, payload`, read: readRow }

export const payloadsAndOrigins: Columns = {
  names: sql`${metadataColumns}, payload, run_id, size`,
  read: (row) => ({
    ...readRow(row),
    origin: { runId: row.string(), bytes: row.uint32(), withoutPayload: false },
  }),
}

export const originsOnly: Columns = {
  names: sql`${metadataColumns}, '', run_id, size`,
  read: (row) => ({
    ...readRow(row),
    origin: { runId: row.string(), bytes: row.uint32(), withoutPayload: true },
  }),
}

/** In which order versions are read. */
export type Order = { by: Sql; behind: (key: Key) => Sql; compare: (a: Key, b: Key) => number }

/** The order of a stream. */
export const oldestFirst: Order = { by: sql`stream, modified_at, id`, behind: after, compare: compareKeys }

export const newestFirst: Order = {
  by: sql`stream DESC, modified_at DESC, id DESC`,
  behind: before,
  compare: (a, b) => compareKeys(b, a),
}

/** Rows of live and of superseded versions, in order, as they are on disk: FINAL would read the whole stream for each page. */
export async function readRows(
  clickhouse: ReadClient,
  stream: string,
  where: Sql,
  limit: number,
  settings: Sql = sql``,
  columns = payloads,
  order = oldestFirst,
): Promise<ReadRow[]> {
  return clickhouse.select(
    sql`SELECT ${columns.names}
      FROM record_log WHERE stream = ${stream} AND ${where}
      ORDER BY ${order.by} LIMIT ${limit}
      SETTINGS max_threads = 1, optimize_read_in_order = 1${settings}`,
    columns.read,
  )
}

/** Reads the columns one after the other, in the order of `metadataColumns`, and then the payload. */
function readRow(row: RowReader): ReadRow {
  const modifiedAt = row.int64()
  const id = row.string()
  const sign = row.int8()
  const writtenAt = row.int64()
  const action = readAction(row)
  const firstSeenAt = row.int64()
  const prunedAt = row.int64()
  const numericId = row.uint8() === 1
  const payload = row.bytes()
  return { modifiedAt, id, sign, writtenAt, action, firstSeenAt, prunedAt, numericId, payload }
}

/** The live ones of these versions, in order. They are far apart: two threads share the granules, few as they are. */
export async function readLive(
  clickhouse: ReadClient,
  stream: string,
  where: Sql,
  columns = payloads,
  order = oldestFirst,
): Promise<ReadRow[]> {
  const rows = await clickhouse.select(
    sql`SELECT ${columns.names} FROM record_log WHERE stream = ${stream} AND ${where} ORDER BY ${order.by}
      SETTINGS max_threads = 2, merge_tree_min_rows_for_concurrent_read = 1, merge_tree_min_bytes_for_concurrent_read = 1`,
    columns.read,
  )
  return collapse(rows, false).live
}

/** Live versions of several streams with their payloads, by stream and id: one query. */
export async function readStored(
  clickhouse: ClickHouse,
  wanted: { stream: string; keys: Key[] }[],
): Promise<Map<string, Map<string, ReadRow>>> {
  const stored = new Map(wanted.map(({ stream }) => [stream, new Map<string, ReadRow>()]))
  const keys = wanted.flatMap(({ stream, keys }) =>
    [...Map.groupBy(keys, ({ modifiedAt }) => modifiedAt)].map(([instant, keys]) => [
      stream,
      instant,
      keys.map(({ id }) => id).join(ID_SEPARATOR),
    ]),
  )
  if (keys.length === 0) return stored
  const streams = wanted.map(({ stream }) => stream)
  const rows = await clickhouse.select(
    sql`SELECT stream, ${payloads.names} FROM record_log
      WHERE stream IN ${streams} AND (stream, modified_at, id) IN (
        SELECT stream, modified_at, arrayJoin(splitByChar(${ID_SEPARATOR}, ids))
        FROM values('stream UUID, modified_at Int64, ids String', ${listed(keys)}))
      ORDER BY stream, modified_at, id`,
    (row) => {
      const stream = row.uuid()
      return { stream, row: readRow(row) }
    },
  )
  for (const [stream, found] of Map.groupBy(rows, ({ stream }) => stream)) {
    const { live } = collapse(
      found.map(({ row }) => row),
      false,
    )
    for (const row of live) stored.get(stream)?.set(row.id, row)
  }
  return stored
}

/** The first of these rows: up to `limit`, or a little more than `bytes` of them. `full`: there may be more. */
export async function readWindow(
  clickhouse: ReadClient,
  stream: string,
  where: Sql,
  { records: limit, bytes }: { records: number; bytes: number },
  columns: Columns,
  order: Order,
): Promise<{ rows: ReadRow[]; full: boolean }> {
  const rows = await readRows(clickhouse, stream, where, limit, upToBytes(bytes), columns, order)
  return { rows, full: rows.length === limit || mayBeCut(rows, bytes) }
}

/** Rows without their payloads, in order. */
export async function readKeys(
  clickhouse: ReadClient,
  stream: string,
  where: Sql,
  limit: number,
  order = oldestFirst,
): Promise<KeyRow[]> {
  return clickhouse.select(
    sql`SELECT modified_at, id, ${share}, written_at, size FROM record_log WHERE stream = ${stream} AND ${where}
      ORDER BY ${order.by} LIMIT ${limit} SETTINGS max_threads = 1, optimize_read_in_order = 1`,
    (row) => {
      const key = readKey(row)
      const sign = row.int8()
      const writtenAt = row.int64()
      return { ...key, sign, writtenAt, size: row.uint32() }
    },
  )
}

export type KeyRow = Key & { sign: number; writtenAt: number; size: number }

/** The server stops at the first block of rows that is over the bound. */
export const upToBytes = (bytes: number): Sql =>
  sql`, max_result_bytes = ${bytes}, result_overflow_mode = 'break'`

export function mayBeCut(rows: ReadRow[], bytes: number): boolean {
  const read = rows.reduce(
    (sum, { id, payload }) => sum + ROW_BYTES + ID_CHAR_BYTES * id.length + payload.length,
    0,
  )
  return read >= bytes
}

/** Rather more than what a row takes in the server's memory, where it measures: what is full must not look complete. */
const ROW_BYTES = 80
const ID_CHAR_BYTES = 3

/** Only these actions. A row that removes or marks a version has its action, so all rows of a version match or none. */
export const hasAction = (actions: Action[]): Sql => sql`action IN ${actions.map((action) => nameOf[action])}`

/** The first comparison alone is what the index can use. */
export function after(key: Key): Sql {
  return sql`modified_at >= ${key.modifiedAt} AND (modified_at, id) > (${key.modifiedAt}, ${key.id})`
}

function before(key: Key): Sql {
  return sql`modified_at <= ${key.modifiedAt} AND (modified_at, id) < (${key.modifiedAt}, ${key.id})`
}

export const upTo = (key: Key): Sql =>
  sql`modified_at <= ${key.modifiedAt} AND (modified_at, id) <= (${key.modifiedAt}, ${key.id})`

/** Few keys are literals. Many are a text of ids for each instant: parsing thousands of literals takes longer than finding what they name. */
export function isOneOf(keys: Key[]): Sql {
  if (keys.length <= LITERALS)
    return sql`(modified_at, id) IN (${listed(keys.map(({ modifiedAt, id }) => [modifiedAt, id]))})`
  const byInstant = Map.groupBy(keys, ({ modifiedAt }) => modifiedAt)
  const rows = [...byInstant].map(([instant, keys]) => [instant, keys.map(({ id }) => id).join(ID_SEPARATOR)])
  return sql`(modified_at, id) IN (
    SELECT modified_at, arrayJoin(splitByChar(${ID_SEPARATOR}, ids))
    FROM values('modified_at Int64, ids String', ${listed(rows)}))`
}

/** The first live versions that match, in order: how many they are, their bytes, and the key of the last one. */
export async function measureLive(
  clickhouse: ClickHouse,
  stream: string,
  where: Sql,
  limit: number,
): Promise<{ count: number; bytes: number; end: Key }> {
  const [measured] = await clickhouse.select(
    sql`SELECT count(), sum(size), max((modified_at, id)) AS end FROM (
        SELECT modified_at, id, size FROM ${live(stream, where)}
        ORDER BY stream, modified_at, id LIMIT ${limit})`,
    (row) => {
      const count = row.int64()
      const bytes = row.int64()
      return { count, bytes, end: readKey(row) }
    },
  )
  return measured ?? { count: 0, bytes: 0, end: { modifiedAt: 0, id: '' } }
}

export async function countLive(clickhouse: ClickHouse, stream: string, where: Sql): Promise<number> {
  const [count] = await clickhouse.select(sql`SELECT count() FROM ${live(stream, where)}`, (row) =>
    row.int64(),
  )
  return count ?? 0
}

/** Where the live versions that match are, in order, the first `limit` behind a position. */
export async function liveKeys(
  clickhouse: ClickHouse,
  stream: string,
  where: Sql,
  start: Key | undefined,
  limit: number,
): Promise<Key[]> {
  const behind = start ? sql`${where} AND ${after(start)}` : where
  return clickhouse.select(
    sql`SELECT modified_at, id FROM ${live(stream, behind)} ORDER BY stream, modified_at, id LIMIT ${limit}`,
    readKey,
  )
}

/** Live versions stay where they are, without their payloads; done on the server, as payloads need not travel. */
export async function pruneRows(
  clickhouse: ClickHouse,
  stream: string,
  where: Sql,
  instant: number,
): Promise<void> {
  // One key three times: the order of -1 before +1 says that the last row is alive.
  await clickhouse.insertSelect(sql`
    INSERT INTO record_log (${columns}, ended_at)
    SELECT stream, modified_at, id, side, if(side = 1, toInt64(${instant}), written_at), action, first_seen_at,
      if(side = 1, toInt64(${instant}), pruned_at), numeric_id, hash, if(side = 1, 0, size), run_id, '', 0, ended_at
    FROM (SELECT * EXCEPT payload FROM ${live(stream, where)})
    ARRAY JOIN [-1, 1] AS side`)
}

/** What the log says of a stream as a whole; `newest` is 0 if nothing was ever saved. */
export type LogSummary = { newest: number; live: number; bytes: number }

/** Streams in which nothing was ever saved are not in it. */
export async function summarizeAll(
  clickhouse: ClickHouse,
  streams: string[],
): Promise<Map<string, LogSummary>> {
  const summaries = await clickhouse.select(
    sql`SELECT stream, max(modified_at), sum(${share} * (action != 'deleted')), sum(${share} * toInt64(size))
      FROM record_log WHERE stream IN ${streams} GROUP BY stream`,
    (row): [string, LogSummary] => {
      const stream = row.uuid()
      const newest = row.int64()
      const live = row.int64()
      return [stream, { newest, live, bytes: row.int64() }]
    },
  )
  return new Map(summaries)
}

/** What a run that began at `since` has changed so far, as its records tell. */
export async function changesOfRun(
  clickhouse: ClickHouse,
  stream: string,
  runId: string,
  since: number,
): Promise<{ added: number; updated: number; deleted: number }> {
  // A record that the run has added and then updated is one that it added.
  const [changes] = await clickhouse.select(
    sql`SELECT countIf(action != 'deleted' AND first_seen_at >= ${since}),
        countIf(action != 'deleted' AND first_seen_at < ${since}), countIf(action = 'deleted')
      FROM ${live(stream, sql`modified_at >= ${since} AND run_id = ${runId}`)}`,
    (row) => {
      const added = row.int64()
      const updated = row.int64()
      return { added, updated, deleted: row.int64() }
    },
  )
  return changes ?? { added: 0, updated: 0, deleted: 0 }
}

const copied = sql`modified_at, id, sign, ${versionColumns}, size, run_id, payload, ended_at`

/** Live versions of a stream, as rows for `insertCopy` under another name. */
export const selectCopy = (
  clickhouse: ClickHouse,
  stream: string,
  name: string,
  where: Sql,
): Promise<Buffer> =>
  clickhouse.selectRows(
    sql`SELECT toUUID(${name}), ${copied} FROM record_log FINAL
      WHERE stream = ${stream} AND closed_at = 0 AND ${where}
      ORDER BY stream, modified_at, id SETTINGS max_threads = 1`,
  )

/** One block. If it fails, the rows may be there or not. */
export const insertCopy = (clickhouse: ClickHouse, rows: Buffer): Promise<void> =>
  clickhouse.append(sql`record_log (stream, ${copied})`, rows)

function readKey(row: RowReader): Key {
  const modifiedAt = row.int64()
  return { modifiedAt, id: row.string() }
}

const nameOf = { 1: 'added', 2: 'updated', 3: 'deleted' } as const
