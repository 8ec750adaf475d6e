import { afterAll, beforeAll, expect, test } from 'vitest'
import { brief, type ListedRecord, type Records, sql, startRecords, stream } from './harness.ts'

let store: Records
beforeAll(async () => {
  store = await startRecords()
})
afterAll(() => store[Symbol.asyncDispose]())
const fresh = () => stream(store.records)
const ids = (records: ListedRecord[]) => records.map(({ id }) => id)
const many = (count: number, fields = {}) =>
  Array.from({ length: count }, (_, i) => ({ id: `r${String(i).padStart(5, '0')}`, ...fields }))

test('3 000 records come in pages of 100, each exactly once', async () => {
  const issues = fresh()
  await issues.save(many(2000))
  await issues.save(many(3000).slice(2000))
  const records = await issues.all(100)
  expect(ids(records)).toEqual(ids(await issues.all(1000)))
  expect(new Set(ids(records)).size).toBe(3000)
  expect(records).toHaveLength(3000)
})

test('a stream that was rewritten again and again is read as what is left of it', async () => {
  const issues = fresh()
  for (let n = 0; n < 8; n++) await issues.save(many(500, { n }))
  await issues.delete(many(250).map(({ id }) => id))
  const records = await issues.all(50)
  expect(records).toHaveLength(500)
  expect(new Set(ids(records)).size).toBe(500)
  expect(records.every((record) => record.n === 7)).toBe(true)
})

test('a page ends before its payloads are more than its bytes, at least one record always', async () => {
  await using narrow = await startRecords(store.at, { env: { RECORDS_PAGE_MAX_BYTES: '100000' } })
  const issues = stream(narrow.records)
  const text = (bytes: number) => 'x'.repeat(bytes)
  await issues.save(many(300, { text: text(10_000) }))
  await issues.save([{ id: 'large', text: text(400_000) }])
  await issues.save([{ id: 'small' }])
  const { records, cursor } = await issues.list({ limit: 200 })
  expect(records).toHaveLength(9)
  expect(cursor).toBe(records.at(-1)?._nango_metadata.cursor)
  const all = await issues.all(200)
  expect(ids(all)).toEqual([...ids(many(300) as ListedRecord[]), 'large', 'small'])
  expect(all.find(({ id }) => id === 'large')?.text).toHaveLength(400_000)
  const wanted = ['r00000', 'r00001', 'large', 'small']
  const byIds = await issues.list({ ids: wanted })
  expect(ids(byIds.records)).toEqual(['r00000', 'r00001'])
  const rest = await issues.list({ ids: wanted, cursor: byIds.cursor })
  expect(ids(rest.records)).toEqual(['large'])
})

test('a large record that was pruned and restored in place again and again is one record of a page', async () => {
  await using narrow = await startRecords(store.at, { env: { RECORDS_PAGE_MAX_BYTES: '1000' } })
  const issues = stream(narrow.records)
  await sql(store, 'SYSTEM STOP MERGES record_log')
  for (let n = 0; n < 6; n++) {
    await issues.save([{ id: 'a', text: 'x'.repeat(5000) }])
    if (n === 0) await issues.save([{ id: 'b' }])
    if (n < 5) await issues.prune((await issues.list({ limit: 1 })).records[0]?._nango_metadata.cursor ?? '')
  }
  expect(brief(await issues.all(1))).toEqual(['a ADDED', 'b ADDED'])
  expect((await issues.list({ limit: 100 })).records[0]?.text).toHaveLength(5000)
  await sql(store, 'SYSTEM START MERGES record_log')
})
