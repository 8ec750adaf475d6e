import type { ListRunErrorsRequest, RunError } from '@syncline/proto'
import type { ReadClient } from '../clickhouse/read-client.ts'
import type { RowReader } from '../clickhouse/row-binary.ts'
import { all, sql } from '../clickhouse/sql.ts'
import { fingerprintText, has, names, outcomeOf } from './run-fact-list.ts'

/** Rows of `run_failure`, grouped by their errors. */

const MAX = 1000
/** Parts of the time that are counted on their own. */
const PARTS = 24
const VERSIONS_MAX = 20

/** The most frequent one first. */
export async function listRunErrors(
  reads: ReadClient,
  request: ListRunErrorsRequest,
): Promise<{ errors: RunError[]; total: number }> {
  const { environment, providerConfigKey: integration, sync, messageHas, fromMs, toMs } = request
  const where = all([
    sql`environment = ${environment}`,
    sql`finished_at >= ${fromMs}`,
    sql`finished_at < ${toMs}`,
    ...names({ integration, sync }),
    ...(messageHas === '' ? [] : [has(sql`message`, messageHas)]),
  ])
  const part = sql`intDiv((finished_at - ${fromMs}) * ${PARTS}, ${toMs - fromMs})`
  const found = await reads.select(
    sql`SELECT count() OVER () AS total, fingerprint, any(integration), any(sync), any(outcome), any(message),
        argMax(error, (finished_at, run_id)), argMax(run_id, (finished_at, run_id)), argMax(version, (finished_at, run_id)),
        argMin(version, (finished_at, run_id)), arraySort(groupUniqArrayIf(${VERSIONS_MAX})(version, version != '')),
        count() AS found, uniqExact(integration, connection), min(finished_at), max(finished_at),
        sumForEach(arrayMap(i -> toUInt64(i = ${part}), range(${PARTS})))
      FROM run_failure FINAL WHERE ${where} GROUP BY fingerprint ORDER BY found DESC, fingerprint
      LIMIT ${Math.min(request.limit || MAX, MAX)} OFFSET ${request.offset}
      SETTINGS do_not_merge_across_partitions_select_final = 1`,
    readError,
  )
  return { errors: found.map(({ error }) => error), total: found[0]?.total ?? 0 }
}

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
