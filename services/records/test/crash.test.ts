import { startClickHouse, startRedis } from '@syncline/embedded'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { brief, sql, startRecords, stream } from './harness.ts'
import { mortal } from './mortal.ts'

test('ClickHouse killed in the middle of commits over many streams: repeated saves leave each record once', async () => {
  await using clickhouse = await mortal(startClickHouse)
  await using store = await startRecords(undefined, { clickhouse: clickhouse.url })
  const streams = Array.from({ length: 20 }, () => stream(store.records))
  const batch = (n: number) =>
    Array.from({ length: 100 }, (_, i) => ({ id: `${n}-${i}`, text: 'x'.repeat(500) }))
  const saving = streams.map(async (issues) => {
    for (let n = 0; n < 12; n++) await eventually(() => issues.save(batch(n)), { timeoutMs: 50_000 })
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
}, 120_000)

test('while ClickHouse is away calls fail as unavailable, and work when it is back', async () => {
  await using clickhouse = await mortal(startClickHouse)
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
  await using redis = await mortal(startRedis)
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

test('a commit that reached only the log is healed by the next one', async () => {
  await using store = await startRecords()
  const issues = stream(store.records)
  await issues.save([{ id: 'a', n: 1 }])
  const view = await sql(store, 'SHOW CREATE TABLE record_head_feed FORMAT TSVRaw')
  await sql(store, 'DROP VIEW record_head_feed')
  await sql(
    store,
    view.replace(/SELECT\s+stream/, "SELECT if(throwIf(id = 'b') = 0, stream, stream) AS stream"),
  )
  await expect(issues.save([{ id: 'a', n: 2 }, { id: 'b' }])).rejects.toMatchObject({ code: 'server_error' })
  await sql(store, 'DROP VIEW record_head_feed')
  await sql(store, view)
  expect(await issues.save([{ id: 'a', n: 2 }, { id: 'b' }])).toMatchObject({
    added: 0,
    updated: 0,
    unchanged: 2,
  })
  expect(brief(await issues.all())).toEqual(['a UPDATED', 'b ADDED'])
  expect(await issues.count()).toEqual({ live: 2, bytes: 16 + 10 })
})
