import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ListedRecord, type Records, sql, startRecords, stream } from './harness.ts'

let store: Records
beforeAll(async () => {
  store = await startRecords()
})
afterAll(() => store[Symbol.asyncDispose]())
const fresh = () => stream(store.records)
const cursorOf = (record: ListedRecord | undefined) => record?._nango_metadata.cursor ?? ''

test('a pruned record that was restored stays where it is when ClickHouse has merged its rows', async () => {
  const issues = fresh()
  await issues.save([{ id: 'a', n: 1 }])
  await issues.save([{ id: 'b' }])
  const before = await issues.list()
  await issues.prune(cursorOf(before.records[0]))
  expect(await issues.save([{ id: 'a', n: 1 }])).toMatchObject({ updated: 0, unchanged: 1 })
  expect(await issues.list()).toEqual(before)
  await issues.prune(cursorOf(before.records[0]))
  await issues.save([{ id: 'a', n: 1 }])
  expect(await issues.list()).toEqual(before)
  expect(await issues.count()).toEqual({ live: 2, bytes: 16 + 10 })
  await sql(store, 'OPTIMIZE TABLE record_log FINAL')
  expect(await issues.list()).toEqual(before)
})

test('tens of thousands are pruned in one call', async () => {
  const issues = fresh()
  await issues.save(Array.from({ length: 45_000 }, (_, i) => ({ id: `r${i}`, n: 1 })))
  await issues.save([{ id: 'last', n: 1 }])
  const records = await issues.all(10_000)
  expect(await issues.prune(cursorOf(records.at(-2)))).toEqual({ count: 45_000, hasMore: false })
  expect(await issues.count()).toEqual({ live: 45_001, bytes: '{"id":"last","n":1}'.length })
  expect((await issues.all(10_000)).filter((record) => 'n' in record)).toHaveLength(1)
})

test('a payload that has expired is not shown, whether or not it was dropped yet', async () => {
  const issues = fresh()
  await issues.save([{ id: 'a', n: 1 }])
  const days31 = 31 * 24 * 3600 * 1000
  await using brief = await startRecords(store.at, { clock: () => Date.now() + days31 })
  const [record] = (await stream(brief.records, issues.stream).list()).records
  expect(record).not.toHaveProperty('n')
  const modifiedAt = Date.parse(record?._nango_metadata.last_modified_at ?? '')
  expect(Date.parse(record?._nango_metadata.pruned_at ?? '') - modifiedAt).toBe(30 * 24 * 3600 * 1000)
  expect((await issues.list()).records[0]).toHaveProperty('n')
})
