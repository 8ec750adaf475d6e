import { AppError } from '@syncline/errors'
import type { ListRecordsRequest, ListRecordsResponse, RecordAction } from '@syncline/proto'
import type { ClickHouse } from './clickhouse.ts'
import { collapse } from './collapse.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { type Head, readHeads } from './record-head.ts'
import { recordJson, recordsJson } from './record-json.ts'
import { Action, after, hasAction, isOneOf, type Key, type ReadRow, readRows } from './record-log.ts'
import { type Sql, sql } from './sql.ts'
import type { Store } from './store.ts'

const MAX_LIMIT = 10_000
const MIN_WINDOW = 64
const MAX_WINDOW = 100_000
const ID_TRIES = 5

/** A page of a stream in order of change. `stream` is its generation's name in the tables. */
export async function listRecords(
  { clickhouse, life }: Store,
  stream: string,
  request: ListRecordsRequest,
): Promise<ListRecordsResponse> {
  const limit = Math.min(Math.max(request.limit, 1), MAX_LIMIT)
  const selection: Selection = {
    start: request.cursor === '' ? undefined : decodeCursor(request.cursor),
    modifiedAfter: request.modifiedAfterMs,
    actions: request.actions.flatMap((action) => actionOf[action]),
  }
  // One more than asked for tells if there are more.
  const found =
    request.ids.length > 0
      ? await versionsOfIds(clickhouse, stream, request.ids, selection, limit + 1)
      : await versionsInOrder(clickhouse, stream, selection, limit + 1)
  const page = found.slice(0, limit)
  const now = Date.now()
  const last = page.at(-1)
  return {
    records: recordsJson(page.map((row) => recordJson(row, life.prunedAt(row, now)))),
    nextCursor: last && found.length > limit ? encodeCursor(last) : '',
  }
}

type Selection = { start: Key | undefined; modifiedAfter: number; actions: Action[] }

/**
 * Reads windows of rows until enough versions are found. On merged parts the first window is enough; where versions
 * that have ended are not merged away yet, windows grow.
 */
async function versionsInOrder(
  clickhouse: ClickHouse,
  stream: string,
  { start, modifiedAfter, actions }: Selection,
  wanted: number,
): Promise<ReadRow[]> {
  const found: ReadRow[] = []
  let from = start
  for (let window = Math.max(wanted + 1, MIN_WINDOW); ; window = Math.min(window * 2, MAX_WINDOW)) {
    const where = [
      sql`modified_at > ${modifiedAfter}`,
      ...(actions.length > 0 ? [hasAction(actions)] : []),
      ...(from ? [after(from)] : []),
    ]
    const rows = await readRows(clickhouse, stream, all(where), window)
    const { live, end } = collapse(rows, rows.length === window)
    found.push(...live)
    if (found.length >= wanted || rows.length < window) return found.slice(0, wanted)
    from = end ?? from
  }
}

/** The heads say where the versions of ids are. If one of them moves on before it is read, heads are read again. */
async function versionsOfIds(
  clickhouse: ClickHouse,
  stream: string,
  ids: string[],
  selection: Selection,
  wanted: number,
): Promise<ReadRow[]> {
  const unique = [...new Set(ids.map((id) => id.replaceAll('\0', '')))]
  for (let tries = 1; ; tries++) {
    const heads =
      (await readHeads(clickhouse, [{ stream, ids: unique }])).get(stream) ?? new Map<string, Head>()
    const keys = [...heads]
      .filter(([id, head]) => isSelected(selection, id, head))
      .map(([id, { modifiedAt }]): Key => ({ modifiedAt, id }))
      .sort(compareKeys)
      .slice(0, wanted)
    if (keys.length === 0) return []
    const { live } = collapse(await readRows(clickhouse, stream, isOneOf(keys), MAX_WINDOW), false)
    if (live.length === keys.length) return live
    if (tries === ID_TRIES)
      throw new AppError('unavailable', 'the records change faster than they can be read')
  }
}

function isSelected({ start, modifiedAfter, actions }: Selection, id: string, head: Head): boolean {
  return (
    head.modifiedAt > modifiedAfter &&
    (actions.length === 0 || actions.includes(head.action)) &&
    (start === undefined || compareKeys({ modifiedAt: head.modifiedAt, id }, start) > 0)
  )
}

/** As ClickHouse orders them: texts by their bytes. */
function compareKeys(a: Key, b: Key): number {
  return a.modifiedAt - b.modifiedAt || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))
}

const all = (conditions: Sql[]): Sql => conditions.reduce((joined, next) => sql`${joined} AND ${next}`)

const actionOf: Record<RecordAction, Action[]> = {
  RECORD_ACTION_UNSPECIFIED: [],
  RECORD_ACTION_ADDED: [Action.added],
  RECORD_ACTION_UPDATED: [Action.updated],
  RECORD_ACTION_DELETED: [Action.deleted],
}
