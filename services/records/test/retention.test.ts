import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { brief, type Records, sql, startRecords, stream } from './harness.ts'

const DAY_MS = 24 * 3600 * 1000

/** An instance that looks at the streams on a later day, and what it leaves of them. */
async function after(days: number, store: Records, env = {}) {
  const later = await startRecords(store.at, { clock: () => Date.now() + days * DAY_MS, env })
  await eventually(async () => {
    await using redis = store.redis()
    expect(await redis.client.exists(`${store.at}:records:retiring:1`)).toBe(0)
  })
  return later
}

const reports = (store: Records) =>
  sql(store, 'SELECT count() FROM stream_use FINAL WHERE reported_at > used_at')

test('a stream without runs is reported after half of its time and emptied after all of it', async () => {
  await using store = await startRecords()
  const issues = stream(store.records)
  await issues.begin()
  await issues.save([{ id: 'a' }])
  {
    await using _day29 = await after(29, store)
    expect(await reports(store)).toBe('0')
    await using _day40 = await after(40, store)
    await eventually(async () => expect(await reports(store)).toBe('1'))
    await using _day65 = await after(65, store) // reported 25 days ago
    expect(brief(await issues.all())).toEqual(['a ADDED'])
  }
  await using _day71 = await after(71, store)
  await eventually(async () => expect(await issues.all()).toEqual([]))
  // It is as good as new.
  await issues.begin()
  expect(await issues.save([{ id: 'a' }])).toMatchObject({ added: 1 })
})

test('however long nothing could run, the report comes first', async () => {
  await using store = await startRecords()
  const issues = stream(store.records)
  await issues.begin()
  await issues.save([{ id: 'a' }])
  await using _year = await after(365, store)
  await eventually(async () => expect(await reports(store)).toBe('1'))
  await using _later = await after(390, store)
  expect(brief(await issues.all())).toEqual(['a ADDED'])
  await using _gone = await after(396, store)
  await eventually(async () => expect(await issues.all()).toEqual([]))
})

test('a run that begins takes the report back, even if Redis has forgotten the stream', async () => {
  await using store = await startRecords()
  const issues = stream(store.records)
  await issues.begin()
  await issues.save([{ id: 'a' }])
  await using _day40 = await after(40, store)
  await eventually(async () => expect(await reports(store)).toBe('1'))
  await using redis = store.redis()
  await redis.client.del(...(await redis.client.keys(`${store.at}:{dev}:records:*`)))
  await using day50 = await after(50, store)
  const again = stream(day50.records, issues.stream)
  await again.begin()
  await using _day75 = await after(75, store)
  await using _day100 = await after(100, store)
  expect(brief(await issues.all())).toEqual(['a ADDED'])
})

test('0 days: no stream is ever emptied for want of runs', async () => {
  await using store = await startRecords()
  const issues = stream(store.records)
  await issues.begin()
  await issues.save([{ id: 'a' }])
  const env = { RECORDS_STALE_SYNC_DAYS: '0' }
  await using _year = await after(365, store, env)
  await using _years = await after(1000, store, env)
  expect(await reports(store)).toBe('0')
  expect(brief(await issues.all())).toEqual(['a ADDED'])
})
