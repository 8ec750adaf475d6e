import type { ListRunFactsRequest, ModelCounts, RunFact } from '@syncline/proto'
import { RunOutcome } from '@syncline/proto'
import type { ReadClient } from '../clickhouse/read-client.ts'
import type { RowReader } from '../clickhouse/row-binary.ts'
import { all, Sql, sql } from '../clickhouse/sql.ts'

/**
 * Reads of single runs, from `run_fact`, and from two tables with the same columns: `run_fact_by_schedule` in another order, and
 * `run_failure` with the runs that have an error.
 */

const MAX = 1000
/**
 * An event may come so much later than one that happened after it: another instance had it, and did not insert it in the time after which
 * it is sent again (30 s), twice. Until then its run is told by the scheduler.
 */
export const SETTLED_AFTER_MS = 120_000

/** Most pages are of so short a time. It is looked at first, as a year has many parts, and each of them has to be opened. */
const WINDOW_MS = 24 * 3_600_000

export interface KnownTime {
  /** Both 0 = nothing is known. */
  fromMs: number
  toMs: number
}

/** Of this time every run of the environment is here. */
export async function knownTime(
  reads: ReadClient,
  environment: string,
  now = Date.now(),
): Promise<KnownTime> {
  const end = async (order: Sql, sinceMs: number): Promise<number> => {
    const [found] = await reads.select(
      sql`SELECT finished_at FROM run_fact WHERE environment = ${environment} AND finished_at >= ${sinceMs}
        ORDER BY environment ${order}, finished_at ${order} LIMIT 1`,
      (row) => row.int64(),
    )
    return found ?? (sinceMs > 0 ? end(order, 0) : 0)
  }
  const [first, last] = await Promise.all([end(sql`ASC`, 0), end(sql`DESC`, now - WINDOW_MS)])
  // After the clock was set back there are runs that ended later than now.
  const toMs = Math.min(last, now) - SETTLED_AFTER_MS
  return toMs > first ? { fromMs: first, toMs } : { fromMs: 0, toMs: 0 }
}

interface Found {
  runs: RunFact[]
  isLast: boolean
}

/** Newest first. */
export async function listRunFacts(
  reads: ReadClient,
  request: ListRunFactsRequest,
  now = Date.now(),
): Promise<Found> {
  const limit = Math.min(request.limit || MAX, MAX)
  const runs = new Map<string, RunFact>()
  let behind = request.behind
  let sinceMs = Math.max(0, Math.min(now, behind?.endedMs ?? now, request.toMs || now) - WINDOW_MS)
  // A row that was inserted again and not merged yet comes twice, one after the other.
  for (;;) {
    const asked = limit - runs.size + 1
    const found = await select(
      reads,
      { ...request, fromMs: Math.max(sinceMs, request.fromMs) },
      behind,
      asked,
    )
    for (const run of found) {
      if (runs.size === limit && !runs.has(run.runId)) return { runs: [...runs.values()], isLast: false }
      runs.set(run.runId, run)
    }
    const last = found.at(-1)
    if (last) behind = { endedMs: last.finishedAtMs, runId: last.runId }
    if (found.length === asked) continue
    if (sinceMs <= request.fromMs) return { runs: [...runs.values()], isLast: true }
    sinceMs = 0
  }
}

function select(
  reads: ReadClient,
  request: ListRunFactsRequest,
  behind: ListRunFactsRequest['behind'],
  limit: number,
): Promise<RunFact[]> {
  const { table, isByTime } = tableFor(request)
  // With the whole key in the order, ClickHouse reads from its end.
  const order = isByTime ? sql`environment DESC, ` : sql``
  return reads.select(
    sql`SELECT ${COLUMNS} FROM ${table} WHERE ${all([...conditions(request), ...place(behind)])}
      ORDER BY ${order}finished_at DESC, run_id DESC LIMIT ${limit}`,
    readRun,
  )
}

export async function findRunFact(
  reads: ReadClient,
  environment: string,
  runId: string,
): Promise<RunFact | undefined> {
  const schedule = runId.slice(0, Math.max(0, runId.lastIndexOf('-')))
  const found = await reads.select(
    sql`SELECT ${COLUMNS} FROM run_fact_by_schedule
      WHERE environment = ${environment} AND schedule = ${schedule} AND run_id = ${runId} LIMIT 1`,
    readRun,
  )
  return found[0]
}

