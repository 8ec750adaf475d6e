import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import type { Redis } from '@syncline/redis'
import { ClickHouse } from '../clickhouse/clickhouse.ts'
import { Sql, sql } from '../clickhouse/sql.ts'
import type { Config, Shard } from '../config.ts'
import { waitForLock } from '../jobs/redis-mutex.ts'
import { endHistory, startHistory } from '../tables/record-history.ts'
import { UNCHANGED_TTL_DAYS } from '../tables/unchanged-ids.ts'
import { migrationSql } from './migration-sql.ts'
import { daysKept, keepChanges } from './retention.ts'
import { SHARD_TABLE, takePlaces } from './shard-place.ts'

const FOLDER = new URL('../../migrations/', import.meta.url)
/** For each shard. */
const LOCK_MS = 60_000
const WAIT_MS = 120_000
const START_TIMEOUT_MS = 30_000
const START_RETRY_MS = 250

const MIGRATION_TABLE = `
  CREATE TABLE IF NOT EXISTS migration{on_cluster} (file String, applied_at DateTime DEFAULT now())
  ENGINE = {replicated}ReplacingMergeTree ORDER BY file`

/**
 * Brings the tables of all shards up to date: each numbered file once, in order, by whichever instance comes first.
 * Statements are repeatable (`IF NOT EXISTS`), so a file that was cut short by a crash is simply applied again. Then the
 * tables are made to keep things for as long as the variables say now.
 *
 * A cluster may be that of one shard's replicas, or of all shards: then what is done ON CLUSTER for one shard is done to
 * all. So a statement comes to every shard before the next one: none drops what another shard has yet to copy. And
 * each step is over on all shards before the next one: a file may empty `history_start`, and what was kept for how long
 * is read before it changes.
 */
export async function migrate(config: Config, redis: Redis): Promise<void> {
  const { cluster } = config
  await using open = new AsyncDisposableStack()
  for (const at of config.shards) await createDatabase(at, cluster)
  const shards = config.shards.map((at) => ({ at, clickhouse: open.use(new ClickHouse(at)) }))
  await using _lock = await migrationLock(redis, `${config.redis.prefix}:records:migrating`, shards.length)
  const keep = { ...config.keep, seenDays: UNCHANGED_TTL_DAYS }
  const apply = async (text: string, to: { clickhouse: ClickHouse }[]) => {
    for (const statement of migrationSql(text, cluster, keep)) {
      for (const { clickhouse } of to) await clickhouse.run(statement)
    }
  }
  // Not files, as a shard's place must stand before the first one: tables without a place are older than shards.
  await apply(MIGRATION_TABLE, shards)
  await apply(SHARD_TABLE, shards)
  await takePlaces(shards)
  const applied = new Map<ClickHouse, string[]>()
  for (const { clickhouse } of shards) applied.set(clickhouse, await appliedFiles(clickhouse))
  for (const file of (await readdir(FOLDER)).sort()) {
    const lacking = shards.filter(({ clickhouse }) => !applied.get(clickhouse)?.includes(file))
    await apply(await readFile(new URL(file, FOLDER), 'utf8'), lacking)
    for (const { clickhouse } of lacking)
      await clickhouse.run(sql`INSERT INTO migration (file) SELECT ${file}`)
  }
  const { historyDays } = config.keep
  for (const { clickhouse } of shards) {
    if (historyDays === 0) {
      await endHistory(clickhouse)
    } else {
      const kept = await daysKept(clickhouse)
      await startHistory(clickhouse, Date.now(), kept.history ?? historyDays, historyDays)
    }
  }
  for (const shard of shards) {
    const kept = await daysKept(shard.clickhouse)
    for (const statement of keepChanges(kept, config.keep)) await apply(statement, [shard])
  }
}

const appliedFiles = (clickhouse: ClickHouse): Promise<string[]> =>
  clickhouse.select(sql`SELECT DISTINCT file FROM migration`, (row) => row.string())

/** Our first words to ClickHouse: where everything starts at once, it may need a moment. */
async function createDatabase(at: Shard, cluster: string): Promise<void> {
  await using server = new ClickHouse({ ...at, database: 'default' })
  const onCluster = cluster === '' ? '' : ` ON CLUSTER \`${cluster}\``
  const create = new Sql(`CREATE DATABASE IF NOT EXISTS \`${at.database}\`${onCluster}`)
  for (const deadline = Date.now() + START_TIMEOUT_MS; ; await sleep(START_RETRY_MS)) {
    try {
      return await server.run(create)
    } catch (cause) {
      if (!(cause instanceof AppError && cause.retry)) throw cause
      if (Date.now() > deadline)
        throw new Error(`no ClickHouse answers at CLICKHOUSE_URL '${new URL(at.url).origin}'`, { cause })
    }
  }
}

async function migrationLock(redis: Redis, key: string, shards: number): Promise<AsyncDisposable> {
  const waitMs = shards * WAIT_MS
  const lock = await waitForLock(redis, key, shards * LOCK_MS, waitMs)
  if (lock) return lock
  throw new AppError('unavailable', `another instance has been migrating the tables for ${waitMs / 1000} s`)
}
