import { expect, test } from 'vitest'
import { startRecords } from './harness.ts'
import { openPreview } from './preview-calls.ts'

test('a run hears what is not as in earlier runs of its sync, once, and its preview before; other syncs and streams do not', async () => {
  await using store = await startRecords()
  const streamOf = (model: string) => ({ environment: 'dev', connection: 'c', model, variant: 'base' })
  await using preview = await openPreview(store.records, [streamOf('Issue')])
  const note = async (sync: string, paths: string[], model = 'Issue', records = store.records) => {
    const stream = streamOf(model)
    const fields = paths.map((path) => ({ path, types: ['string'], always: true }))
    const request = { stream, writer: { runId: 'r', sync, fence: 1 }, records: 20, fields }
    return (await records.noteShape(request)).drift
  }
  expect(await note('a', ['id', 'title'])).toEqual([])
  expect(await note('b', ['id'])).toEqual([])
  expect(await note('a', ['id'], 'Other')).toEqual([])
  const drift = ['new: name', 'missing: title']
  expect(await note('a', ['id', 'name'], 'Issue', preview.records)).toEqual(drift)
  expect(await note('a', ['id', 'name'])).toEqual(drift)
  expect(await note('a', ['id', 'name'])).toEqual([])
})
