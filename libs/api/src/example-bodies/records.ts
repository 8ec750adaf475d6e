import { cursor, failedRun, model, owner, record, run, success, sync } from './story.ts'

const held = {
  ...owner,
  model,
  variant: 'base',
  at: '2026-11-26T10:30:02.118Z',
  run_id: 'b1946ac92492d2347c6235b8-42',
  unseen: 96,
  live: 128,
  reason: 'guard',
  incomplete: null,
  released: false,
}
const newer = {
  ...record,
  _nango_metadata: { ...record._nango_metadata, run_id: run.id, bytes: 78 },
}
const older = {
  ...record,
  title: 'A title',
  _nango_metadata: { ...record._nango_metadata, last_action: 'ADDED', run_id: failedRun.id, bytes: 71 },
}

export const recordExamples = {
  listRecords: { 200: { records: [record], next_cursor: null } },
  getRecord: { 200: record },
  countRecords: {
    200: {
      counts: [
        {
          provider_config_key: owner.provider_config_key,
          model,
          connections: 1,
          records: 128,
          bytes: 65_536,
        },
      ],
    },
  },
  listStreams: {
    200: {
      streams: [
        {
          ...owner,
          ...{ model, variant: 'base', sync_name: sync },
          ...{ records: 128, bytes: 65_536, last_modified_at: '2026-11-26T10:30:02.118Z' },
        },
      ],
      next_cursor: null,
    },
  },
  getRecordHistory: { 200: { records: [newer, older], next_cursor: null } },
  pruneRecords: { body: { model, until_cursor: cursor, limit: 1000 }, 200: { count: 128, has_more: false } },
  listHeldDeletions: { 200: { deletions: [held], next_cursor: null } },
  releaseHeldDeletion: { body: { ...owner, model }, 200: { ...held, released: true } },
}

export const variableExamples = {
  listVariables: { 200: [{ name: 'GITHUB_ORG', value: 'acme' }] },
  setVariable: { body: { value: 'acme' }, 200: success },
  deleteVariable: { 200: success },
}

const healthy = { status: 'ok', checks: { nats: 'ok', redis: 'ok', records: 'ok', scheduler: 'ok' } }
const failing = { status: 'failing', checks: { ...healthy.checks, records: 'records does not answer' } }

export const healthExamples = {
  health: { 200: healthy, 503: failing },
  readiness: { 200: healthy, 503: failing },
  liveness: { 200: { status: 'ok' } },
}
