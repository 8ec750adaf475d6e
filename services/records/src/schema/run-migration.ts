import { setTimeout as sleep } from 'node:timers/promises'
import { repeat } from '@syncline/async'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { ClickHouseError } from '../clickhouse/clickhouse-error.ts'
import { type Sql, sql } from '../clickhouse/sql.ts'

export type Progress = { seconds: number; rows: number }

const PROGRESS_MS = 10_000
const IS_RUNNING = '216'

/**
 * Runs a statement of a migration for as long as it takes. ClickHouse runs one of an id at a time: if an instance that is
 * gone has left it running, it is waited for, and then repeated.
 */
export async function runMigration(
  clickhouse: ClickHouse,
  statement: Sql,
  id: string,
  onProgress: (progress: Progress) => void,
  progressMs = PROGRESS_MS,
): Promise<void> {
  const report = async () => {
    const progress = await progressOf(clickhouse, id)
    if (progress && progress.seconds * 1000 >= progressMs) onProgress(progress)
  }
  // That the progress is not known ends no migration.
  await using _reports = repeat(progressMs, report, { onFailure: () => {} })
  for (;;) {
    try {
      return await clickhouse.runUnbounded(statement, id)
    } catch (error) {
      if (!(error instanceof ClickHouseError && error.code === IS_RUNNING)) throw error
    }
    while (await progressOf(clickhouse, id)) await sleep(progressMs / 10)
  }
}

async function progressOf(clickhouse: ClickHouse, id: string): Promise<Progress | undefined> {
  const [progress] = await clickhouse.select(
    sql`SELECT toUInt32(elapsed), toInt64(greatest(read_rows, written_rows)) FROM system.processes WHERE query_id = ${id}`,
    (row) => {
      const seconds = row.uint32()
      return { seconds, rows: row.int64() }
    },
  )
  return progress
}
