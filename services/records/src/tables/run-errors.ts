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

/** Rows of `run_failure`, grouped by their errors. */

const MAX = 1000
/** Parts of the time that are counted on their own. */
const PARTS = 24
const VERSIONS_MAX = 20

/** Ends before `next`, if there are more. */
export async function listRunErrors(
  reads: ReadClient,
  request: ListRunErrorsRequest,
): Promise<ListRunErrorsResponse> {
  const { environment, providerConfigKey: integration, sync, messageHas, fromMs, toMs, behind } = request
  const where = all([
    sql`environment = ${environment}`,
    sql`finished_at >= ${fromMs}`,
    sql`finished_at < ${toMs}`,
    ...names({ integration, sync }),
    ...(messageHas === '' ? [] : [has(sql`message`, messageHas)]),
  ])
  const part = sql`intDiv((finished_at - ${fromMs}) * ${PARTS}, ${toMs - fromMs})`
  const limit = Math.min(request.limit || MAX, MAX)
  const column = columns[request.sort]
  const found = await reads.select(
    sql`SELECT * FROM (SELECT count() OVER () AS total, fingerprint, any(integration), any(sync), any(outcome), any(message),
          argMax(error, (finished_at, run_id)), argMax(run_id, (finished_at, run_id)), argMax(version, (finished_at, run_id)),
          argMin(version, (finished_at, run_id)), arraySort(groupUniqArrayIf(${VERSIONS_MAX})(version, version != '')),
          count() AS runs, uniqExact(connection) AS connections, min(finished_at) AS first_seen, max(finished_at) AS last_seen,
          sumForEach(arrayMap(i -> toUInt64(i = ${part}), range(${PARTS})))
        FROM run_failure FINAL WHERE ${where} GROUP BY fingerprint)
      WHERE ${behind ? isBehind(column, request.ascending, behind) : sql`true`}
      ORDER BY ${column} ${request.ascending ? sql`ASC` : sql`DESC`}, fingerprint LIMIT ${limit + 1}
      SETTINGS do_not_merge_across_partitions_select_final = 1`,
    readError,
  )
  const errors = found.slice(0, limit).map(({ error }) => error)
  const last = found.length > limit ? errors.at(-1) : undefined
  return {
    ...{ errors, total: found[0]?.total ?? 0 },
    next: last && { value: values[request.sort](last), fingerprint: last.fingerprint },
  }
}

const columns: Record<RunErrorSort, Sql> = {
  RUN_ERROR_SORT_UNSPECIFIED: sql`runs`,
  RUN_ERROR_SORT_COUNT: sql`runs`,
  RUN_ERROR_SORT_CONNECTIONS: sql`connections`,
  RUN_ERROR_SORT_FIRST_SEEN: sql`first_seen`,
  RUN_ERROR_SORT_LAST_SEEN: sql`last_seen`,
}

/** The same of an error that was read. */
const values: Record<RunErrorSort, (error: RunError) => number> = {
  RUN_ERROR_SORT_UNSPECIFIED: ({ count }) => count,
  RUN_ERROR_SORT_COUNT: ({ count }) => count,
  RUN_ERROR_SORT_CONNECTIONS: ({ connections }) => connections,
  RUN_ERROR_SORT_FIRST_SEEN: ({ firstSeenMs }) => firstSeenMs,
  RUN_ERROR_SORT_LAST_SEEN: ({ lastSeenMs }) => lastSeenMs,
}

const isBehind = (column: Sql, ascending: boolean, { value, fingerprint }: RunErrorPosition): Sql =>
  sql`(${column} ${ascending ? sql`>` : sql`<`} ${value} OR ${column} = ${value} AND fingerprint > ${fingerprintLiteral(fingerprint)})`

function readError(row: RowReader): { total: number; error: RunError } {
  const total = row.int64()
  const fingerprint = fingerprintText(row.uint64())
  const [providerConfigKey, sync, outcome, message] = [
    row.string(),
    row.string(),
    outcomeOf(row.string()),
    row.string(),
  ]
  const [sample, lastRunId, lastVersion, firstVersion] = [
    row.string(),
    row.string(),
    row.string(),
    row.string(),
  ]
  const versions = row.array(() => row.string())
  const [count, connections, firstSeenMs, lastSeenMs] = [row.int64(), row.int64(), row.int64(), row.int64()]
  const counts = row.array(() => row.int64())
  return {
    total,
    error: {
      ...{
        fingerprint,
        providerConfigKey,
        sync,
        outcome,
        message,
        sample,
        lastRunId,
        lastVersion,
        firstVersion,
      },
      ...{ versions, count, connections, firstSeenMs, lastSeenMs, counts },
    },
  }
}
