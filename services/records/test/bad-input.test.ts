import { afterAll, beforeAll, expect, test } from 'vitest'
import { brief, type ListedRecord, type Records, sql, startRecords, stream } from './harness.ts'

let store: Records
beforeAll(async () => {
  store = await startRecords()
})
afterAll(() => store[Symbol.asyncDispose]())
const fresh = () => stream(store.records)
const MB = 1_000_000
const cursorOf = (record: ListedRecord | undefined) => record?._nango_metadata.cursor ?? ''
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')
const idsOf = (records: ListedRecord[]) => records.map(({ id }) => id).toSorted()

const oddIds = [
  '🚀',
  '👩‍🚀'.repeat(204),
  '中'.repeat(1024),
  'x'.repeat(1024),
  '__proto__',
  'constructor',
  "it's",
  '"quoted"',
  "\\'",
  '\\',
  '\\N',
  'a\nb\r\n\tc',
  '%',
  '%00',
  "'); DROP TABLE record_log; --",
  '{p:String}',
  'a||b',
  'a/b?c#d&e',
  ' ',
  '\u{10ffff}\ufeff\u200b',
  'é',
  'e\u0301',
  'NaN',
  'null',
  0,
  -1.5,
  5e-324,
  Number.MAX_SAFE_INTEGER,
]

test('whatever an id is made of, its record is saved, read, merged, pruned and deleted under it, and no other', async () => {
  const issues = fresh()
  const all = oddIds.map((id) => ({ id, n: 1 }))
  expect(await issues.save(all)).toMatchObject({ added: all.length, duplicateIds: [] })
  expect(await issues.save(all)).toMatchObject({ unchanged: all.length })
  expect(idsOf(await issues.all(3))).toEqual(oddIds.toSorted())
  expect(idsOf((await issues.list({ ids: oddIds.map(String) })).records)).toEqual(oddIds.toSorted())

  expect(await issues.merge(oddIds.map((id) => ({ id, m: 2 })))).toMatchObject({ updated: all.length })
  for (const id of oddIds) {
    const { records } = await issues.list({ ids: [String(id)] })
    expect(records).toMatchObject([{ id, n: 1, m: 2 }])
    expect((await issues.list({ ids: [String(id)], cursor: cursorOf(records[0]) })).records).toEqual([])
    expect((await issues.versions(String(id))).records).toMatchObject([
      { id, m: 2 },
      { id, n: 1 },
    ])
  }

  const end = cursorOf((await issues.all()).at(-1))
  expect(await issues.prune(end)).toMatchObject({ count: all.length })
  expect((await issues.all()).some((record) => 'n' in record)).toBe(false)
  const [first, ...others] = oddIds.map(String)
  expect(await issues.delete([String(first)])).toMatchObject({ deleted: 1 })
  expect(await issues.delete(others)).toMatchObject({ deleted: all.length - 1 })
  expect(idsOf(await issues.all())).toEqual(oddIds.toSorted())
  expect(await issues.count()).toEqual({ live: 0, bytes: 0 })
})

test('an id that is cut inside an emoji, or has NULs, is found by what it was saved as', async () => {
  const issues = fresh()
  const odd = ['x\ud83d', 'n\0ul\0']
  expect(await issues.save(odd.map((id) => ({ id })))).toMatchObject({ added: 2 })
  expect(await issues.save([{ id: 'x\ufffd' }, { id: 'nul' }])).toMatchObject({ added: 0, updated: 1 })
  expect((await issues.list({ ids: odd })).records).toHaveLength(2)
  for (const id of odd)
    expect((await issues.versions(id)).records[0]).toMatchObject({ id: expect.any(String) })
})

const forged = (instant: string, id = 'a') => base64(`${instant}||${id}`)

test('a cursor of another stream is a position in this one, for reading and pruning, and gives nothing of the other', async () => {
  const [mine, other] = [fresh(), fresh()]
  await mine.save([{ id: 'm1', n: 1 }])
  await other.save([{ id: 'secret', n: 1 }])
  await mine.save([{ id: 'm2', n: 1 }])
  const cursor = cursorOf((await other.list()).records[0])
  expect(brief((await mine.list({ cursor })).records)).toEqual(['m2 ADDED'])
  expect((await mine.list({ cursor, ids: ['secret'] })).records).toEqual([])
  expect((await mine.versions('secret', { cursor })).records).toEqual([])
  expect(await mine.prune(cursor)).toEqual({ count: 1, hasMore: false })
  expect((await mine.all()).map((record) => 'n' in record)).toEqual([false, true])
  expect((await other.all()).every((record) => 'n' in record)).toBe(true)
})

