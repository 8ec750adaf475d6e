import { expect, test } from 'vitest'
import { ModelChanges } from './model-changes.ts'
import { ModelPreview } from './preview-result.ts'

const sizes = { before: 0, after: 0 }

test('everything is counted; of records only as many samples are kept as were asked for', () => {
  const changes = new ModelChanges({ model: 'Issue', samples: 1 })
  for (const id of ['1', '2']) {
    changes.added(id, () => `{"id":"${id}"}`)
    changes.updated(id, { id, title: 'a', state: 'open' }, { id, title: 'b', state: 'open' })
    changes.deleted(id, () => undefined)
  }
  changes.updated('3', { id: '3', state: 'open' }, { id: '3', state: 'closed' })
  changes.updated('4', undefined, { id: '4' })
  changes.unchanged(7)
  const result = changes.result({ before: 9, after: 9 })
  expect(ModelPreview.parse(result)).toEqual(result)
  expect(result).toEqual({
    ...{
      model: 'Issue',
      added: 2,
      updated: 4,
      unchanged: 7,
      deleted: 2,
      records_before: 9,
      records_after: 9,
    },
    updated_fields: [
      { field: 'title', count: 2 },
      { field: 'state', count: 1 },
    ],
    deletion: null,
    samples: {
      added: [{ id: '1', record: { id: '1' } }],
      updated: [{ id: '1', changes: [{ field: 'title', before: 'a', after: 'b' }] }],
      deleted: [{ id: '1', record: null }],
    },
  })
})

test('the names of fields and the bytes of samples are bounded', () => {
  const changes = new ModelChanges({ model: 'Issue', samples: 10 })
  const wide = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f${i}`, i]))
  changes.updated('1', {}, wide)
  for (const id of ['1', '2', '3']) changes.added(id, () => JSON.stringify({ id, text: 'x'.repeat(120_000) }))
  const { updated_fields, samples } = changes.result(sizes)
  expect(updated_fields).toHaveLength(200)
  expect(updated_fields[0]).toEqual({ field: '(other fields)', count: 301 })
  expect(samples.updated[0]?.changes).toHaveLength(50)
  expect(samples.added.map(({ record }) => record !== null)).toEqual([true, true, false])
})
