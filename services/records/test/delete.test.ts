import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Records, startRecords, stream } from './harness.ts'

let store: Records
beforeAll(async () => {
  store = await startRecords()
})
afterAll(() => store[Symbol.asyncDispose]())
const fresh = () => stream(store.records)

test('tens of thousands of records are deleted, each once, in a way that readers can follow', async () => {
  const issues = fresh()
  await issues.begin()
  for (let batch = 0; batch < 5; batch++) {
    await issues.save(Array.from({ length: 10_000 }, (_, i) => ({ id: `${batch}-${i}` })))
  }
  await issues.begin()
  await issues.save([{ id: '3-7' }])
  expect(await issues.deleteUnseen(true)).toMatchObject({ deleted: 49_999 })
  expect(await issues.count()).toMatchObject({ live: 1 })
  const records = await issues.all(5000)
  expect(records).toHaveLength(50_000)
  expect(new Set(records.map(({ id }) => id)).size).toBe(50_000)
})
