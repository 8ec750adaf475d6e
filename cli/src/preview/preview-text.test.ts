import type { PreviewResult } from '@syncline/sdk'
import { expect, test } from 'vitest'
import { previewText } from './preview-text.ts'

const result: PreviewResult = {
  ...{ outcome: 'success', error: null, duration_ms: 1840, metadata: null },
  models: [
    {
      ...{ model: 'Issue', added: 2, updated: 11, unchanged: 125, deleted: 0 },
      updated_fields: [
        { field: 'title', count: 11 },
        { field: 'user.name', count: 2 },
      ],
      ...{ records_before: 136, records_after: 138 },
      deletion: { unseen: 100, of: 138, held_back: 'nothing was deleted: it is most of it' },
      samples: {
        added: [
          { id: '7', record: null },
          { id: '8', record: null },
        ],
        updated: [{ id: '3', changes: [{ field: 'title', before: 'a', after: 'x'.repeat(100) }] }],
        deleted: [],
      },
    },
  ],
  requests: { count: 3, failed: 1, by_url: [{ method: 'GET', url: '/issues', count: 3, statuses: {} }] },
  checkpoint: { before: null, after: { page: 2 } },
  ...{ warnings: ['one'], not_done: ['triggerSync'], logs: [] },
}

test('a preview is a block for each model, then what it asked, kept and left out', () => {
  expect(previewText(result)).toBe(`Issue: 136 records, 138 afterwards
  added        2  7, 8
  updated     11  3, …
              11  title: "a" → "${'x'.repeat(58)}…
               2  user.name
  unchanged  125
  deleted      0
  held back: nothing was deleted: it is most of it

Requests: 3, of which 1 failed (3 × GET /issues)
Checkpoint: none → {"page":2}
Not done: triggerSync

Warning: one

It ended successfully after 1.8 s. Nothing was changed.`)
})

test('of one that failed it says why and where, and shows the end of its log', () => {
  const error = { message: 'page 2 is broken', source: 'acme/syncs/list.ts:14:9', stack: null }
  const logs = [{ at: '2026-11-26T10:35:00.412Z', level: 'warn' as const, message: 'slow' }]
  const text = previewText({
    ...result,
    outcome: 'failed',
    error,
    logs,
    models: [],
    warnings: [],
    not_done: [],
  })
  expect(text).toContain(
    'warn  slow\n\nFailed: page 2 is broken\n  at acme/syncs/list.ts:14:9\nIt took 1.8 s.',
  )
})
