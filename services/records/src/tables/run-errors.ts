import type {
  ListRunErrorsRequest,
  ListRunErrorsResponse,
  RunError,
  RunErrorPosition,
  RunErrorSort,
} from '@syncline/proto'
import type { ReadClient } from '../clickhouse/read-client.ts'
import type { RowReader } from '../clickhouse/row-binary.ts'
import { all, type Sql, sql } from '../clickhouse/sql.ts'
import { fingerprintLiteral, fingerprintText, has, names, outcomeOf } from './run-fact-list.ts'

/**
 * Rows of `run_failure`, grouped by their errors. All rows are looked at only for what the order is by. The rest is read of the errors of
 * one page, and texts only of the first and the last run of each of them: 8 times less work than one statement that reads all.
 */

const MAX = 1000
/** Parts of the time that are counted on their own. */
const PARTS = 24
const VERSIONS_MAX = 20

const SETTINGS = sql`SETTINGS do_not_merge_across_partitions_select_final = 1`

/** Ends before `next`, if there are more. */
export async function listRunErrors(
  reads: ReadClient,
  request: ListRunErrorsRequest,
): Promise<ListRunErrorsResponse> {
  const limit = Math.min(request.limit || MAX, MAX)
  const found = await inOrder(reads, request, limit + 1)
  const page = found.slice(0, limit)
  if (page.length === 0) return { errors: [], total: 0, next: undefined }
  const counts = await countsOf(reads, request, page)
  const runs = await firstAndLastRuns(reads, request, counts)
  const last = found.length > limit ? page.at(-1) : undefined
  return {
    errors: page.flatMap(({ fingerprint }) => {
      const [own, [firstRun, lastRun]] = [counts.get(fingerprint), runs.get(fingerprint) ?? []]
      // Its rows may have been deleted since the first statement.
      return own && firstRun && lastRun ? [runError(own, firstRun, lastRun)] : []
    }),
    total: found[0]?.total ?? 0,
    next: last && { value: last.value, fingerprint: last.fingerprint },
  }
}

interface Place extends RunErrorPosition {
  total: number
}

function inOrder(reads: ReadClient, request: ListRunErrorsRequest, limit: number): Promise<Place[]> {
  const { messageHas, ascending, behind } = request
  const where = all([...conditions(request), ...(messageHas === '' ? [] : [has(sql`message`, messageHas)])])
  return reads.select(
    sql`SELECT * FROM (
        SELECT count() OVER () AS total, fingerprint, toInt64(${values[request.sort]}) AS value
        FROM run_failure FINAL WHERE ${where} GROUP BY fingerprint)
      WHERE ${behind ? isBehind(behind, ascending) : sql`true`}
      ORDER BY value ${ascending ? sql`ASC` : sql`DESC`}, fingerprint LIMIT ${limit} ${SETTINGS}`,
    (row) => {
      const total = row.int64()
      const fingerprint = fingerprintText(row.uint64())
      return { total, fingerprint, value: row.int64() }
    },
  )
}

const values: Record<RunErrorSort, Sql> = {
  RUN_ERROR_SORT_UNSPECIFIED: sql`count()`,
  RUN_ERROR_SORT_COUNT: sql`count()`,
  RUN_ERROR_SORT_CONNECTIONS: sql`uniqExact(connection)`,
  RUN_ERROR_SORT_FIRST_SEEN: sql`min(finished_at)`,
  RUN_ERROR_SORT_LAST_SEEN: sql`max(finished_at)`,
}

const isBehind = ({ value, fingerprint }: RunErrorPosition, ascending: boolean): Sql =>
  sql`(value ${ascending ? sql`>` : sql`<`} ${value} OR value = ${value} AND fingerprint > ${fingerprintLiteral(fingerprint)})`

function conditions({
  environment,
  providerConfigKey: integration,
  sync,
  fromMs,
  toMs,
}: ListRunErrorsRequest): Sql[] {
  const time = sql`finished_at >= ${fromMs} AND finished_at < ${toMs}`
  return [sql`environment = ${environment}`, time, ...names({ integration, sync })]
}