test.each([
  ['before all time', forged('0000-01-01T00:00:00Z'), 2],
  ['in the year 9999', forged('9999-12-31T23:59:59.999Z'), 0],
  ['of an id as large as ids get', forged('2024-01-15T10:31:00Z', '\u{10ffff}'.repeat(127)), 2],
  ['of an id of SQL', forged('2024-01-15T10:31:00Z', "') OR 1=1 --"), 2],
  ['of an id with NULs', forged('2024-01-15T10:31:00Z', '\0\0'), 2],
])('a cursor %s is a position', async (_, cursor, after) => {
  const issues = fresh()
  await issues.save([
    { id: 'a', n: 1 },
    { id: 'b', n: 1 },
  ])
  expect((await issues.list({ cursor })).records).toHaveLength(after)
  expect((await issues.list({ cursor, ids: ['a', 'b'] })).records).toHaveLength(after)
  expect((await issues.list({ cursor, asOfMs: Date.now() })).records).toHaveLength(after)
  expect(await issues.prune(cursor)).toEqual({ count: 2 - after, hasMore: false })
})

test.each([
  ['cut', forged('2024-01-15T10:31:00.000Z').slice(0, 20)],
  ['of bytes that are no UTF-8', base64(Buffer.from('2024-01-15T10:31:00.000Z||\xff\xfe', 'latin1'))],
  ['of a negative instant', forged('-000001-01-01T00:00:00Z')],
  ['of an instant beyond dates', forged('+275760-09-13T00:00:00.001Z')],
  ['of a number', forged('1e400')],
  ['of a megabyte', forged('2024-01-15T10:31:00Z', 'x'.repeat(MB))],
])('a cursor %s is refused, and prunes nothing', async (_, cursor) => {
  const issues = fresh()
  await issues.save([{ id: 'a', n: 1 }])
  const refusal = { code: 'invalid_cursor', message: expect.stringMatching(/^'.{1,200}' is not a cursor/) }
  await expect(issues.list({ cursor })).rejects.toMatchObject(refusal)
  await expect(issues.list({ cursor, ids: ['a'] })).rejects.toMatchObject(refusal)
  await expect(issues.list({ cursor, asOfMs: Date.now() })).rejects.toMatchObject(refusal)
  await expect(issues.versions('a', { cursor })).rejects.toMatchObject(refusal)
  await expect(issues.prune(cursor)).rejects.toMatchObject(refusal)
  expect((await issues.list()).records).toMatchObject([{ n: 1 }])
})

test('a record of 16 MB is saved, is a page of its own, changes, is deleted and pruned like any other', async () => {
  await using own = await startRecords(store.at)
  const issues = stream(own.records)
  const text = 'x'.repeat(16 * 1024 * 1024)
  for (const id of ['a', 'b']) await issues.save([{ id, text }])
  const { records: page, cursor } = await issues.list()
  expect(brief(page)).toEqual(['a ADDED'])
  expect(page[0]?.text === text).toBe(true)
  expect(cursor).toBe(cursorOf(page[0]))

  expect(await issues.save([{ id: 'a', n: 1 }])).toMatchObject({ updated: 1 })
  const newest = await issues.versions('a')
  expect(newest.records).toMatchObject([{ n: 1 }])
  const [before] = (await issues.versions('a', { cursor: newest.cursor })).records
  expect(before?.text === text).toBe(true)

  expect(await issues.merge([{ id: 'b', n: 1 }])).toMatchObject({ updated: 1 })
  expect(await issues.delete(['b'])).toMatchObject({ deleted: 1 })
  const [end] = (await issues.list({ ids: ['b'] })).records
  expect(end).toMatchObject({ id: 'b', n: 1 })
  expect(await issues.prune(cursorOf(end))).toMatchObject({ count: 2 })
  expect(await issues.count()).toEqual({ live: 1, bytes: 0 })
})

test('100 000 records of a kilobyte in one save become visible at one instant', async () => {
  await using own = await startRecords(store.at)
  const issues = stream(own.records)
  const text = 'x'.repeat(1000)
  const saved = await issues.save(Array.from({ length: 100_000 }, (_, i) => ({ id: `big-${i}`, text })))
  expect(saved).toMatchObject({ added: 100_000, unchanged: 0 })
  expect(await issues.count()).toMatchObject({ live: 100_000 })
  const rows = "SELECT count(), uniqExact(modified_at) FROM record_log WHERE startsWith(id, 'big-')"
  expect(await sql(store, rows)).toBe('100000\t1')
  expect((await issues.list({ limit: 10_000 })).records).toHaveLength(10_000)
})
