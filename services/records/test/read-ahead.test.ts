import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Json, type ListedRecord, type Records, sql, startRecords, stream } from './harness.ts'

let store: Records
beforeAll(async () => {
  store = await startRecords()
})
afterAll(() => store[Symbol.asyncDispose]())

const many = (count: number): Json[] =>
  Array.from({ length: count }, (_, i) => ({ id: `r${String(i).padStart(3, '0')}`, n: 1 }))
const ids = (records: Json[]) => records.map(({ id }) => id)

/** A stream of which the pages from r020 on are in memory, or on their way there, and the cursor before them. */
async function readAhead({ whileLocked = false } = {}) {
  const issues = stream(store.records)
  await issues.save(many(100))
  const first = await issues.list({ limit: 10 })
  await using redis = store.redis()
  const key = (await redis.client.keys(`${store.at}:{dev}:records:${issues.stream.connection}/*`))[0] ?? ''
  if (whileLocked) await redis.client.hset(key, 'holder', 'somebody')
  const { cursor } = await issues.list({ limit: 10, cursor: first.cursor })
  await redis.client.hdel(key, 'holder')
  return { issues, cursor }
}

/** Ends a record past the service, so that only a reader of the table notices. */
const endPastService = ({ stream: { connection } }: ReturnType<typeof stream>, id: string) =>
  sql(
    store,
    `INSERT INTO record_log SELECT * REPLACE (-1 AS sign) FROM record_log WHERE id = '${id}'
      AND stream = (SELECT stream FROM streams WHERE connection = '${connection}')`,
  )

test('pages that follow come from memory', async () => {
  const { issues, cursor } = await readAhead()
  const third = await issues.list({ limit: 10, cursor })
  await endPastService(issues, 'r035')
  expect(ids((await issues.list({ limit: 10, cursor: third.cursor })).records)).toContain('r035')
})

test('nothing is read ahead if its memory is 0', async () => {
  await using plain = await startRecords(store.at, { env: { RECORDS_READ_AHEAD_BYTES: '0' } })
  const issues = stream(plain.records)
  await issues.save(many(100))
  const first = await issues.list({ limit: 10 })
  const second = await issues.list({ limit: 10, cursor: first.cursor })
  const third = await issues.list({ limit: 10, cursor: second.cursor })
  await endPastService(issues, 'r035')
  expect(ids((await issues.list({ limit: 10, cursor: third.cursor })).records)).not.toContain('r035')
})

test('what was read while a commit was under way is not kept', async () => {
  const { issues, cursor } = await readAhead({ whileLocked: true })
  await endPastService(issues, 'r025')
  expect(ids((await issues.list({ limit: 10, cursor })).records)).not.toContain('r025')
})

test('after a change the next page has no version that has ended, and the rest comes at the end', async () => {
  const { issues, cursor } = await readAhead()
  await issues.save([{ id: 'r025', n: 2 }])
  await issues.delete(['r026'])
  const found: ListedRecord[] = []
  for (let from = cursor; ; ) {
    const page = await issues.list({ limit: 10, cursor: from })
    found.push(...page.records)
    from = page.cursor
    if (from === '') break
  }
  const rest = ids(many(100)).slice(20)
  const unmoved = rest.filter((id) => id !== 'r025' && id !== 'r026')
  expect(ids(found)).toEqual([...unmoved, 'r025', 'r026'])
})

test('after a prune the next page has no payloads, after an empty no records', async () => {
  const { issues, cursor } = await readAhead()
  const last = (await issues.list({ limit: 100 })).records.at(-1)
  await issues.prune(last?._nango_metadata.cursor ?? '')
  expect((await issues.list({ limit: 10, cursor })).records[0]).not.toHaveProperty('n')
  await issues.empty()
  expect((await issues.list({ limit: 10, cursor })).records).toEqual([])
})

test('pages of changing sizes, read from memory or not, are the stream', async () => {
  const { issues } = await readAhead()
  const found: ListedRecord[] = []
  const limits = [7, 3, 40, 1, 11, 2, 30, 90]
  for (let cursor = '', i = 0; ; i++) {
    const page = await issues.list({ limit: limits[i] ?? 1, cursor })
    found.push(...page.records)
    cursor = page.cursor
    if (cursor === '') break
  }
  expect(ids(found)).toEqual(ids(many(100)))
})

test('a cursor is worth the same with another filter', async () => {
  const { issues, cursor } = await readAhead()
  const page = await issues.list({ limit: 10, cursor, actions: ['RECORD_ACTION_DELETED'] })
  expect(page).toEqual({ records: [], cursor: '' })
})

test('a reader that follows cursors through batches read ahead misses no change that comes meanwhile', async () => {
  const issues = stream(store.records)
  await issues.save(many(400))
  const found: ListedRecord[] = []
  let cursor = ''
  for (let n = 2, page = 1; ; page++) {
    const { records, cursor: next } = await issues.list({ limit: 10, cursor })
    found.push(...records)
    if (next === '') break
    cursor = next
    // Just read, soon to be read, and far ahead; pages between the changes come from memory.
    if (page % 7 !== 0 || page > 35) continue
    const numbers = [page * 10 - 1, page * 10 + 45, 399 - page]
    await issues.save(numbers.map((number) => ({ ...many(400)[number], n })))
    n++
  }
  const newest = new Map(found.map(({ id, n }) => [id, n]))
  const now = await issues.all(1000)
  expect(now).toHaveLength(400)
  expect([...newest].sort()).toEqual(now.map(({ id, n }) => [id, n]).sort())
  const positions = found.map(({ _nango_metadata: { cursor } }) => cursor)
  expect(new Set(positions).size).toBe(positions.length)
})

test('a large page comes in pieces', async () => {
  const issues = stream(store.records)
  const values = Array.from({ length: 200 }, (_, i) => ({ id: `r${1000 + i}`, text: 'x'.repeat(20_000) }))
  await issues.save(values)
  const pieces = await Array.fromAsync(store.records.listRecords({ stream: issues.stream, limit: 150 }))
  expect(pieces.length).toBeGreaterThan(1)
  const { records, cursor } = await issues.list({ limit: 150 })
  expect(records.map(({ id, text }) => ({ id, text }))).toEqual(values.slice(0, 150))
  expect(pieces.map(({ nextCursor }) => nextCursor)).toEqual([...pieces.slice(1).map(() => ''), cursor])
})
