import { cloudEvent, type EventData } from '@syncline/events'
import { expect, test } from 'vitest'
import { runFactOf } from './run-fact.ts'

const ended = (changes: Partial<EventData<'run.ended'>> = {}) =>
  cloudEvent({
    id: '5-0',
    type: 'run.ended',
    environment: 'dev',
    at: 0,
    data: {
      schedule: 's1',
      provider_config_key: 'github',
      connection_id: 'user-1',
      sync: 'issues',
      variant: 'base',
      run: 's1-7',
      attempt: 2,
      cause: 'schedule',
      outcome: 'failed',
      error: 'record 7 has no id',
      result: { Issue: { added: 1, updated: 2, deleted: 3 }, Label: { added: 10, updated: 20, deleted: 30 } },
      version: '0.1.0',
      requested_at: '2027-01-15T07:59:55.000Z',
      started_at: null,
      finished_at: '2027-01-15T08:00:00.000Z',
      ...changes,
    },
  })

test('a row is what its event says', () => {
  expect(runFactOf(ended())).toEqual({
    environment: 'dev',
    finishedAt: Date.parse('2027-01-15T08:00:00.000Z'),
    runId: 's1-7',
    schedule: 's1',
    integration: 'github',
    connection: 'user-1',
    sync: 'issues',
    variant: 'base',
    cause: 'schedule',
    outcome: 'failed',
    requestedAt: Date.parse('2027-01-15T07:59:55.000Z'),
    startedAt: 0,
    attempts: 2,
    version: '0.1.0',
    error: 'record 7 has no id',
    message: 'record <number> has no id',
    fingerprint: expect.any(BigInt),
    added: 11,
    updated: 22,
    deleted: 33,
    result: '{"Issue":{"added":1,"updated":2,"deleted":3},"Label":{"added":10,"updated":20,"deleted":30}}',
  })
  expect(runFactOf(ended({ started_at: '2027-01-15T07:59:56.000Z' })).startedAt).toBe(
    Date.parse('2027-01-15T07:59:56.000Z'),
  )
})

test('errors that differ in ids have one fingerprint; another sync, integration, outcome or cause has another', () => {
  const fingerprint = (changes: Partial<EventData<'run.ended'>>) => runFactOf(ended(changes)).fingerprint
  const one = fingerprint({})
  expect(one).not.toBe(0n)
  expect(fingerprint({ error: 'record 8 has no id', connection_id: 'user-2', version: '0.2.0' })).toBe(one)
  const others = [
    fingerprint({ sync: 'labels' }),
    fingerprint({ provider_config_key: 'gitlab' }),
    fingerprint({ outcome: 'lost' }),
    fingerprint({ error: 'no answer' }),
  ]
  expect(new Set([one, ...others]).size).toBe(5)
})

test.each(['success', 'cancelled'] as const)(
  'a run that ended as %s is no error, whatever it warned of',
  (outcome) => {
    const fact = runFactOf(ended({ outcome, error: '3 records were skipped' }))
    expect(fact).toMatchObject({ fingerprint: 0n, message: '', error: '3 records were skipped' })
  },
)
