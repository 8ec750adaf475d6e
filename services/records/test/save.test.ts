import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Records, startRecords, stream } from './harness.ts'

let store: Records
beforeAll(async () => {
  store = await startRecords()
})
afterAll(() => store[Symbol.asyncDispose]())
const fresh = () => stream(store.records)

test('a batch of many megabytes becomes visible at one instant', async () => {
  const issues = fresh()
  const text = 'x'.repeat(30_000)
  await issues.save(Array.from({ length: 2000 }, (_, i) => ({ id: `r${i}`, text })))
  const { records } = await issues.list({ limit: 5 })
  const instants = (await issues.all(500)).map((record) => record._nango_metadata.last_modified_at)
  expect(records).toHaveLength(5)
  expect(instants).toHaveLength(2000)
  expect(new Set(instants).size).toBe(1)
})
