import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { sql } from '../clickhouse/sql.ts'
import type { Config } from '../config.ts'
import { historyTtl, payloadTtl } from '../tables/record-log.ts'
import { runAttemptTtl } from '../tables/run-attempts.ts'
import { runFactTtls } from '../tables/run-facts.ts'
import { runLogTtl } from '../tables/run-log.ts'

/**
 * Settings of tables that come from variables. The table `applied_setting` has the values that were applied last. A changed
 * variable is applied at the next start.
 */

export type SettingName = 'payload_days' | 'history_days' | 'run_log_days' | 'run_facts_days' | 'fsync'
export type AppliedSettings = ReadonlyMap<string, number>

/**
 * Tables in which a lost part would make later answers wrong. From `run_log`, `run_fact` and `run_attempt` only what is told of runs
 * would be missing.
 */
const DURABLE_TABLES = ['record_log', 'record_head', 'seen', 'streams', 'stream_use']

export async function appliedSettings(clickhouse: ClickHouse): Promise<AppliedSettings> {
  const rows = await clickhouse.select(
    sql`SELECT name, value FROM applied_setting FINAL`,
    (row): [string, number] => {
      const name = row.string()
      return [name, row.uint32()]
    },
  )
  return new Map(rows)
}

export async function setApplied(clickhouse: ClickHouse, name: SettingName, value: number): Promise<void> {
  await clickhouse.run(
    sql`INSERT INTO applied_setting (name, value, applied_at) SELECT ${name}, ${value}, ${Date.now()}`,
  )
}

/** The settings that have changed, each with the statements that apply it. ClickHouse then drops rows in the background. */
export function settingChanges(
  applied: AppliedSettings,
  { keep, fsync }: Pick<Config, 'keep' | 'fsync'>,
): { name: SettingName; value: number; statements: string[] }[] {
  const wanted: { name: SettingName; value: number; statements: string[] }[] = [
    { name: 'payload_days', value: keep.payloadDays, statements: [payloadTtl(keep.payloadDays)] },
    { name: 'history_days', value: keep.historyDays, statements: [historyTtl(keep.historyDays)] },
    {
      name: 'run_log_days',
      value: keep.runLogDays,
      statements: [runLogTtl(keep.runLogDays), runAttemptTtl(keep.runLogDays)],
    },
    { name: 'run_facts_days', value: keep.runFactsDays, statements: runFactTtls(keep.runFactsDays) },
    {
      name: 'fsync',
      value: fsync ? 1 : 0,
      statements: DURABLE_TABLES.map((table) => durability(table, fsync)),
    },
  ]
  return wanted.filter(({ name, value }) => (applied.get(name) ?? unset[name]) !== value)
}

/** What a table has that was never set. */
const unset: Partial<Record<SettingName, number>> = { fsync: 0 }

const durability = (table: string, fsync: boolean) =>
  `ALTER TABLE ${table}{on_cluster} MODIFY SETTING fsync_after_insert = ${Number(fsync)}, fsync_part_directory = ${Number(fsync)}`
