import type { ReadClient } from '../clickhouse/read-client.ts'
import { type Sql, sql } from '../clickhouse/sql.ts'
import { historyStreamId } from './record-history.ts'
import { isVersion, oldestFirst } from './record-log.ts'
import { type Action, compareKeys, type Key, readAction } from './version.ts'

/** A version that a run has made. */
export type RunChange = Key & { action: Action; bytes: number }

/** When the run was under way, and behind which version. */
type Within = { runId: string; from: number; to: number; start: Key | undefined }

/**
 * The versions that a run has made in a stream, in the order of the stream: in the log, superseded or not, and in its history. `from` and
 * `to` bound what is read: both are in the order of the primary key. Of what a later run has superseded nothing is left where
 * no history is kept.
 */
export async function changesMadeBy(
  clickhouse: ReadClient,
  stream: string,
  { runId, from, to, start }: Within,
  limit: number,
): Promise<RunChange[]> {
  const where = sql`modified_at >= ${Math.max(from, start?.modifiedAt ?? 0)} AND modified_at <= ${to}
    AND ${start ? oldestFirst.behind(start) : sql`true`} AND run_id = ${runId} AND ${isVersion}`
  const read = (of: string): Promise<RunChange[]> => clickhouse.select(query(of, where, limit), readChange)
  // The log first: a version that is archived meanwhile is in both.
  const inLog = await read(stream)
  const archived = await read(historyStreamId(stream))
  const inOrder = [...inLog, ...archived].sort(compareKeys)
  return inOrder
    .filter((change, i) => i === 0 || compareKeys(change, inOrder[i - 1] as Key) !== 0) // i > 0
    .slice(0, limit)
}

/** A version that was pruned or restored in place has several rows. */
const query = (stream: string, where: Sql, limit: number) => sql`
  SELECT modified_at, id, action, size FROM record_log WHERE stream = ${stream} AND ${where}
  ORDER BY stream, modified_at, id LIMIT 1 BY modified_at, id LIMIT ${limit}
  SETTINGS max_threads = 1, optimize_read_in_order = 1`

function readChange(row: Parameters<typeof readAction>[0]): RunChange {
  const modifiedAt = row.int64()
  const id = row.string()
  const action = readAction(row)
  return { modifiedAt, id, action, bytes: row.uint32() }
}
