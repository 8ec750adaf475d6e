import { AppError } from '@syncline/errors'
import type { ListLogsRequest, LogLevel, LogLine, RunLines } from '@syncline/proto'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { ReadClient } from '../clickhouse/read-client.ts'
import { RowWriter } from '../clickhouse/row-binary.ts'
import { sql } from '../clickhouse/sql.ts'

/** The table `run_log`: what a run has said. */

const MAX_LINES = 10_000

/** A statement of a migration. */
export const runLogTtl = (days: number) =>
  `ALTER TABLE run_log{on_cluster} MODIFY TTL toDateTime(intDiv(at, 1000)) + INTERVAL ${days} DAY`

/** A repeated call writes the same lines again, and lines of the same number are one. */
export async function appendLogs(clickhouse: ClickHouse, runs: readonly RunLines[]): Promise<void> {
  const writer = new RowWriter()
  for (const { environment, runId, attempt, first, lines } of runs) {
    for (const [i, line] of lines.entries()) {
      writer.string(environment)
      writer.string(runId)
      writer.uint32(attempt)
      writer.uint32(first + i)
      writer.int64(line.atMs)
      writer.int8(Math.max(levels.indexOf(line.level), 1))
      writer.string(line.message)
    }
  }
  await clickhouse.insertGathered(
    sql`run_log (environment, run_id, attempt, number, at, level, message)`,
    writer.finish(),
  )
}

interface Lines {
  lines: LogLine[]
  nextCursor: string
}

/**
 * Oldest first: the newest `limit` lines, or the first ones after `cursor`. A run has its lines on one shard; if a shard was added
 * while it ran, on two. A call that was repeated then has left its lines on both.
 */
export async function listLogs(shards: readonly ReadClient[], request: ListLogsRequest): Promise<Lines> {
  const limit = Math.min(request.limit || MAX_LINES, MAX_LINES)
  const after = request.cursor === '' ? undefined : readCursor(request.cursor)
  const found = await Promise.all(shards.map((shard) => linesOf(shard, request, after, limit)))
  const ordered = found.flat().sort((a, b) => a.attempt - b.attempt || a.number - b.number)
  const lines = ordered.filter((line, i) => !isSameLine(line, ordered[i - 1]))
  const page = after ? lines.slice(0, limit) : lines.slice(-limit)
  const last = page.at(-1)
  return {
    lines: page.map(({ line }) => line),
    nextCursor: last ? `${last.attempt}.${last.number}` : request.cursor,
  }
}

type Place = { attempt: number; number: number }
type NumberedLine = Place & { line: LogLine }

const isSameLine = (a: NumberedLine, b: NumberedLine | undefined) =>
  a.attempt === b?.attempt && a.number === b.number

function readCursor(text: string): Place {
  const [, attempt, number] = /^(\d{1,9})\.(\d{1,9})$/.exec(text) ?? []
  if (attempt === undefined) throw new AppError('invalid_cursor', `'${text}' is no cursor of a log`)
  return { attempt: Number(attempt), number: Number(number) }
}

function linesOf(
  reads: ReadClient,
  { environment, runId }: ListLogsRequest,
  after: Place | undefined,
  limit: number,
): Promise<NumberedLine[]> {
  const part = after
    ? sql`AND (attempt, number) > (${after.attempt}, ${after.number}) ORDER BY attempt, number`
    : sql`ORDER BY attempt DESC, number DESC`
  return reads.select(
    sql`SELECT attempt, number, at, level, message FROM run_log FINAL
      WHERE environment = ${environment} AND run_id = ${runId} ${part} LIMIT ${limit}`,
    (row) => {
      const attempt = row.uint32()
      const number = row.uint32()
      const atMs = row.int64()
      const level = levels[row.int8()] ?? 'LOG_LEVEL_INFO'
      return { attempt, number, line: { atMs, level, message: row.string() } }
    },
  )
}

/** By their number in the table. */
const levels: LogLevel[] = [
  'LOG_LEVEL_UNSPECIFIED',
  'LOG_LEVEL_DEBUG',
  'LOG_LEVEL_INFO',
  'LOG_LEVEL_WARN',
  'LOG_LEVEL_ERROR',
]
