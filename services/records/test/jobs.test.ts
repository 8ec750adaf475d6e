import { redisCall } from '@syncline/redis'
import { eventually, namespace } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { ClickHouse } from '../src/clickhouse/clickhouse.ts'
import { shardEvents } from '../src/events.ts'
import { StreamForgetter } from '../src/jobs/forget-streams.ts'
import { sweepGenerations } from '../src/jobs/sweep-generations.ts'
import { streamId } from '../src/stream/identity.ts'
import { StreamState } from '../src/stream/stream-state.ts'
import { newestGenerations } from '../src/tables/streams.ts'
import { brief, type Records, shardOf, sql, startRecords, stream } from './harness.ts'

const DAY_MS = 24 * 3600 * 1000
const log = { child: () => log, info() {}, warn() {}, error() {} } as never // which the jobs of these tests do not read
const events = shardEvents(log, 1)
const { signal: never } = new AbortController()

test('a sweep asks for each delete once, and for none while ClickHouse has not applied the last ones', async () => {
  await using store = await startRecords()
  await using clickhouse = new ClickHouse(shardOf(store))
  const issues = stream(store.records)
  await issues.save([{ id: 'a' }])
  const tables = ['record_log', 'record_head', 'seen', 'stream_use', 'streams']
  for (const table of tables) await sql(store, `SYSTEM STOP MERGES ${table}`)
  await issues.empty()
  const deletes = () =>
    sql(
      store,
      `SELECT count() FROM system.mutations WHERE database = '${store.at}' AND command LIKE '%_row_exists%'`,
    )
  const sweep = () => sweepGenerations(clickhouse, events, never)
  await sweep()
  await sweep()
  expect(await deletes()).toBe(String(tables.length))
  for (const table of tables) await sql(store, `SYSTEM START MERGES ${table}`)
  await eventually(async () => {
    await sweep()
    expect(
      await sql(store, `SELECT count() FROM record_log WHERE stream = '${streamId(issues.stream, 0)}'`),
    ).toBe('0')
    expect(await newestGenerations(clickhouse, [issues.stream])).toMatchObject([
      { generation: 1, here: true },
    ])
  })
})

/** A job that looks at the streams on a later day, and what it has forgotten. */
async function forgetting(store: Records, days: number) {
  await using open = new AsyncDisposableStack()
  const clickhouse = open.use(new ClickHouse(shardOf(store)))
  const { client: redis } = open.use(store.redis())
  const state = new StreamState(redis, store.at, clickhouse)
  const clock = () => Date.now() + days * DAY_MS
  const checks = { redis, key: `${store.at}:forgotten` }
  const run = () => new StreamForgetter({ clickhouse, state, events, clock }, checks).run(never)
  const owned = open.move()
  return {
    run,
    /** What Redis does after 35 days. */
    expire: async () => redisCall(redis.del(...(await redis.keys(`${store.at}:{*`)))),
    /** As if the streams had been forgotten long ago. */
    async age() {
      for (const name of await redis.hkeys(checks.key)) await redis.hset(checks.key, name, 1)
    },
    generation: (issues: ReturnType<typeof stream>) =>
      newestGenerations(clickhouse, [issues.stream]).then(([newest]) =>
        newest?.here ? newest.generation : undefined,
      ),
    swept: () =>
      eventually(async () => {
        await sweepGenerations(clickhouse, events, never)
        expect(
          await sql(
            store,
            `SELECT count() FROM system.mutations WHERE database = '${store.at}' AND NOT is_done`,
          ),
        ).toBe('0')
        expect(await sql(store, 'SELECT count() FROM record_log WHERE sign = 1')).toBe('1')
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

test('a stream that is empty and unused for long is forgotten, one with records is not', async () => {
  await using store = await startRecords(namespace(), { env: { RECORDS_STALE_SYNC_DAYS: '0' } })
  const [gone, kept, young] = [stream(store.records), stream(store.records), stream(store.records)]
  for (const issues of [gone, kept]) {
    await issues.begin()
    await issues.save([{ id: 'a' }])
  }
  await gone.empty()
  await using soon = await forgetting(store, 39)
  await using late = await forgetting(store, 41)
  await late.swept()

  await late.run()
  expect(await late.generation(gone)).toBe(1) // Redis knows it
  await late.expire()
  await soon.run()
  expect(await late.generation(gone)).toBe(1)
  await late.run()
  expect(await late.generation(gone)).toBeUndefined()
  expect(await late.generation(kept)).toBe(0)
  expect(
    await sql(store, `SELECT count() FROM stream_use WHERE stream = '${streamId(gone.stream, 1)}'`),
  ).toBe('0')

  await young.save([{ id: 'a' }])
  expect(await gone.save([{ id: 'a' }])).toMatchObject({ added: 1 })
  expect(brief(await gone.all())).toEqual(['a ADDED'])
  expect(brief(await kept.all())).toEqual(['a ADDED'])
})

test('a generation that an instance has loaded just before it was forgotten is not lost', async () => {
  await using store = await startRecords(namespace(), { env: { RECORDS_STALE_SYNC_DAYS: '0' } })
  const [issues, other] = [stream(store.records), stream(store.records)]
  await other.save([{ id: 'a' }])
  await issues.save([{ id: 'a' }])
  await issues.empty()
  await using late = await forgetting(store, 41)
  await late.swept()
  await late.expire()
  await late.run()
  expect(await late.generation(issues)).toBeUndefined()
  // The other instance has read generation 1, and comes to tell Redis only now.
  await using redis = store.redis()
  const [key] = [`${store.at}:{dev}:records:${issues.stream.connection}/Issue/base`]
  await redis.client.hset(key, { generation: 1, last: 0, commit: 0, live: 0, bytes: 0 })
  await issues.save([{ id: 'b' }])
  await late.age()
  await late.run()
  expect(await late.generation(issues)).toBe(1)
  await late.expire()
  expect(brief(await issues.all())).toEqual(['b ADDED'])
})

test('rows that a late writer has left in an old generation are removed before its stream is forgotten', async () => {
  await using store = await startRecords(namespace(), { env: { RECORDS_STALE_SYNC_DAYS: '0' } })
  const [issues, other] = [stream(store.records), stream(store.records)]
  await other.save([{ id: 'a' }])
  await issues.save([{ id: 'a' }])
  await issues.empty()
  await using late = await forgetting(store, 41)
  await late.swept()
  const old = streamId(issues.stream, 0)
  const now = Date.now()
  await sql(
    store,
    `INSERT INTO record_log (stream, modified_at, written_at, id, sign) VALUES ('${old}', ${now}, ${now}, 'late', 1)`,
  )
  await late.expire()
  await late.run()
  expect(await late.generation(issues)).toBe(1)
  await eventually(async () => {
    await using next = await forgetting(store, 41)
    await next.run()
    expect(await late.generation(issues)).toBeUndefined()
  })
  expect(await sql(store, `SELECT count() FROM record_log WHERE stream = '${old}'`)).toBe('0')
})
