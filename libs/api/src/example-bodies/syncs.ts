import {
  accepted,
  askedRuns,
  command,
  failedRun,
  listedRun,
  model,
  owner,
  runError,
  schedule,
  staleSchedule,
  status,
  sync,
} from './story.ts'

const syncs = { ...owner, syncs: [sync] }
const VARIANT = 'closed-only'

const limit = { max_runs: null, running: 1, waiting: 0, weight: 1 }

export const syncExamples = {
  triggerSyncs: { body: { ...syncs, opts: { reset: false } }, 200: askedRuns, 202: accepted },
  startSyncs: { body: syncs, 200: askedRuns, 202: accepted },
  pauseSyncs: { body: syncs, 202: accepted },
  cancelSyncs: { body: syncs, 200: { cancelled: 1 }, 202: accepted },
  getSyncStatus: { 200: { syncs: [status], next_cursor: null } },
  updateFrequency: {
    body: { ...owner, sync_name: sync, frequency: 'every 5 minutes' },
    200: { frequency: 'every 5 minutes' },
    202: accepted,
  },
  createVariant: {
    body: owner,
    200: { id: 'd3b07384d113edec49eaa623', name: sync, variant: VARIANT },
    202: accepted,
  },
  deleteVariant: { body: owner, 202: accepted },
  listSchedules: { 200: { schedules: [schedule], next_cursor: null, total: 1, unavailable: [] } },
  countSchedules: {
    200: {
      ...{ total: 3, started: 2, paused: 1, blocked: 0, queued: 0, running: 1, failing: 1 },
      ...{ fresh: 2, stale: 1 },
      reasons: { paused: 1 },
      integrations: [{ provider_config_key: owner.provider_config_key, total: 3, stale: 1 }],
      syncs: [
        { provider_config_key: owner.provider_config_key, sync_name: sync, version: '1', total: 3, stale: 1 },
      ],
      versions: [{ version: '1', total: 3, stale: 1 }],
      unavailable: [],
    },
  },
  actOnSchedules: {
    body: { action: 'pause', ids: [status.id, 'd3b07384d113edec49eaa623'] },
    200: {
      results: [
        { id: status.id, done: true },
        {
          id: 'd3b07384d113edec49eaa623',
          error: { code: 'not_found', message: "there is no schedule 'd3b07384d113edec49eaa623'" },
        },
      ],
    },
    202: accepted,
  },
  setCheckpoint: {
    body: { ...owner, sync_name: sync, checkpoint: status.checkpoint },
    200: { checkpoint: status.checkpoint },
    202: accepted,
  },
  listScheduleActivity: {
    200: {
      days: ['2026-11-25', '2026-11-26'],
      schedules: [{ id: schedule.id, changes: [31, 1], runs: [2880, 1261], failures: [0, 1] }],
    },
  },
  getWhy: {
    200: {
      schedule: staleSchedule,
      skipped: [
        {
          first: '2026-11-26T10:30:30.000Z',
          last: '2026-11-26T10:35:00.000Z',
          count: 10,
          reason: 'needs_reauth',
        },
      ],
      runs: [listedRun, failedRun],
      unavailable: [],
    },
  },
}

export const runExamples = {
  listRuns: { 200: { runs: [listedRun, failedRun], next_cursor: null, unavailable: [] } },
  listErrors: {
    200: {
      ...{ from: '2026-11-19T10:30:00.000Z', to: '2026-11-26T10:30:00.000Z' },
      ...{ errors: [runError], total: 1, next_cursor: null },
    },
  },
  getStats: {
    200: {
      step_seconds: 300,
      points: [
        {
          at: '2026-11-26T10:30:00.000Z',
          runs: { success: 9, failed: 1 },
          records: { added: 0, updated: 1, deleted: 0 },
          wait_ms: { p50: 41, p99: 112 },
          duration_ms: { p50: 2166, p99: 3020 },
        },
      ],
    },
  },
  getRun: { 200: listedRun },
  listRunChanges: {
    200: {
      changes: [{ model, id: '3', action: 'UPDATED', at: '2026-11-26T10:30:02.118Z', bytes: 78 }],
      next_cursor: null,
    },
  },
  listAttempts: {
    200: {
      attempts: [
        {
          ...{
            attempt: 1,
            runner: 'runner-1/7/2f9c4b1a',
            sandbox: listedRun.sandbox,
            error: failedRun.error,
          },
          ...{
            started_at: '2026-11-26T10:30:00.000Z',
            ended_at: '2026-11-26T10:30:04.000Z',
            outcome: 'failed',
          },
          ...{ version: '1.0.0', bundle: 'f8c3bf28b237b6bd2d0cbb1f2e2ba6a0' },
          phases: { queued_ms: 12, begin_ms: 35, function_ms: 3810, saves_ms: 95, settle_ms: 60 },
          calls: [
            {
              ...{ host: 'api.github.com', status: 200, count: 12, retries: 1 },
              ...{ wait_ms: 1000, total_ms: 2100, max_ms: 310 },
            },
          ],
          batches: [{ model: 'GithubIssue', calls: 2, records: 120, bytes: 91_000, ms: 95 }],
          checkpoint: { before: null, after: { page: 3 } },
          position: {
            ...{ file: 'issues.ts', line: 12, column: 11 },
            source: [{ line: 12, text: '    throw new Error(`page ${page} has no issues`)' }],
          },
        },
      ],
    },
  },
  listLogs: {
    200: {
      lines: [{ at: '2026-11-26T10:30:01.000Z', level: 'info', message: '1 issue has changed' }],
      next_cursor: '1.0',
    },
  },
  cancelRun: { 200: { cancelled: 1 }, 202: accepted },
  getCommand: { 200: { id: command, state: 'done', result: askedRuns } },
  diagnose: {
    200: {
      ...{ state: 'warning', version: '1.0.0', now: '2026-11-26T10:30:03.000Z' },
      checks: [
        { name: 'nats', state: 'ok', message: '2.12.1, answers in 1 ms', advice: null },
        {
          ...{ name: 'clocks', state: 'warning', message: 'against the gateway: Redis +612 ms' },
          advice: 'synchronize the clocks of all machines (chrony, systemd-timesyncd)',
        },
      ],
    },
  },
  getCapacity: {
    200: {
      environment: { ...limit, name: 'dev', max_runs: 100 },
      integrations: [{ ...limit, name: owner.provider_config_key }],
      syncs: [{ ...limit, name: `${owner.provider_config_key}/${sync}` }],
      runners: [
        {
          id: 'host/4711/1a2b3c',
          sandbox: 'namespaced',
          slots: 50,
          reserved_slots: 5,
          busy: 1,
          seen_at: '2026-11-26T10:30:03.000Z',
        },
      ],
      waiting: {
        lanes: { triggered: 0, first: 0, fresh: 0 },
        reasons: { environment_full: 0, integration_full: 0, no_runner: 0 },
      },
    },
  },
}

const call = { id: '0198b7a2-5d1e-7c3a-8f4b-2a6d8e1c7b90' }

export const actionExamples = {
  triggerAction: {
    body: { action_name: 'create-issue', input: { title: 'The door squeaks' } },
    200: { number: 4 },
    202: { ...call, statusUrl: `/action/${call.id}` },
  },
  getActionResult: { 200: { number: 4 } },
}
