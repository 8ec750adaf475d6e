import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { sql } from '../clickhouse/sql.ts'
import type { Config } from '../config.ts'

/** What is dropped after how many days now: by table, in the order of its definition. */
export async function daysKept(clickhouse: ClickHouse): Promise<Kept> {
  const tables = await clickhouse.select(
    sql`SELECT name, arrayStringConcat(extractAll(create_table_query, 'toIntervalDay\\((\\d+)\\)'), ',')
      FROM system.tables WHERE database = currentDatabase()`,
    (row): [string, number[]] => [row.string(), row.string().split(',').map(Number)],
  )
  const days = new Map(tables)
  return {
    payload: days.get('record_log')?.[0],
    history: days.get('record_log')?.[1],
    runLog: days.get('run_log')?.[0],
  }
}

export type Kept = { payload: number | undefined; history: number | undefined; runLog: number | undefined }

/** What it takes to make tables keep things for as long as is configured now; ClickHouse then does it by and by. */
export function keepChanges(kept: Kept, keep: Config['keep']): string[] {
  return [
    ...(kept.payload === keep.payloadDays
      ? []
      : [
          'ALTER TABLE record_log{on_cluster} MODIFY COLUMN payload String CODEC(ZSTD(1)) TTL toDateTime(intDiv(written_at, 1000) + 1) + INTERVAL {payload_ttl_days} DAY',
        ]),
    ...(kept.history === keep.historyDays
      ? []
      : [
          'ALTER TABLE record_log{on_cluster} MODIFY TTL toDateTime(intDiv(ended_at, 1000) + 1) + INTERVAL {history_days} DAY DELETE WHERE ended_at > 0',
        ]),
    ...(kept.runLog === keep.runLogDays
      ? []
      : [
          'ALTER TABLE run_log{on_cluster} MODIFY TTL toDateTime(intDiv(at, 1000)) + INTERVAL {run_log_ttl_days} DAY',
        ]),
  ]
}
