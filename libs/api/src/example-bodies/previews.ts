import { command, model, owner, success, sync } from './story.ts'

const id = command
const result = {
  outcome: 'success',
  error: null,
  duration_ms: 1840,
  models: [
    {
      model,
      added: 2,
      updated: 1,
      unchanged: 125,
      deleted: 0,
      updated_fields: [{ field: 'title', count: 1 }],
      records_before: 126,
      records_after: 128,
      deletion: { unseen: 0, of: 128, held_back: null },
      samples: {
        added: [{ id: '129', record: { id: '129', number: 129, title: 'The door squeaks', state: 'open' } }],
        updated: [{ id: '3', changes: [{ field: 'title', before: 'A title', after: 'A better title' }] }],
        deleted: [],
      },
    },
  ],
  requests: {
    count: 2,
    failed: 0,
    by_url: [{ method: 'GET', url: '/repos/acme/shop/issues', count: 2, statuses: { '200': 2 } }],
  },
  checkpoint: { before: { since: '2026-11-26T10:30:00.000Z' }, after: { since: '2026-11-26T10:35:00.000Z' } },
  metadata: null,
  warnings: [],
  not_done: [],
  logs: [{ at: '2026-11-26T10:35:00.412Z', level: 'info', message: 'page 1' }],
}

export const previewExamples = {
  createPreview: {
    body: {
      ...owner,
      sync,
      bundle: "'use strict'; module.exports = { default: { type: 'sync' } }",
      models: [model],
      limit: 1000,
    },
    202: { id },
  },
  getPreview: { 200: { id, state: 'ended', progress: null, result, error: null } },
  getPreviewRecording: {
    200: {
      version: 1,
      integration: owner.provider_config_key,
      sync,
      clock: '2026-11-26T10:35:00.000Z',
      connection: {},
      exchanges: [
        {
          kind: 'http',
          request: { method: 'GET', endpoint: '/repos/acme/shop/issues' },
          response: { status: 200, body: { json: [{ number: 129, title: 'The door squeaks' }] } },
        },
      ],
    },
  },
  cancelPreview: { 200: success },
}