const SUCCEEDED = new Set<RunOutcome>([RunOutcome.SUCCESS, RunOutcome.CANCELLED])

function tableFor({ connectionId, fingerprint, errorHas, outcomes }: ListRunFactsRequest) {
  if (connectionId !== '') return { table: sql`run_fact_by_schedule`, isByTime: false }
  const isOfErrors = outcomes.length > 0 && !outcomes.some((outcome) => SUCCEEDED.has(outcome))
  const isFailure = fingerprint !== '' || errorHas !== '' || isOfErrors
  return { table: isFailure ? sql`run_failure` : sql`run_fact`, isByTime: true }
}

function conditions(request: ListRunFactsRequest): Sql[] {
  const { environment, providerConfigKey, connectionId, sync, variant, outcomes, fromMs, toMs } = request
  return [
    sql`environment = ${environment}`,
    ...names({ integration: providerConfigKey, connection: connectionId, sync, variant }),
    ...(outcomes.length > 0 ? [sql`outcome IN ${outcomes.map(outcomeName)}`] : []),
    ...(request.fingerprint === '' ? [] : [sql`fingerprint = ${fingerprintLiteral(request.fingerprint)}`]),
    ...(request.errorHas === '' ? [] : [sql`fingerprint != 0`, has(sql`error`, request.errorHas)]),
    ...(fromMs > 0 ? [sql`finished_at >= ${fromMs}`] : []),
    ...(toMs > 0 ? [sql`finished_at < ${toMs}`] : []),
  ]
}

const place = (behind: ListRunFactsRequest['behind']): Sql[] =>
  behind
    ? [
        sql`finished_at <= ${behind.endedMs}`,
        sql`(finished_at, run_id) < (${behind.endedMs}, ${behind.runId})`,
      ]
    : []

/** Conditions on the names that are given. */
export function names(given: {
  integration?: string
  connection?: string
  sync?: string
  variant?: string
}): Sql[] {
  return Object.entries(given).flatMap(([column, name]) => (name ? [sql`${new Sql(column)} = ${name}`] : []))
}

/** In upper or lower case. */
export const has = (column: Sql, text: string): Sql =>
  sql`positionCaseInsensitiveUTF8(${column}, ${text}) > 0`

export const fingerprintLiteral = (hex: string): Sql => new Sql(`toUInt64('${BigInt(`0x${hex}`)}')`)

export const fingerprintText = (fingerprint: bigint): string => fingerprint.toString(16).padStart(16, '0')

/** In the words of events. */
const outcomeName = (outcome: RunOutcome): string => outcome.slice('RUN_OUTCOME_'.length).toLowerCase()

export function outcomeOf(name: string): RunOutcome {
  const value = `RUN_OUTCOME_${name.toUpperCase()}`
  const known = Object.values(RunOutcome).find((outcome) => outcome === value)
  return known ?? RunOutcome.UNSPECIFIED
}

const COLUMNS = sql`run_id, integration, connection, sync, variant, cause, outcome, requested_at, started_at, finished_at, attempts,
  version, error, result`

function readRun(row: RowReader): RunFact {
  const [runId, providerConfigKey, connectionId, sync] = [
    row.string(),
    row.string(),
    row.string(),
    row.string(),
  ]
  const [variant, cause, outcome] = [row.string(), row.string(), outcomeOf(row.string())]
  const [requestedAtMs, startedAtMs, finishedAtMs] = [row.int64(), row.int64(), row.int64()]
  const [attempts, version, error] = [row.uint32(), row.string(), row.string()]
  return {
    ...{ runId, providerConfigKey, connectionId, sync, variant, cause, outcome },
    ...{ requestedAtMs, startedAtMs, finishedAtMs, attempts, version, error, counts: countsOf(row.string()) },
  }
}

type Counts = Record<string, { added: number; updated: number; deleted: number }>

function countsOf(result: string): ModelCounts[] {
  const counts = JSON.parse(result) as Counts // what insertRunFacts wrote
  return Object.entries(counts).map(([model, { added, updated, deleted }]) => ({
    ...{ model, added, updated, deleted, unchanged: undefined },
  }))
}