type Counts = Pick<
  RunError,
  'fingerprint' | 'count' | 'connections' | 'firstSeenMs' | 'lastSeenMs' | 'versions' | 'counts'
>

async function countsOf(
  reads: ReadClient,
  request: ListRunErrorsRequest,
  page: Place[],
): Promise<Map<string, Counts>> {
  const { fromMs, toMs } = request
  const fingerprints = page.map(({ fingerprint }) => fingerprintLiteral(fingerprint))
  const where = all([...conditions(request), sql`fingerprint IN ${fingerprints}`])
  const part = sql`intDiv((finished_at - ${fromMs}) * ${PARTS}, ${toMs - fromMs})`
  const found = await reads.select(
    sql`SELECT fingerprint, count(), uniqExact(connection), min(finished_at), max(finished_at),
        arraySort(groupUniqArrayIf(${VERSIONS_MAX})(version, version != '')), countResample(0, ${PARTS}, 1)(${part})
      FROM run_failure FINAL WHERE ${where} GROUP BY fingerprint ${SETTINGS}`,
    (row): Counts => {
      const fingerprint = fingerprintText(row.uint64())
      const [count, connections, firstSeenMs, lastSeenMs] = [
        row.int64(),
        row.int64(),
        row.int64(),
        row.int64(),
      ]
      const versions = row.array(() => row.string())
      return {
        ...{ fingerprint, count, connections, firstSeenMs, lastSeenMs, versions },
        counts: row.array(() => row.int64()),
      }
    },
  )
  return new Map(found.map((counts) => [counts.fingerprint, counts]))
}

type Texts = Pick<RunError, 'providerConfigKey' | 'sync' | 'outcome' | 'message'>

/** Of the runs with an error that ended at the same instant, the first and the last one are told by their ids. */
interface Ends extends Texts {
  fingerprint: string
  endedMs: number
  firstVersion: string
  lastVersion: string
  lastRunId: string
  lastError: string
}

async function firstAndLastRuns(
  reads: ReadClient,
  request: ListRunErrorsRequest,
  counts: Map<string, Counts>,
): Promise<Map<string, [first: Ends | undefined, last: Ends | undefined]>> {
  const ends = [...counts.values()].flatMap(({ fingerprint, firstSeenMs, lastSeenMs }) =>
    [firstSeenMs, lastSeenMs].map((at) => [fingerprintLiteral(fingerprint), at]),
  )
  if (ends.length === 0) return new Map()
  const where = all([...conditions(request), sql`(fingerprint, finished_at) IN ${ends}`])
  const found = await reads.select(
    sql`SELECT fingerprint, finished_at, argMin(version, run_id), argMax(version, run_id), max(run_id), argMax(error, run_id),
        any(integration), any(sync), any(outcome), any(message)
      FROM run_failure WHERE ${where} GROUP BY fingerprint, finished_at`,
    readEnds,
  )
  const byPlace = new Map(found.map((run) => [`${run.fingerprint} ${run.endedMs}`, run]))
  return new Map(
    Array.from(counts.values(), ({ fingerprint, firstSeenMs, lastSeenMs }) => [
      fingerprint,
      [byPlace.get(`${fingerprint} ${firstSeenMs}`), byPlace.get(`${fingerprint} ${lastSeenMs}`)],
    ]),
  )
}

function readEnds(row: RowReader): Ends {
  const [fingerprint, endedMs] = [fingerprintText(row.uint64()), row.int64()]
  const [firstVersion, lastVersion, lastRunId, lastError] = [
    row.string(),
    row.string(),
    row.string(),
    row.string(),
  ]
  const [providerConfigKey, sync, outcome] = [row.string(), row.string(), outcomeOf(row.string())]
  return {
    ...{ fingerprint, endedMs, firstVersion, lastVersion, lastRunId, lastError },
    ...{ providerConfigKey, sync, outcome, message: row.string() },
  }
}

function runError(counts: Counts, { firstVersion }: Ends, last: Ends): RunError {
  const { providerConfigKey, sync, outcome, message, lastError: sample, lastVersion, lastRunId } = last
  const texts = { providerConfigKey, sync, outcome, message, sample }
  return { ...counts, ...texts, lastRunId, lastVersion, firstVersion }
}
