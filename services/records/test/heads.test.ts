import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Records, sql, startRecords, stream } from './harness.ts'

let store: Records
let other: Records
beforeAll(async () => {
  store = await startRecords()
  other = await startRecords(store.at)
})
afterAll(async () => {
  await store[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
})

const records = (n: number, version = 0) => Array.from({ length: n }, (_, i) => ({ id: `r${i}`, version }))

test('two instances save to one stream in turn: each knows what the other has changed', async () => {
  const here = stream(store.records)
  const there = stream(other.records, here.stream)
  expect(await here.save(records(50))).toMatchObject({ added: 50 })
  for (let version = 1; version < 8; version++) {
    expect(await there.save(records(50, version))).toMatchObject({ added: 0, updated: 50 })
    expect(await here.save(records(50, version))).toMatchObject({ unchanged: 50 })
    expect(await here.save(records(60, version))).toMatchObject({ added: version === 1 ? 10 : 0 })
    expect(await there.delete([`r${version}`])).toMatchObject({ deleted: 1 })
    expect(await here.save(records(50, version))).toMatchObject({ added: 1, unchanged: 49 })
  }
  expect(await here.count()).toMatchObject({ live: 60 })
  expect(await here.all(1000)).toHaveLength(60)
})

test('records that one instance saved again without a change are not deleted by another', async () => {
  const here = stream(store.records)
  const there = stream(other.records, here.stream)
  await here.begin()
  await here.save(records(6))
  await here.begin()
  await there.save([{ id: 'r0', version: 0 }], here.writer)
  await here.save([{ id: 'r1', version: 0 }])
  await there.save([{ id: 'r2', version: 0 }], here.writer)
  expect(await here.deleteUnseen()).toMatchObject({ deleted: 3 })
  expect((await here.all()).map(({ id }) => id)).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5'])
  expect(await here.count()).toMatchObject({ live: 3 })
  // From then on it knows again by itself.
  await here.begin()
  await here.save(records(2))
  expect(await here.deleteUnseen()).toMatchObject({ deleted: 1 })
})

test('an instance that comes later finds heads in their table and in the log alike', async () => {
  const issues = stream(store.records)
  await issues.save(records(200))
  await eventually(async () => expect(await indexed(issues)).toBe(200))
  await issues.save(records(100, 1))
  await using late = await startRecords(store.at)
  const same = stream(late.records, issues.stream)
  expect(await same.save(records(150, 1))).toMatchObject({ unchanged: 100, updated: 50 })
  // It has them in memory by now, or looks them up: the answers are the same.
  for (let n = 0; n < 10; n++) {
    expect(await same.save(records(200, 1))).toMatchObject({ updated: n === 0 ? 50 : 0 })
  }
  expect(await issues.save(records(201, 1))).toMatchObject({ added: 1, unchanged: 200 })
})

test('a stream that was pruned elsewhere is restored, and counted right', async () => {
  const here = stream(store.records)
  const there = stream(other.records, here.stream)
  await here.save(records(10))
  const { bytes } = (await here.count()) ?? {}
  const end = (await here.list()).records.at(-1)?._nango_metadata.cursor ?? ''
  expect(await there.prune(end)).toMatchObject({ count: 10 })
  expect(await here.count()).toEqual({ live: 10, bytes: 0 })
  expect(await here.save(records(10))).toMatchObject({ unchanged: 10 })
  expect(await here.count()).toEqual({ live: 10, bytes })
  expect(await there.save(records(10))).toMatchObject({ unchanged: 10 })
  expect((await there.list()).records[0]).toMatchObject({ version: 0 })
})

test('a stream that was emptied elsewhere starts again', async () => {
  const here = stream(store.records)
  const there = stream(other.records, here.stream)
  await here.save(records(10))
  await there.empty()
  expect(await here.count()).toEqual({ live: 0, bytes: 0 })
  expect(await here.save(records(10))).toMatchObject({ added: 10 })
})

test('where memory for heads is short, they are looked up', async () => {
  await using small = await startRecords(undefined, { env: { RECORDS_HEADS_MAX_BYTES: '20000' } })
  const streams = Array.from({ length: 20 }, () => stream(small.records))
  for (const version of [0, 1]) for (const each of streams) await each.save(records(100, version))
  for (const each of streams) {
    expect(await each.save([...records(50, 2), ...records(100, 1).slice(50)])).toMatchObject({
      added: 0,
      updated: 50,
      unchanged: 50,
    })
    expect(await each.count()).toMatchObject({ live: 100 })
  }
})

const indexed = async ({ stream }: ReturnType<typeof import('./harness.ts').stream>) =>
  Number(
    await sql(
      store,
      `SELECT count() FROM record_head FINAL WHERE stream IN (SELECT stream FROM streams WHERE connection = '${stream.connection}')`,
    ),
  )
