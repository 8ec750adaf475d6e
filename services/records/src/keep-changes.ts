import type { ClickHouse } from './clickhouse.ts'
import type { Config } from './config.ts'
import { sql } from './sql.ts'

/** By table, after how many days it drops what it drops. */
export async function daysKept(clickhouse: ClickHouse): Promise<Map<string, number>> {
  return new Map(
    await clickhouse.select(
      sql`SELECT name, toInt64OrZero(extract(create_table_query, 'toIntervalDay\\((\\d+)\\)')) FROM system.tables
        WHERE database = currentDatabase()`,
      (row): [string, number] => [row.string(), row.int64()],
    ),
  )
}

/** What it takes to make tables keep things for as long as is configured now; ClickHouse then does it by and by. */
export function keepChanges(kept: Map<string, number>, keep: Config['keep']): string[] {
  return Object.entries(wanted(keep)).flatMap(([table, { days, change }]) =>
    kept.get(table) === days ? [] : [`ALTER TABLE ${table}{on_cluster} ${change}`],
  )
}

const wanted = ({ payloadDays, runLogDays, historyDays }: Config['keep']) => ({
  record_log: {
    days: payloadDays,
    change: `MODIFY COLUMN payload String CODEC(ZSTD(1)) TTL toDateTime(intDiv(written_at, 1000) + 1) + INTERVAL {payload_ttl_days} DAY`,
  },
  run_log: {
    days: runLogDays,
    change: 'MODIFY TTL toDateTime(intDiv(at, 1000)) + INTERVAL {run_log_ttl_days} DAY',
  },
  record_version: {
    days: historyDays,
    change: 'MODIFY TTL toDateTime(intDiv(ended_at, 1000) + 1) + INTERVAL {history_days} DAY',
  },
})
