import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { connectRedis, setSchema } from '@syncline/redis'
import { eventually, namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { ClickHouse } from '../src/clickhouse/clickhouse.ts'
import { Sql, sql } from '../src/clickhouse/sql.ts'
import { Config } from '../src/config.ts'
import { migrate } from '../src/schema/migrate.ts'
import { runMigration } from '../src/schema/run-migration.ts'
import { sql as ask, shardOf, startRecords } from './harness.ts'

const configAt = (at: string) =>
  Config.parse({
    REDIS_URL: servers().redis.url,
    REDIS_PREFIX: at,
    CLICKHOUSE_URL: servers().clickhouse.url,
    CLICKHOUSE_DATABASE: at,
  })

const redisAt = () => {
  const client = connectRedis(servers().redis.url, () => {})
  return { client, [Symbol.asyncDispose]: async () => client.disconnect() }
}

const seconds = (n: number) => `SELECT sum(sleepEachRow(0.1)) FROM numbers(${10 * n})
  SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 0`

/** The service's own files, and one that takes longer than the mutex is held without being renewed. */
async function folderWith(slow: string) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'syncline-migrations-'))
  await writeFile(join(folder.path, '0001_slow.sql'), slow)
  const url = pathToFileURL(`${folder.path}/`)
  return { url, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

test('a migration may take longer than any other statement, and longer than its mutex is held; a second instance waits for it', async () => {
  await using redis = redisAt()
  const config = configAt(namespace())
  const table = 'CREATE TABLE IF NOT EXISTS done (at Int64) ENGINE = MergeTree ORDER BY at;\n'
  const settings = `CREATE TABLE IF NOT EXISTS applied_setting (name String, value UInt32, applied_at Int64)
    ENGINE = ReplacingMergeTree(applied_at) ORDER BY name;
    INSERT INTO applied_setting SELECT name, value, 0 FROM values('name String, value UInt32',
      ('payload_days', 30), ('history_days', 7), ('run_log_days', 15), ('run_facts_days', 400));
    CREATE TABLE IF NOT EXISTS history_start (at Int64) ENGINE = MergeTree ORDER BY at;\n`
  await using folder = await folderWith(
    `${table}${settings}${seconds(5)};\nINSERT INTO done SELECT toUnixTimestamp64Milli(now64(3));\n`,
  )
  const seen: string[] = []
  const events = (instance: string) => ({
    migrationAwaited: () => void seen.push(`${instance} waits`),
    migrating: (name: string) => () => void seen.push(`${instance} ${name}`),
  })
  const options = { folder: folder.url, holdMs: 2000, progressMs: 300 }
  const first = migrate(config, redis.client, events('first'), options)
  await sleep(2300) // past what the mutex is held without being renewed
  await Promise.all([first, migrate(config, redis.client, events('second'), options)])
  expect(await ask({ config }, 'SELECT count() FROM done')).toBe('1')
  expect(seen).toContain('first 0001_slow.sql')
  expect(seen).toContain('second waits')
  expect(seen).not.toContain('second 0001_slow.sql')
})

test('a migration that outlives the time of a statement finishes', async () => {
  await using clickhouse = new ClickHouse(
    { ...shardOf({ config: configAt('any') }), database: 'default' },
    500,
  )
  const slow = new Sql(seconds(1))
  await expect(clickhouse.run(slow)).rejects.toMatchObject({ code: 'unavailable' })
  await runMigration(clickhouse, slow, namespace(), () => {})
})

test('a migration that an instance has left running is waited for, and then repeated', async () => {
  await using clickhouse = new ClickHouse({ ...shardOf({ config: configAt('any') }), database: 'default' })
  const id = namespace()
  let ended = false
  const left = clickhouse.runUnbounded(new Sql(seconds(1)), id).then(() => {
    ended = true
  })
  await eventually(async () => {
    const answer = await fetch(
      `${servers().clickhouse.url}/?query=SELECT count() FROM system.processes WHERE query_id = '${id}'`,
    )
    expect(ended || (await answer.text()) === '1\n').toBe(true)
  })
  await runMigration(clickhouse, sql`SELECT 1`, id, () => {}, 1000)
  expect(ended).toBe(true)
  await left
})

test('RECORDS_FSYNC reaches the tables when an instance starts, and leaves them again', async () => {
  const at = namespace()
  const synced = async (fsync: string) => {
    await using store = await startRecords(at, { env: { RECORDS_FSYNC: fsync } })
    return ask(
      store,
      `SELECT name FROM system.tables WHERE database = '${at}'
        AND create_table_query LIKE '%fsync_after_insert = 1, fsync_part_directory = 1%' ORDER BY name`,
    )
  }
  expect(await synced('on')).toBe('record_head\nrecord_log\nseen\nstream_use\nstreams')
  expect(await synced('off')).toBe('')
})

test('an older build refuses tables and keys that a newer one has written, and changes nothing', async () => {
  const at = namespace()
  await using redis = redisAt()
  await using store = await startRecords(at)
  await ask(store, `INSERT INTO migration (file) VALUES ('9000_of_a_newer_build.sql')`)
  await expect(startRecords(at)).rejects.toThrow(
    /migration 9000_of_a_newer_build.sql, this build knows up to \d{4}_\w+.sql: a newer build has written them/,
  )

  const other = namespace()
  await setSchema(redis.client, other, 99)
  await expect(startRecords(other)).rejects.toThrow(`the keys '${other}' of Redis have schema 99`)
})
