import { expect, test } from 'vitest'
import { brief, type ListedRecord, startRecords, stream } from './harness.ts'

test('the same batch saved five times at the same time is added once', async () => {
  await using store = await startRecords()
  await using other = await startRecords(store.at)
  const issues = stream(store.records)
  const elsewhere = stream(other.records, issues.stream)
  const batch = Array.from({ length: 100 }, (_, i) => ({ id: `r${i}` }))
  const saves = await Promise.all(
    [issues, elsewhere, issues, elsewhere, issues].map((each) => each.save(batch)),
  )
  expect(saves.map(({ added }) => added).toSorted()).toEqual([0, 0, 0, 0, 100])
  expect(saves.map(({ unchanged }) => unchanged).toSorted()).toEqual([0, 100, 100, 100, 100])
  expect(await issues.count()).toMatchObject({ live: 100 })
  expect(brief(await issues.all())).toHaveLength(100)
})

test('while two instances write one stream, a reader who follows cursors misses nothing', async () => {
  await using store = await startRecords()
  await using other = await startRecords(store.at)
  const issues = stream(store.records)
  const writers = [store, other, store, other].map(({ records }) => stream(records, issues.stream))
  let writing = true
  const written = Promise.all(
    writers.map(async (writer, w) => {
      for (let n = 0; n < 25; n++) {
        // Ids that sort against the order of writing: a reader can't be right by luck.
        await writer.save(Array.from({ length: 10 }, (_, i) => ({ id: `${99 - n}-${i}-${w}` })))
      }
    }),
  ).finally(() => {
    writing = false
  })

  const seen: ListedRecord[] = []
  for (let cursor = ''; ; ) {
    const last = !writing
    const { records } = await issues.list({ cursor, limit: 17 })
    seen.push(...records)
    cursor = records.at(-1)?._nango_metadata.cursor ?? cursor
    if (last && records.length === 0) break
  }
  await written
  expect(seen).toHaveLength(1000)
  expect(new Set(seen.map(({ id }) => id)).size).toBe(1000)
})

test('streams emptied while they are written to end up with what was saved after', async () => {
  await using store = await startRecords()
  const issues = stream(store.records)
  const saves = Array.from({ length: 10 }, (_, n) => issues.save([{ id: `before ${n}` }]))
  await Promise.all([...saves, issues.empty()])
  await issues.empty()
  await issues.save([{ id: 'after' }])
  expect(brief(await issues.all())).toEqual(['after ADDED'])
  expect(await issues.count()).toMatchObject({ live: 1 })
})
