import { startClickHouse, startRedis } from '@syncline/embedded'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { brief, sql, startRecords, stream } from './harness.ts'
import { startKillable } from './killable-process.ts'

test('ClickHouse killed in the middle of commits over many streams: repeated saves leave each record once', async () => {
  await using clickhouse = await startKillable(startClickHouse)
  await using store = await startRecords(undefined, { clickhouse: clickhouse.url })
  const streams = Array.from({ length: 20 }, () => stream(store.records))
  const batch = (n: number) =>
    Array.from({ length: 100 }, (_, i) => ({ id: `${n}-${i}`, text: 'x'.repeat(500) }))
  const saving = streams.map(async (issues) => {
    for (let n = 0; n < 12; n++) await eventually(() => issues.save(batch(n)))
  })
  for (let kills = 0; kills < 2; kills++) {
    await eventually(async () =>
      expect((await streams[kills]?.count())?.live).toBeGreaterThan(200 * (kills + 1)),
    )
    await clickhouse.kill()
    await clickhouse.start()
  }
  await Promise.all(saving)
  for (const issues of streams) {
    expect(await issues.count()).toMatchObject({ live: 1200 })
    const records = await issues.all(1000)
    expect(records).toHaveLength(1200)
    expect(new Set(records.map(({ id }) => id)).size).toBe(1200)
    expect(await issues.save(batch(11))).toMatchObject({ unchanged: 100 })
  }
})

test('while ClickHouse is away calls fail as unavailable, and work when it is back', async () => {
  await using clickhouse = await startKillable(startClickHouse)
  await using store = await startRecords(undefined, { clickhouse: clickhouse.url })
  const issues = stream(store.records)
  await issues.save([{ id: 'a' }])
  await clickhouse.kill()
  await expect(issues.save([{ id: 'b' }])).rejects.toMatchObject({ code: 'unavailable' })
  await expect(issues.list()).rejects.toMatchObject({ code: 'unavailable' })
  expect((await store.service.health()).clickhouse).toMatch(/ClickHouse does not answer/)
  await clickhouse.start()
  expect(await issues.save([{ id: 'b' }])).toMatchObject({ added: 1 })
  expect(brief(await issues.all())).toEqual(['a ADDED', 'b ADDED'])
})

test('while Redis is away calls fail as unavailable, and work when it is back', async () => {
  await using redis = await startKillable(startRedis)
  await using store = await startRecords(undefined, { redis: redis.url })
  const issues = stream(store.records)
  await issues.save([{ id: 'a' }])
  await redis.kill()
  await expect(issues.save([{ id: 'b' }])).rejects.toMatchObject({ code: 'unavailable' })
  await expect(issues.list()).rejects.toMatchObject({ code: 'unavailable' })
  await redis.start()
  expect(await issues.save([{ id: 'b' }])).toMatchObject({ added: 1 })
  expect(brief(await issues.all())).toEqual(['a ADDED', 'b ADDED'])
})

test('a commit whose process died before it gave the lock back is counted by the next one, of any instance', async () => {
  await using store = await startRecords()
  await using other = await startRecords(store.at)
  const issues = stream(store.records)
  await using redis = store.redis()
  await issues.save([{ id: 'a', n: 1 }])
  await issues.save([{ id: 'c' }])
  const [key = ''] = await redis.client.keys(`${store.at}:{dev}:records:${issues.stream.connection}/*`)
  const before = await redis.client.hgetall(key)
  await issues.save([{ id: 'a', n: 2 }, { id: 'b' }])
  // What Redis would know then; the lock has run out.
  const { last = '' } = await redis.client.hgetall(key)
  await redis.client.hset(key, {
    ...before,
    last,
    in_doubt: last,
    holder: 'dead',
    held_until: Date.now() - 1,
  })
  await redis.client.hdel(key, 'heads_behind')
  await sql(store, 'TRUNCATE TABLE record_head')

  const same = stream(other.records, issues.stream)
  expect((await same.list({ ids: ['a'] })).records).toMatchObject([{ n: 2 }])
  expect(await same.save([{ id: 'a', n: 2 }, { id: 'b' }])).toMatchObject({
    added: 0,
    updated: 0,
    unchanged: 2,
  })
  expect(brief(await issues.all())).toEqual(['c ADDED', 'a UPDATED', 'b ADDED'])
  expect(await issues.count()).toEqual({ live: 3, bytes: 10 + 16 + 10 })
  expect(await issues.save([{ id: 'b', n: 1 }])).toMatchObject({ updated: 1 })
})
