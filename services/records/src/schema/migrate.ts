import { readdir, readFile } from 'node:fs/promises'
import { waitForServer } from '@syncline/async'
import { AppError } from '@syncline/errors'
import { MUTEX_HOLD_MS, type Redis, waitForMutex } from '@syncline/redis'
import { ClickHouse } from '../clickhouse/clickhouse.ts'
import { Sql, sql } from '../clickhouse/sql.ts'
import type { Config, ShardServer } from '../config.ts'
import type { MigrationEvents } from '../events.ts'
import { endHistory, startHistory } from '../tables/record-history.ts'
import { UNCHANGED_TTL_DAYS } from '../tables/unchanged-ids.ts'
import { appliedSettings, setApplied, settingChanges } from './applied-settings.ts'
import { migrationSql } from './migration-sql.ts'
import { runMigration } from './run-migration.ts'
import { SHARD_TABLE, takePlaces } from './shard-place.ts'

const FOLDER = new URL('../../migrations/', import.meta.url)

const MIGRATION_TABLE = `
  CREATE TABLE IF NOT EXISTS migration{on_cluster} (file String, applied_at DateTime DEFAULT now())
  ENGINE = {replicated}ReplacingMergeTree ORDER BY file`

/**
 * Brings the tables of all shards up to date: each numbered file once, in order, by whichever instance comes first; the
 * others wait. Statements are repeatable (`IF NOT EXISTS`), so a file that was cut short by a crash is simply applied
 * again. They take as long as they take. Then the tables get the settings that the variables give them now.
 *
 * A cluster may be that of one shard's replicas, or of all shards: then what is done ON CLUSTER for one shard is done to
 * all. So a statement comes to every shard before the next one: none drops what another shard has yet to copy. And
 * each step is over on all shards before the next one: a file may empty `history_start`, and what was kept for how long
 * is read before it changes.
 */
export async function migrate(
  config: Config,
  redis: Redis,
  events: MigrationEvents,
  { folder = FOLDER, holdMs = MUTEX_HOLD_MS, progressMs }: Options = {},
): Promise<void> {
  const { cluster } = config
  await using open = new AsyncDisposableStack()
  for (const at of config.shards) await createDatabase(at, cluster)
  const shards = config.shards.map((at, i) => ({
    at,
    place: i + 1,
    clickhouse: open.use(new ClickHouse(at)),
  }))
  const mutex = { redis, key: `${config.redis.prefix}:records:migrating` }
  await using held = await waitForMutex(mutex, { holdMs, onWait: events.migrationAwaited })
  const keep = { ...config.keep, seenDays: UNCHANGED_TTL_DAYS }
  const apply = async (name: string, text: string, to: Target[]) => {
    for (const [i, statement] of migrationSql(text, cluster, keep).entries()) {
      for (const { at, place, clickhouse } of to) {
        held.signal.throwIfAborted()
        const id = `${at.database} migration ${name} ${i + 1} ${place}`
        const onProgress = events.migrating(name, place)
        await runMigration(clickhouse, statement, id, onProgress, progressMs)
      }
    }
  }
  // Not files, as a shard's place must stand before the first one: tables without a place are older than shards.
  await apply('migration', MIGRATION_TABLE, shards)
  const files = (await readdir(folder)).sort()
  const applied = new Map<ClickHouse, string[]>()
  for (const { clickhouse } of shards) applied.set(clickhouse, await appliedFiles(clickhouse))
  refuseNewer(config, [...applied.values()].flat(), files)
  await apply('shard', SHARD_TABLE, shards)
  await takePlaces(shards)
  for (const file of files) {
    const lacking = shards.filter(({ clickhouse }) => !applied.get(clickhouse)?.includes(file))
    await apply(file, await readFile(new URL(file, folder), 'utf8'), lacking)
    for (const { clickhouse } of lacking)
      await clickhouse.run(sql`INSERT INTO migration (file) SELECT ${file}`)
  }
  const { historyDays } = config.keep
  for (const { clickhouse } of shards) {
    if (historyDays === 0) {
      await endHistory(clickhouse)
    } else {
      const before = (await appliedSettings(clickhouse)).get('history_days')
      await startHistory(clickhouse, Date.now(), before ?? historyDays, historyDays)
    }
  }
  for (const shard of shards) {
    const changes = settingChanges(await appliedSettings(shard.clickhouse), config)
    for (const { name, value, statements } of changes) {
      for (const statement of statements) await apply(name, statement, [shard])
      await setApplied(shard.clickhouse, name, value)
    }
  }
}

/** A build that knows less than was applied would write tables that it does not understand. */
function refuseNewer(config: Config, applied: string[], files: string[]): void {
  const own = files.at(-1) ?? ''
  const newer = applied.filter((file) => file > own).sort()
  if (newer.length === 0) return
  const database = config.shards[0]?.database
  throw new AppError(
    'server_error',
    `the tables of '${database}' in ClickHouse have migration ${newer.at(-1)}, this build knows up to ${own}: a newer build has written them. Start that build, or one with another CLICKHOUSE_DATABASE`,
  )
}

type Target = { at: ShardServer; place: number; clickhouse: ClickHouse }
/** For tests: another folder ends in `/`. */
type Options = { folder?: URL; holdMs?: number; progressMs?: number }

const appliedFiles = (clickhouse: ClickHouse): Promise<string[]> =>
  clickhouse.select(sql`SELECT DISTINCT file FROM migration`, (row) => row.string())

/** The first words to ClickHouse: where everything starts at once, it may need a moment. */
async function createDatabase(at: ShardServer, cluster: string): Promise<void> {
  await using server = new ClickHouse({ ...at, database: 'default' })
  const onCluster = cluster === '' ? '' : ` ON CLUSTER \`${cluster}\``
  const create = new Sql(`CREATE DATABASE IF NOT EXISTS \`${at.database}\`${onCluster}`)
  await waitForServer(`ClickHouse at CLICKHOUSE_URL '${new URL(at.url).origin}'`, () => server.run(create), {
    temporary: (error) => error instanceof AppError && error.retry,
  })
}
