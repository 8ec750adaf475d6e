import { servers } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ListedRecord, type Records, sql, startRecords, stream } from './harness.ts'
import { isCommit, type OnTheWay, statementProxy } from './statement-proxy.ts'

/** What was asked through the proxy, and what happens to it. */
const asked: string[] = []
let hold: OnTheWay['hold']
let store: Records
/** Has no heads in memory of what the other one writes. */
let reader: Records
const open = new AsyncDisposableStack()
beforeAll(async () => {
  const proxy = open.use(
    await statementProxy(servers().clickhouse.url, {
      hold: (query) => {
        asked.push(query)
        return hold?.(query)
      },
    }),
  )
  store = open.use(await startRecords(undefined, { clickhouse: proxy.url }))
  reader = open.use(await startRecords(store.at))
})
afterAll(() => open.disposeAsync())

const many = (from: number, to: number, fields = {}) =>
  Array.from({ length: to - from }, (_, i) => ({ id: `r${String(from + i).padStart(4, '0')}`, ...fields }))
const idsOf = (records: { id: string }[]) => records.map(({ id }) => id)
const headQueries = () => asked.filter((query) => query.includes('FROM record_head'))

/** The answers of an instance that has the heads in memory and of one that has not, which are the same. */
async function fromBoth(issues: ReturnType<typeof stream>, request: { ids: string[]; actions?: never[] }) {
  const limit = request.ids.length
  const here = await issues.list({ ...request, limit })
  const there = await stream(reader.records, issues.stream).list({ ...request, limit })
  expect(there).toEqual(here)
  return here.records as (ListedRecord & { n?: number })[]
}

test('100 ids of several parts come once each, in order of change, and only those of their stream', async () => {
  await sql(store, 'SYSTEM STOP MERGES record_log')
  const [issues, others] = [stream(store.records), stream(store.records)]
  for (let from = 0; from < 300; from += 50) {
    await issues.save(many(from, from + 50, { n: from }))
    await others.save(many(from, from + 50, { n: -1 }))
  }
  const wanted = idsOf(many(0, 300)).filter((_, i) => i % 3 === 0)
  asked.length = 0
  const records = await fromBoth(issues, { ids: [...wanted, ...wanted.slice(20).reverse(), 'absent'] })
  expect(idsOf(records as { id: string }[])).toEqual(wanted)
  expect(records.map(({ n }) => n)).toEqual(wanted.map((id) => Math.floor(Number(id.slice(1)) / 50) * 50))
  expect(headQueries()).toEqual([])
  await sql(store, 'SYSTEM START MERGES record_log')
})

test('more ids than are written as literals are found as well', async () => {
  const issues = stream(store.records)
  await issues.save(many(0, 1200))
  expect(await fromBoth(issues, { ids: idsOf(many(0, 1200)) })).toHaveLength(1200)
})

test('ids of changed, deleted, restored and pruned records tell what is there now', async () => {
  const issues = stream(store.records)
  const there = stream(reader.records, issues.stream)
  await issues.save(many(0, 5, { n: 0 }))
  const ids = idsOf(many(0, 5))
  await issues.save(many(0, 1, { n: 1 }))
  await issues.delete(['r0001', 'r0002'])
  await issues.save(many(2, 3, { n: 2 }))
  const state = async () =>
    (await fromBoth(issues, { ids })).map(({ id, n, _nango_metadata: { last_action, pruned_at } }) => {
      return [id, last_action, n, pruned_at !== null]
    })
  expect(await state()).toEqual([
    ['r0003', 'ADDED', 0, false],
    ['r0004', 'ADDED', 0, false],
    ['r0000', 'UPDATED', 1, false],
    ['r0001', 'DELETED', 0, false],
    ['r0002', 'ADDED', 2, false],
  ])
  const [third] = (await issues.list({ ids: ['r0003'] })).records
  expect(await there.prune(third?._nango_metadata.cursor ?? '')).toMatchObject({ count: 1 })
  expect((await state())[0]).toEqual(['r0003', 'ADDED', undefined, true])
  // Written by the other instance: the heads in memory are of an earlier commit.
  await there.save(many(4, 6, { n: 3 }))
  expect((await fromBoth(issues, { ids: ['r0004', 'r0005'] })).map(({ n }) => n)).toEqual([3, 3])
  await issues.save(many(3, 4, { n: 0 }))
  expect((await state())[0]).toEqual(['r0003', 'ADDED', 0, false])
})

test('an id longer than any record has is of no record', async () => {
  const issues = stream(store.records)
  const longest = '中'.repeat(1024)
  await issues.save([{ id: 'x'.repeat(1024) }, { id: longest }, { id: 'a' }])
  const ids = [1025, 1026, 3072, 4000].flatMap((length) => [
    'x'.repeat(length),
    'é'.repeat(length),
    '中'.repeat(length),
  ])
  expect(await fromBoth(issues, { ids })).toEqual([])
  expect((await fromBoth(issues, { ids: [...ids, longest, 'a', "a'\\"] })).map(({ id }) => id)).toEqual([
    'a',
    longest,
  ])
})

test('what a commit under way changes is not told before it is there', async () => {
  const issues = stream(store.records)
  await issues.save(many(0, 3, { n: 0 }))
  const inserting = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  hold = (query) => {
    if (!isCommit(query)) return undefined
    inserting.resolve()
    return held.promise
  }
  const deleting = issues.delete(['r0000', 'r0001'])
  await inserting.promise
  const ids = idsOf(many(0, 3))
  const actions: ('RECORD_ACTION_ADDED' | 'RECORD_ACTION_DELETED')[] = ['RECORD_ACTION_ADDED']
  const added = async () => idsOf((await issues.list({ ids, actions })).records as { id: string }[])
  try {
    expect(await added()).toEqual(ids)
  } finally {
    hold = undefined
    held.resolve()
  }
  await deleting
  expect(await added()).toEqual(['r0002'])
})
