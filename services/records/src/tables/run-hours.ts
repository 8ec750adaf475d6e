import type { GetRunStatsRequest, RunStats } from '@syncline/proto'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { ReadClient } from '../clickhouse/read-client.ts'
import type { RowReader } from '../clickhouse/row-binary.ts'
import { all, type Sql, sql } from '../clickhouse/sql.ts'
import { names, outcomeOf } from './run-fact-list.ts'

/**
 * Runs over time. The table `run_hour` has sums of hours, and `run_hour_insert` when a row of an hour was inserted last. An hour that has
 * newer rows than its sums is summed when it is read, until a job has made its sums again.
 */

const HOUR_MS = 3_600_000
/**
 * An insert may be visible so long after the time that `run_hour_insert` has of it: statements end sooner. Sums count as made so much
 * earlier than they were.
 */
const INSERT_MS = 60_000

const SUMS = sql`sumMap(map(outcome, toUInt64(1))) AS runs, countIf(started_at > 0) AS began, sum(added) AS all_added,
  sum(updated) AS all_updated, sum(deleted) AS all_deleted,
  quantilesDDStateIf(0.01, 0.5, 0.99)(started_at - requested_at, started_at > 0) AS wait,
  quantilesDDStateIf(0.01, 0.5, 0.99)(finished_at - started_at, started_at > 0) AS duration`

/**
 * A row that was inserted again and not merged yet is in the same partition, and is the same: an index that finds one of them finds all.
 * ClickHouse would otherwise look for rows with the same keys and other contents in every granule whose keys overlap: 4 620 instead of 60
 * for a connection in a year of 22 million runs.
 */
const SETTINGS = sql`SETTINGS do_not_merge_across_partitions_select_final = 1, use_skip_indexes_if_final_exact_mode = 0`

/** Hours of environments whose sums are missing or old, the newest ones first. */
export async function hoursToSum(
  clickhouse: ReadClient,
  now: number,
  limit: number,
): Promise<{ environment: string; hour: number }[]> {
  return clickhouse.select(
    sql`SELECT environment, hour FROM ${STALE_HOURS(sql`true`)}
      WHERE inserted_at < ${now - INSERT_MS} AND hour < ${Math.floor((now - INSERT_MS) / HOUR_MS)}
      ORDER BY hour DESC LIMIT ${limit}`,
    (row) => ({ environment: row.string(), hour: row.uint32() }),
  )
}

/** Makes the sums of hours. Made again they replace those of before. */
export async function sumHours(
  clickhouse: ClickHouse,
  environment: string,
  { first, last }: { first: number; last: number },
  now: number,
): Promise<void> {
  await clickhouse.run(
    sql`INSERT INTO run_hour (environment, integration, sync, hour, runs, began, added, updated, deleted, wait, duration, summed_at)
      SELECT environment, integration, sync, toUInt32(intDiv(finished_at, ${HOUR_MS})) AS at, ${SUMS}, ${now - INSERT_MS}
      FROM run_fact FINAL
      WHERE environment = ${environment} AND finished_at >= ${first * HOUR_MS} AND finished_at < ${(last + 1) * HOUR_MS}
      GROUP BY GROUPING SETS ((environment, at, integration, sync), (environment, at, integration), (environment, at)) ${SETTINGS}`,
  )
}

const STALE_HOURS = (where: Sql) => sql`(
  SELECT environment, hour, max(inserted_at) AS inserted_at, max(summed_at) AS summed_at FROM (
    SELECT environment, hour, inserted_at, 0 AS summed_at FROM run_hour_insert WHERE ${where}
    UNION ALL SELECT environment, hour, 0, summed_at FROM run_hour WHERE integration = '' AND sync = '' AND ${where})
  GROUP BY environment, hour HAVING inserted_at >= summed_at)`

