import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { RowWriter } from '../clickhouse/row-binary.ts'
import { type Sql, sql } from '../clickhouse/sql.ts'

/**
 * The table `run_fact`: how each run ended. All rows are on the first shard, which is there whatever shards are added: a question
 * about an environment is one query. A row that was inserted again is one when it is read with FINAL.
 */

export interface RunFact {
  environment: string
  /** Unix ms, as all instants here. */
  finishedAt: number
  runId: string
  schedule: string
  integration: string
  connection: string
  sync: string
  variant: string
  cause: string
  /** In the words of events. */
  outcome: string
  requestedAt: number
  /** 0 = it never began. */
  startedAt: number
  attempts: number
  /** '' = not known. */
  version: string
  error: string
  /** The error without what differs from run to run. */
  message: string
  /** Of errors with the same cause; 0n = no error. */
  fingerprint: bigint
  added: number
  updated: number
  deleted: number
  /** JSON text of the event's `result`: changes by model. */
  result: string
}

const UINT32_MAX = 2 ** 32 - 1

/** Statements of a migration: of the table, and of those that are made of it. */
export const runFactTtls = (days: number) => [
  ...['run_fact', 'run_fact_by_schedule', 'run_failure'].map(
    (table) =>
      `ALTER TABLE ${table}{on_cluster} MODIFY TTL toDateTime(intDiv(finished_at, 1000)) + INTERVAL ${days} DAY`,
  ),
  ...['run_hour', 'run_hour_insert'].map(
    (table) => `ALTER TABLE ${table}{on_cluster} MODIFY TTL toDateTime(hour * 3600) + INTERVAL ${days} DAY`,
  ),
]

/** The server that has them. */
export function runFactsOf<T extends { clickhouse: ClickHouse }>(shards: readonly T[]): ClickHouse {
  const [first] = shards
  if (first === undefined) throw new Error('there is no shard')
  return first.clickhouse
}

export async function insertRunFacts(clickhouse: ClickHouse, facts: readonly RunFact[]): Promise<void> {
  const writer = new RowWriter()
  for (const fact of facts) {
    writer.repeated(fact.environment)
    writer.int64(fact.finishedAt)
    writer.string(fact.runId)
    writer.string(fact.schedule)
    writer.string(fact.integration)
    writer.string(fact.connection)
    writer.string(fact.sync)
    writer.string(fact.variant)
    writer.string(fact.cause)
    writer.string(fact.outcome)
    writer.int64(fact.requestedAt)
    writer.int64(fact.startedAt)
    writer.uint32(bounded(fact.attempts))
    writer.string(fact.version)
    writer.string(fact.error)
    writer.string(fact.message)
    writer.uint64(fact.fingerprint)
    writer.uint32(bounded(fact.added))
    writer.uint32(bounded(fact.updated))
    writer.uint32(bounded(fact.deleted))
    writer.string(fact.result)
  }
  await clickhouse.append(
    sql`run_fact (environment, finished_at, run_id, schedule, integration, connection, sync, variant, cause, outcome, requested_at,
      started_at, attempts, version, error, message, fingerprint, added, updated, deleted, result)`,
    writer.finish(),
  )
}

const HOUR_MS = 3_600_000

/**
 * Of an environment, those that ended before, and what is made of them. The sums of the hour in which `beforeMs` lies are made again
 * from what is left. What is deleted already costs a look at primary keys.
 */
export async function deleteRunFacts(
  clickhouse: ClickHouse,
  environment: string,
  beforeMs: number,
): Promise<void> {
  const hour = Math.floor(beforeMs / HOUR_MS)
  const old: [table: Sql, isOld: Sql][] = [
    [sql`run_fact_by_schedule`, sql`finished_at < ${beforeMs}`],
    [sql`run_failure`, sql`finished_at < ${beforeMs}`],
    [sql`run_fact`, sql`finished_at < ${beforeMs}`],
    [sql`run_hour`, sql`hour <= ${hour}`],
    [sql`run_hour_insert`, sql`hour < ${hour}`],
  ]
  for (const [table, isOld] of old) {
    const rows = sql`FROM ${table} WHERE environment = ${environment} AND ${isOld}`
    const [found] = await clickhouse.select(sql`SELECT 1 ${rows} LIMIT 1`, (row) => row.uint8())
    if (found) await clickhouse.run(sql`DELETE ${rows} SETTINGS lightweight_deletes_sync = 1`)
  }
}

const bounded = (count: number) => Math.min(Math.max(0, Math.trunc(count)), UINT32_MAX)
