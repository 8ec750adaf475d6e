import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { sql } from '../clickhouse/sql.ts'
import { onCluster } from './migration-sql.ts'

/**
 * ClickHouse reads whole granules, so a record that is read by its id costs the granule around it. `record_log` once had
 * granules of 256 KiB. The size can't be altered, so such a table is replaced by one that differs in nothing else. The new
 * one gets all parts as they are, by hard links; a part gets finer granules when it is merged.
 */
const COARSE = 'index_granularity_bytes = 262144'
const FINE = 'index_granularity_bytes = 65536'

/** The new table until both are exchanged, then the old one. */
const OTHER = 'record_log_replaced'
const INSERTS_POLL_MS = 100

/**
 * No row is lost if instances are running: while the parts are linked, inserts are refused as if their leases were over, which
 * is tried again. If we die, the next start begins anew, or drops the old table. `run` runs a statement for as long as it takes.
 */
export async function refineGranules(
  clickhouse: ClickHouse,
  cluster: string,
  run: (statement: string) => Promise<void>,
): Promise<void> {
  const on = onCluster(cluster)
  const dropOther = `DROP TABLE IF EXISTS ${OTHER}${on} SYNC`
  const definition = await definitionOf(clickhouse, 'record_log')
  if (definition?.includes(COARSE)) {
    const create = `CREATE TABLE ${OTHER}${on} (`
    await run(dropOther)
    await run(definition.replace(/^CREATE TABLE \S+ ?\(/, () => create).replace(COARSE, FINE))
    await run(`ALTER TABLE ${OTHER}${on} DROP CONSTRAINT IF EXISTS being_replaced`)
    await run(
      `ALTER TABLE record_log${on} ADD CONSTRAINT IF NOT EXISTS being_replaced
        CHECK throwIf(sign != 0, 'the table is being replaced: try again') = 0`,
    )
    await insertsEnd(clickhouse)
    await run(`ALTER TABLE ${OTHER}${on} REPLACE PARTITION ID 'all' FROM record_log`)
    await run(`EXCHANGE TABLES record_log AND ${OTHER}${on}`)
  }
  if (await definitionOf(clickhouse, OTHER)) await run(dropOther)
}

/** Those that run now, which may have begun before the constraint was there. */
async function insertsEnd(clickhouse: ClickHouse): Promise<void> {
  const begun = new Set(await runningInserts(clickhouse))
  while ((await runningInserts(clickhouse)).some((id) => begun.has(id))) await sleep(INSERTS_POLL_MS)
}

const runningInserts = (clickhouse: ClickHouse): Promise<string[]> =>
  clickhouse.select(
    sql`SELECT query_id FROM system.processes
      WHERE current_database = currentDatabase() AND query_kind = 'Insert'`,
    (row) => row.string(),
  )

async function definitionOf(clickhouse: ClickHouse, table: string): Promise<string | undefined> {
  const [definition] = await clickhouse.select(
    sql`SELECT create_table_query FROM system.tables WHERE database = currentDatabase() AND name = ${table}`,
    (row) => row.string(),
  )
  return definition
}
