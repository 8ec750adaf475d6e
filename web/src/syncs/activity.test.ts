import type { Schedule } from '@syncline/api'
import { expect, test } from 'vitest'
import { activityOf, recordsOf, syncOf } from './activity.ts'

const run = {
  ...{ id: 'r', state: 'ended', reason: null, error: null, warning: null, attempt: 1, fruitlessAttempts: 0 },
  ...{ cause: 'schedule', requestedAt: '', startedAt: null, finishedAt: null, result: {}, sandbox: null },
  ...{ lastLines: [], throttled: null, parked: null },
} satisfies Schedule['lastRun']
const throttled = { times: 1, until: '2026-01-01T00:00:00.000Z', reason: 'quota' }
const blocked = { reason: 'needs_reauth', message: '401', since: '' } as const

test.each([
  ['running', { status: 'RUNNING', lastRun: { ...run, state: 'running' }, blocked: null }],
  ['parked', { status: 'RUNNING', lastRun: { ...run, state: 'running', parked: 'quota' }, blocked: null }],
  ['queued', { status: 'RUNNING', lastRun: { ...run, state: 'queued' }, blocked: null }],
  ['throttled', { status: 'RUNNING', lastRun: { ...run, state: 'queued', throttled }, blocked: null }],
  ['running', { status: 'PAUSED', lastRun: { ...run, state: 'running' }, blocked }],
  ['paused', { status: 'PAUSED', lastRun: run, blocked }],
  ['blocked', { status: 'STOPPED', lastRun: run, blocked }],
  ['waiting', { status: 'SUCCESS', lastRun: run, blocked: null }],
  ['waiting', { status: 'SUCCESS', lastRun: null, blocked: null }],
  ['unknown', { status: null, lastRun: null, blocked: null }],
] as const)('what a schedule does now: %s', (activity, schedule) => {
  expect(activityOf(schedule)).toBe(activity)
})

test('a sync is named with its variant', () => {
  expect(syncOf('issues')).toEqual({ name: 'issues', variant: 'base' })
  expect(syncOf('issues::team-a')).toEqual({ name: 'issues', variant: 'team-a' })
})

test('records of all models are counted, unless nobody knows them', () => {
  expect(recordsOf({ recordCount: { A: 2, B: 3 } })).toBe(5)
  expect(recordsOf({ recordCount: null })).toBeNull()
})
