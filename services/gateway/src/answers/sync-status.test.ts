import { type Run, Schedule } from '@syncline/proto'
import { expect, test } from 'vitest'
import { syncStatus } from './sync-status.ts'

const AT = 1_700_000_000_000

const run = (fields: Partial<Run>): Run => ({
  id: 'run-1',
  state: 'RUN_STATE_ENDED',
  attempt: 1,
  cause: 'schedule',
  requestedAtMs: AT,
  startedAtMs: AT + 1000,
  finishedAtMs: AT + 2000,
  outcome: 'RUN_OUTCOME_SUCCESS',
  error: '',
  counts: [{ model: 'Issue', added: 3, updated: 1, deleted: 0 }],
  runner: 'runner-1',
  sandbox: 'oswall',
  lastLines: [],
  parked: '',
  fruitlessAttempts: 0,
  ...{ providerConfigKey: '', connectionId: '', sync: '', variant: '', version: '', takenAtMs: 0 },
  ...fields,
})

const statusOf = (fields: Partial<Schedule>) =>
  syncStatus(
    {
      ...Schedule.decode(new Uint8Array()),
      state: 'SCHEDULE_STATE_STARTED',
      nextAtMs: AT + 60_000,
      ...fields,
    },
    { Issue: 842 },
  )

const running = run({ state: 'RUN_STATE_RUNNING', finishedAtMs: 0, outcome: 'RUN_OUTCOME_UNSPECIFIED' })
const queued = run({
  state: 'RUN_STATE_QUEUED',
  startedAtMs: 0,
  finishedAtMs: 0,
  outcome: 'RUN_OUTCOME_UNSPECIFIED',
})

test('a success has an end, a result and a next run', () => {
  expect(statusOf({ lastRun: run({}), frequency: 'every hour', checkpoint: '{"since":"x"}' })).toMatchObject({
    status: 'SUCCESS',
    type: 'INCREMENTAL',
    latestExecutionStatus: 'SUCCESS',
    finishedAt: '2023-11-14T22:13:22.000Z',
    nextScheduledSyncAt: '2023-11-14T22:14:20.000Z',
    frequency: 'every hour',
    latestResult: { Issue: { added: 3, updated: 1, deleted: 0 } },
    recordCount: { Issue: 842 },
    checkpoint: { since: 'x' },
    lastRun: { id: 'run-1', reason: null, error: null },
  })
})

test('what a run that succeeded reports is a warning, not an error', () => {
  expect(statusOf({ lastRun: run({ error: 'nothing was deleted' }) })).toMatchObject({
    status: 'SUCCESS',
    latestExecutionStatus: 'SUCCESS',
    lastRun: { reason: null, error: null, warning: 'nothing was deleted' },
  })
})

test('a sync that never ran is a success without end and result', () => {
  const status = statusOf({})
  expect(status).toMatchObject({ status: 'SUCCESS', type: 'INITIAL', lastRun: null, checkpoint: null })
  for (const field of ['finishedAt', 'latestResult', 'latestExecutionStatus'])
    expect(status).not.toHaveProperty(field)
})

test.each([
  ['RUN_OUTCOME_FAILED', 'failed'],
  ['RUN_OUTCOME_CANCELLED', 'cancelled'],
  ['RUN_OUTCOME_TIMED_OUT', 'timed_out'],
  ['RUN_OUTCOME_OUT_OF_MEMORY', 'out_of_memory'],
  ['RUN_OUTCOME_LOST', 'lost'],
] as const)('after %s the status is ERROR because it %s', (outcome, reason) => {
  expect(statusOf({ lastRun: run({ outcome, error: 'why' }) })).toMatchObject({
    status: 'ERROR',
    latestExecutionStatus: 'STOPPED',
    finishedAt: expect.any(String),
    lastRun: { reason, error: 'why' },
  })
})

test.each([
  ['runs', running, 'running'],
  ['waits for a runner', queued, 'queued'],
] as const)('while it %s the status is RUNNING, paused or not, and has no end', (_, lastRun, state) => {
  for (const schedule of ['SCHEDULE_STATE_STARTED', 'SCHEDULE_STATE_PAUSED'] as const) {
    const status = statusOf({ state: schedule, lastRun })
    expect(status).toMatchObject({ status: 'RUNNING', latestExecutionStatus: 'RUNNING', lastRun: { state } })
    expect(status).not.toHaveProperty('finishedAt')
  }
})

test('a paused sync has no next run, whatever the last one was', () => {
  for (const lastRun of [undefined, run({}), run({ outcome: 'RUN_OUTCOME_FAILED' })]) {
    expect(statusOf({ state: 'SCHEDULE_STATE_PAUSED', lastRun })).toMatchObject({
      status: 'PAUSED',
      nextScheduledSyncAt: null,
    })
  }
})

test('a run that waits for its API is queued, and says until when and why', () => {
  const throttled = { times: 3, untilMs: AT + 600_000, reason: 'GET /items: answered 429' }
  expect(statusOf({ lastRun: { ...queued, startedAtMs: AT, throttled } })).toMatchObject({
    status: 'RUNNING',
    lastRun: {
      state: 'queued',
      reason: null,
      throttled: { times: 3, until: '2023-11-14T22:23:20.000Z', reason: 'GET /items: answered 429' },
    },
  })
})

test('a schedule that is blocked is STOPPED with its reason; PAUSED, if somebody paused it', () => {
  const blocked = { reason: 'needs_reauth', message: 'invalid_grant', since: '2023-11-14T22:13:20.000Z' }
  expect(statusOf({ blocked, lastRun: run({ outcome: 'RUN_OUTCOME_FAILED' }) })).toMatchObject({
    status: 'STOPPED',
    nextScheduledSyncAt: null,
    blocked,
  })
  expect(statusOf({ blocked, state: 'SCHEDULE_STATE_PAUSED' })).toMatchObject({ status: 'PAUSED', blocked })
  expect(statusOf({})).toMatchObject({ blocked: null })
})

test('freshness, failures and why it was paused come with the status', () => {
  expect(statusOf({})).toMatchObject({
    freshness: { lastSuccessAt: null, freshUntil: null, stale: null },
    failures: 0,
    pausedBecause: null,
  })
  const freshness = {
    lastSuccessMs: AT,
    freshUntilMs: AT + 60_000,
    reason: 'STALE_REASON_ENVIRONMENT_FULL' as const,
    sinceMs: AT + 30_000,
    untilMs: 0,
    message: 'its run waits',
  }
  expect(statusOf({ freshness, failures: 5, pausedBecause: '5 runs failed' })).toMatchObject({
    freshness: {
      lastSuccessAt: '2023-11-14T22:13:20.000Z',
      freshUntil: '2023-11-14T22:14:20.000Z',
      stale: {
        reason: 'environment_full',
        since: '2023-11-14T22:13:50.000Z',
        until: null,
        message: 'its run waits',
      },
    },
    failures: 5,
    pausedBecause: '5 runs failed',
  })
})

test('a run that is parked says so', () => {
  const parked = "the quota of 'github' is used up"
  expect(statusOf({ lastRun: { ...running, parked } })).toMatchObject({
    status: 'RUNNING',
    lastRun: { state: 'running', parked },
  })
})
