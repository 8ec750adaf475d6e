import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import type { Redis } from '@syncline/redis'
import { ClickHouse } from './clickhouse.ts'
import type { Config } from './config.ts'
import { daysKept, keepChanges } from './keep-changes.ts'
import { migrationSql } from './migration-sql.ts'
import { endHistory, startHistory } from './record-version.ts'
import { waitForLock } from './redis-lock.ts'
import { SEEN_TTL_DAYS } from './seen.ts'
import { Sql, sql } from './sql.ts'

const FOLDER = new URL('../migrations/', import.meta.url)
const LOCK_MS = 60_000
const WAIT_MS = 120_000
const START_TIMEOUT_MS = 30_000
const START_RETRY_MS = 250

const MIGRATION_TABLE = `
  CREATE TABLE IF NOT EXISTS migration{on_cluster} (file String, applied_at DateTime DEFAULT now())
  ENGINE = {replicated}ReplacingMergeTree ORDER BY file`

/**
 * Brings the tables up to date: each numbered file once, in order, by whichever instance comes first. Statements are
 * repeatable (`IF NOT EXISTS`), so a file that was cut short by a crash is simply applied again. Then the tables are
 * made to keep things for as long as the variables say now.
 */
export async function migrate(config: Config, redis: Redis): Promise<void> {
  await createDatabase(config.clickhouse)
  await using clickhouse = new ClickHouse(config.clickhouse)
  await using _lock = await migrationLock(redis, `${config.redis.prefix}:records:migrating`)
  const { cluster } = config.clickhouse
  const keep = { ...config.keep, seenDays: SEEN_TTL_DAYS }
  const apply = async (text: string) => {
    for (const statement of migrationSql(text, cluster, keep)) await clickhouse.run(statement)
  }
  await apply(MIGRATION_TABLE)
  const applied = await clickhouse.select(sql`SELECT DISTINCT file FROM migration`, (row) => row.string())
  for (const file of (await readdir(FOLDER)).sort()) {
    if (applied.includes(file)) continue
    await apply(await readFile(new URL(file, FOLDER), 'utf8'))
    await clickhouse.run(sql`INSERT INTO migration (file) SELECT ${file}`)
  }
  const kept = await daysKept(clickhouse)
  const { historyDays } = config.keep
  if (historyDays === 0) await endHistory(clickhouse)
  else await startHistory(clickhouse, Date.now(), kept.history ?? historyDays, historyDays)
  for (const statement of keepChanges(kept, config.keep)) await apply(statement)
}

/** Our first words to ClickHouse: where everything starts at once, it may need a moment. */
async function createDatabase(config: Config['clickhouse']): Promise<void> {
  await using server = new ClickHouse({ ...config, database: 'default' })
  const onCluster = config.cluster === '' ? '' : ` ON CLUSTER \`${config.cluster}\``
  const create = new Sql(`CREATE DATABASE IF NOT EXISTS \`${config.database}\`${onCluster}`)
  for (const deadline = Date.now() + START_TIMEOUT_MS; ; await sleep(START_RETRY_MS)) {
    try {
      return await server.run(create)
    } catch (cause) {
      if (!(cause instanceof AppError && cause.retry)) throw cause
      if (Date.now() > deadline)
        throw new Error(`no ClickHouse answers at CLICKHOUSE_URL '${config.url}'`, { cause })
    }
  }
}

async function migrationLock(redis: Redis, key: string): Promise<AsyncDisposable> {
  const lock = await waitForLock(redis, key, LOCK_MS, WAIT_MS)
  if (lock) return lock
  throw new AppError('unavailable', `another instance has been migrating the tables for ${WAIT_MS / 1000} s`)
}