/** Points with runs, the oldest one first. */
export async function runStats(reads: ReadClient, request: GetRunStatsRequest): Promise<RunStats[]> {
  const { connectionId, stepMs } = request
  const isByHour = connectionId === '' && stepMs % HOUR_MS === 0
  const parts = isByHour ? await byHour(reads, request) : fromRuns(request, [sql`true`])
  return reads.select(
    sql`SELECT at, mapKeys(sumMap(runs) AS all_runs), mapValues(all_runs), sum(all_added), sum(all_updated), sum(all_deleted), sum(began),
        ${quantiles(sql`wait`)}, ${quantiles(sql`duration`)}
      FROM (${parts}) GROUP BY at ORDER BY at ${SETTINGS}`,
    readPoint,
  )
}

const quantiles = (column: Sql) =>
  sql`arrayMap(x -> if(isNaN(x), 0, toUInt64(round(x))), quantilesDDMerge(0.01, 0.5, 0.99)(${column}))`

/** Sums of hours, and those of hours whose sums are missing or old. */
async function byHour(reads: ReadClient, request: GetRunStatsRequest): Promise<Sql> {
  const { environment, providerConfigKey: integration, sync, fromMs, toMs, stepMs } = request
  const within = sql`environment = ${environment} AND hour >= ${fromMs / HOUR_MS} AND hour < ${toMs / HOUR_MS}`
  const stale = await reads.select(sql`SELECT hour FROM ${STALE_HOURS(within)} ORDER BY hour`, (row) =>
    row.uint32(),
  )
  const sums = sql`SELECT intDiv(toInt64(hour) * ${HOUR_MS}, ${stepMs}) * ${stepMs} AS at, runs, began, added AS all_added,
      updated AS all_updated, deleted AS all_deleted, wait, duration
    FROM run_hour FINAL
    WHERE ${all([within, sql`integration = ${integration}`, sql`sync = ${sync}`, ...(stale.length > 0 ? [sql`hour NOT IN ${stale}`] : [])])}`
  if (stale.length === 0) return sums
  return sql`${sums} UNION ALL ${fromRuns(request, ranges(stale).map(inHours))}`
}

const inHours = ({ first, last }: Range): Sql =>
  sql`finished_at >= ${first * HOUR_MS} AND finished_at < ${(last + 1) * HOUR_MS}`

function fromRuns(request: GetRunStatsRequest, times: Sql[]): Sql {
  const { environment, providerConfigKey: integration, connectionId: connection, sync, variant } = request
  const { fromMs, toMs, stepMs } = request
  const table = connection === '' ? sql`run_fact` : sql`run_fact_by_schedule`
  const where = all([
    sql`environment = ${environment}`,
    sql`finished_at >= ${fromMs} AND finished_at < ${toMs}`,
    sql`(${times.reduce((some, next) => sql`${some} OR ${next}`)})`,
    ...names({ integration, connection, sync, variant }),
  ])
  return sql`SELECT intDiv(finished_at, ${stepMs}) * ${stepMs} AS at, ${SUMS} FROM ${table} FINAL WHERE ${where}
    GROUP BY at`
}

interface Range {
  first: number
  last: number
}

/** Hours that follow each other as one range. */
export function ranges(hours: readonly number[]): Range[] {
  const found: Range[] = []
  for (const hour of hours) {
    const last = found.at(-1)
    if (last && last.last + 1 === hour) last.last = hour
    else found.push({ first: hour, last: hour })
  }
  return found
}

function readPoint(row: RowReader): RunStats {
  const atMs = row.int64()
  const outcomes = row.array(() => outcomeOf(row.string()))
  const counts = row.array(() => row.int64())
  const [added, updated, deleted, began] = [row.int64(), row.int64(), row.int64(), row.int64()]
  const [wait, duration] = [readQuantiles(row), readQuantiles(row)]
  return {
    atMs,
    runs: outcomes.map((outcome, i) => ({ outcome, count: counts[i] ?? 0 })),
    ...{ added, updated, deleted },
    waitMs: began > 0 ? wait : undefined,
    durationMs: began > 0 ? duration : undefined,
  }
}

function readQuantiles(row: RowReader): { p50: number; p99: number } {
  const [p50 = 0, p99 = 0] = row.array(() => row.int64())
  return { p50, p99 }
}
