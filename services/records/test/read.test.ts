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

test('there is a next cursor only if there is more', async () => {
  const issues = fresh()
  await issues.save(many(4))
  expect((await issues.list({ limit: 4 })).cursor).toBe('')
  const { records, cursor } = await issues.list({ limit: 3 })
  expect(cursor).toBe(records[2]?._nango_metadata.cursor)
  expect(await issues.list({ limit: 3, cursor })).toMatchObject({ records: [{ id: 'r00003' }], cursor: '' })
  expect((await fresh().list()).records).toEqual([])
})

test('who follows cursors meets what changes meanwhile at the end', async () => {
  const issues = fresh()
  await issues.save(many(300))
  const first = await issues.list({ limit: 100 })
  await issues.save([{ id: 'r00005', n: 1 }, { id: 'r00150', n: 1 }, { id: 'new' }])
  await issues.delete(['r00250'])
  const rest: ListedRecord[] = []
  for (let cursor = first.cursor; cursor !== ''; ) {
    const page = await issues.list({ limit: 100, cursor })
    rest.push(...page.records)
    cursor = page.cursor
  }
  expect(rest).toHaveLength(200 - 2 + 4)
  expect(brief(rest).slice(-4)).toEqual(['new ADDED', 'r00005 UPDATED', 'r00150 UPDATED', 'r00250 DELETED'])
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

test('filters give the union of their actions', async () => {
  const issues = fresh()
  await issues.save([{ id: 'a' }, { id: 'u', n: 1 }, { id: 'd' }])
  await issues.save([{ id: 'u', n: 2 }])
  await issues.delete(['d'])
  const [ADDED, UPDATED, DELETED] = [
    'RECORD_ACTION_ADDED',
    'RECORD_ACTION_UPDATED',
    'RECORD_ACTION_DELETED',
  ] as const
  const listed = async (...actions: (typeof ADDED | typeof UPDATED | typeof DELETED)[]) =>
    ids((await issues.list({ actions })).records)
  expect(await listed(ADDED)).toEqual(['a'])
  expect(await listed(UPDATED)).toEqual(['u'])
  expect(await listed(DELETED)).toEqual(['d'])
  expect(await listed(ADDED, DELETED)).toEqual(['a', 'd'])
  expect(await listed(UPDATED, DELETED)).toEqual(['u', 'd'])
  expect(await listed(ADDED, UPDATED, DELETED)).toEqual(['a', 'u', 'd'])
})

test('modified after an instant means strictly after it, also with a cursor', async () => {
  const issues = fresh()
  await issues.save([{ id: 'a' }])
  await issues.save([{ id: 'b' }])
  await issues.save([{ id: 'c' }])
  const [a, b] = (await issues.list()).records
  const modifiedAfterMs = Date.parse(a?._nango_metadata.last_modified_at ?? '')
  expect(ids((await issues.list({ modifiedAfterMs })).records)).toEqual(['b', 'c'])
  const cursor = b?._nango_metadata.cursor ?? ''
  expect(ids((await issues.list({ modifiedAfterMs, cursor })).records)).toEqual(['c'])
})

test('records are found by their ids, in order, by pages, unknown ones ignored', async () => {
  const issues = fresh()
  await issues.save(many(50))
  await issues.save([{ id: 'r00003', n: 1 }])
  const wanted = ['r00003', 'r00001', 'never', 'r00002', 'r00002']
  expect(ids((await issues.list({ ids: wanted })).records)).toEqual(['r00001', 'r00002', 'r00003'])
  const page = await issues.list({ ids: wanted, limit: 2 })
  expect(ids(page.records)).toEqual(['r00001', 'r00002'])
  expect(await issues.list({ ids: wanted, limit: 2, cursor: page.cursor })).toMatchObject({
    records: [{ id: 'r00003' }],
    cursor: '',
  })
  const updated = await issues.list({ ids: wanted, actions: ['RECORD_ACTION_UPDATED'] })
  expect(ids(updated.records)).toEqual(['r00003'])
  expect((await issues.list({ ids: ['never'] })).records).toEqual([])
})

test('a cursor is a position: of another stream or of no record it works too', async () => {
  const issues = fresh()
  await issues.save([{ id: 'a' }])
  const past = Buffer.from('2024-01-15T10:31:00.000Z||1234567').toString('base64')
  expect(ids((await issues.list({ cursor: past })).records)).toEqual(['a'])
})

test('a cursor that is none is refused by name', async () => {
  await expect(fresh().list({ cursor: 'nonsense' })).rejects.toMatchObject({
    code: 'invalid_cursor',
    message: expect.stringContaining("'nonsense'"),
  })
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
