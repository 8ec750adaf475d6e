import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brief, type Records, sql, startRecords, stream } from './harness.ts'

let store: Records
beforeAll(async () => {
  store = await startRecords()
})
afterAll(() => store[Symbol.asyncDispose]())
const fresh = () => stream(store.records)

test('the rows of an emptied stream are removed by the next instance that looks', async () => {
  const issues = fresh()
  await issues.save([{ id: `of ${issues.stream.connection}` }])
  await issues.empty()
  const rows = () => sql(store, `SELECT count() FROM record_log WHERE id = 'of ${issues.stream.connection}'`)
  expect(await rows()).toBe('1')
  await using _another = await startRecords(store.at)
  await eventually(async () => expect(await rows()).toBe('0'))
})

test('a stream whose state Redis has lost goes on where it was', async () => {
  const issues = fresh()
  await issues.save([{ id: 'old' }])
  await issues.empty()
  await issues.save([{ id: 'a', n: 1 }])
  const before = await issues.list()
  await using redis = store.redis()
  await redis.client.del(
    ...(await redis.client.keys(`${store.at}:{dev}:records:${issues.stream.connection}/*`)),
  )
  expect(await issues.list()).toEqual(before)
  expect(await issues.save([{ id: 'a', n: 2 }])).toMatchObject({ updated: 1 })
  expect(brief(await issues.all())).toEqual(['a UPDATED'])
  await expect(issues.deleteUnseen()).rejects.toMatchObject({ code: 'no_delete_tracking' })
})

test('health names what it depends on', async () => {
  expect(await store.service.health()).toEqual({ clickhouse: 'ok', redis: 'ok' })
})
