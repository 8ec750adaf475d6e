import { expect, test } from 'vitest'
import { startRecords } from './harness.ts'

test('a run hears what is not as in earlier runs of its sync, once; other syncs and streams do not', async () => {
  await using store = await startRecords()
  const note = async (sync: string, paths: string[], model = 'Issue') => {
    const stream = { environment: 'dev', connection: 'c', model, variant: 'base' }
    const fields = paths.map((path) => ({ path, types: ['string'], always: true }))
    const request = { stream, writer: { runId: 'r', sync, fence: 1 }, records: 20, fields }
    return (await store.records.noteShape(request)).drift
  }
  expect(await note('a', ['id', 'title'])).toEqual([])
  expect(await note('b', ['id'])).toEqual([])
  expect(await note('a', ['id'], 'Other')).toEqual([])
  expect(await note('a', ['id', 'name'])).toEqual(['new: name', 'missing: title'])
  expect(await note('a', ['id', 'name'])).toEqual([])
})
