import { afterAll, beforeAll, expect, test } from 'vitest'
import { brief, type Records, startRecords, stream } from './harness.ts'

let store: Records
beforeAll(async () => {
  store = await startRecords()
})
afterAll(() => store[Symbol.asyncDispose]())
const fresh = () => stream(store.records)

test('a save tells what is added, updated and unchanged, and is visible at once', async () => {
  const issues = fresh()
  expect(
    await issues.save([
      { id: 'a', n: 1 },
      { id: 'b', n: 1 },
    ]),
  ).toMatchObject({ added: 2, updated: 0, unchanged: 0 })
  expect(
    await issues.save([
      { id: 'a', n: 2 },
      { id: 'b', n: 1 },
    ]),
  ).toMatchObject({ added: 0, updated: 1, unchanged: 1 })
  const { records } = await issues.list()
  expect(brief(records)).toEqual(['b ADDED', 'a UPDATED'])
  expect(records[1]).toMatchObject({ id: 'a', n: 2 })
})

test('a record carries its payload as it was saved and its metadata', async () => {
  const issues = fresh()
  await issues.save([{ id: 7, title: 'Tür 🚪 "x" \\', nested: { list: [1, null, { a: true }] } }])
  const [record] = (await issues.list()).records
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(record).toEqual({
    id: 7,
    title: 'Tür 🚪 "x" \\',
    nested: { list: [1, null, { a: true }] },
    _nango_metadata: {
      first_seen_at: at,
      last_modified_at: at,
      last_action: 'ADDED',
      deleted_at: null,
      pruned_at: null,
      cursor: expect.any(String),
    },
  })
})
