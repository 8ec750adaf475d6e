import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { heldKey, stateKey } from '../src/stream/identity.ts'
import { type Records, startRecords, stream } from './harness.ts'

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

const records = (n: number) => Array.from({ length: n }, (_, i) => ({ id: `r${i}` }))

test('a mark and a release are of the stream, whichever instance is asked', async () => {
  const here = stream(store.records)
  const there = stream(other.records, here.stream)
  await here.begin()
  await here.save(records(90))
  await here.begin()
  await here.trackDeletes()
  await there.markIncomplete('page 2 answered 500', here.writer)
  expect(await here.endTrackingDeletes()).toMatchObject({
    deleted: 0,
    warning: expect.stringContaining('page 2 answered 500'),
  })
  expect(await there.held()).toMatchObject({ unseen: 90, live: 90, incomplete: 'page 2 answered 500' })
  await here.begin()
  await here.deleteUnseen()
  await there.release()
  await here.begin()
  expect(await here.deleteUnseen()).toMatchObject({ deleted: 90 })
  expect(await there.held()).toBeUndefined()
})

test('a record that could not be saved is seen for an instance without heads in memory too', async () => {
  const issues = stream(store.records)
  await issues.begin()
  await issues.save(records(8))
  await issues.begin()
  await issues.save(records(5))
  await issues.see(['r6', 'never'])
  await using late = await startRecords(store.at)
  const { stream: same, writer } = issues
  expect(await late.records.deleteUnseen({ stream: same, writer })).toMatchObject({ deleted: 2 })
  expect((await issues.list({ ids: ['r6'] })).records).toMatchObject([
    { _nango_metadata: { last_action: 'ADDED' } },
  ])
})

test('a released deletion that was cut off goes on in the next call, and after it the guard is back', async () => {
  const issues = stream(store.records)
  const size = 20_000
  await issues.begin()
  await issues.save(records(size))
  await issues.begin()
  await issues.trackDeletes()
  expect(await issues.endTrackingDeletes()).toMatchObject({ deleted: 0 })
  await issues.release()
  await issues.begin()
  await issues.trackDeletes()
  const { stream: same, writer } = issues
  const caller = new AbortController()
  const cutOff = store.records.endTrackingDeletes({ stream: same, writer }, { signal: caller.signal })
  const failed = expect(cutOff).rejects.toThrow()
  await eventually(async () => expect((await issues.count())?.live).toBeLessThan(size))
  caller.abort()
  await failed
  const left = (await issues.count())?.live ?? 0
  expect(left).toBeGreaterThan(0)
  expect(await issues.held()).toMatchObject({ unseen: size, released: true })
  expect(await issues.endTrackingDeletes()).toMatchObject({ deleted: expect.any(Number), warning: '' })
  expect(await issues.count()).toMatchObject({ live: 0 })
  expect(await issues.held()).toBeUndefined()
  await issues.save(records(90))
  await issues.begin()
  expect(await issues.deleteUnseen()).toMatchObject({
    deleted: 0,
    warning: expect.stringContaining('90 of the 90'),
  })
})

test('a stream whose state has expired is not listed, and its name does not stay', async () => {
  const environment = `env-${crypto.randomUUID()}`
  const issues = stream(store.records, { environment })
  await issues.begin()
  await issues.save(records(20))
  await issues.begin()
  await issues.deleteUnseen()
  await using redis = store.redis()
  const names = () => redis.client.zcard(heldKey(store.at, environment))
  expect(await names()).toBe(1)
  await redis.client.del(stateKey(store.at, issues.stream))
  expect(await issues.held()).toBeUndefined()
  expect(await names()).toBe(0)
  // What the store finds again it lists again.
  await issues.begin()
  await issues.deleteUnseen()
  expect(await issues.held()).toMatchObject({ unseen: 20 })
})
