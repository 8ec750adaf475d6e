import { Event } from '@syncline/events'
import { expect, test } from 'vitest'
import { readEvent } from './read-event.ts'

const NAMES = {
  schedule: 'ab12',
  provider_config_key: 'github',
  connection_id: 'user-1',
  sync: 'issues',
  variant: 'base',
}
const RUN = { ...NAMES, run: 'ab12-7', attempt: 1, cause: 'schedule' }
const AT = 1_800_000_000_000
const read = (type: string, data: object) =>
  readEvent('5-0', JSON.stringify({ type, environment: 'dev', at: AT, data }))

test('an event is what its schema says', () => {
  const event = read('run.ended', {
    ...RUN,
    // Fields of a hash are text.
    attempt: '2',
    outcome: 'TIMED_OUT',
    error: 'too slow',
    counts: '[["Issue",3,0,1]]',
    version: '0.1.0',
    requested_at: AT - 5000,
    started_at: String(AT - 4000),
    finished_at: AT,
    secret: 'not a field of it',
  })
  expect(event).toEqual({
    specversion: '1.0',
    id: '5-0',
    source: '/environments/dev',
    type: 'run.ended',
    time: '2027-01-15T08:00:00.000Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:syncline:event:run.ended:1',
    data: {
      ...RUN,
      attempt: 2,
      outcome: 'timed_out',
      error: 'too slow',
      result: { Issue: { added: 3, updated: 0, deleted: 1 } },
      version: '0.1.0',
      requested_at: '2027-01-15T07:59:55.000Z',
      started_at: '2027-01-15T07:59:56.000Z',
      finished_at: '2027-01-15T08:00:00.000Z',
    },
  })
  expect(Event.parse(event)).toEqual(event)
})

test.each([
  ['run.started', RUN],
  ['run.ended', { ...RUN, outcome: 'CANCELLED', counts: {}, requested_at: AT, finished_at: AT }],
  [
    'run.ended',
    {
      ...RUN,
      outcome: 'RUN_OUTCOME_SUCCESS',
      counts: [{ model: 'A', added: 1, updated: 0, deleted: 0 }],
      requested_at: AT,
      started_at: 0,
      finished_at: AT,
    },
  ],
  ['run.throttled', { ...RUN, reason: '429', until_ms: AT }],
  ['sync.stale', { ...NAMES, reason: 'failing', since: AT, message: 'its last run failed' }],
  ['sync.fresh', { ...NAMES, stale_since: AT }],
  ['sync.paused', { ...NAMES, reason: '5 runs failed one after the other' }],
  ['sync.started', NAMES],
  ['system.outage', { reason: 'no_runner', since: AT, schedules: 2000 }],
  ['system.recovered', { reason: 'no_runner', since: AT }],
])('%s %j is one that consumers can read', (type, data) => {
  const event = read(type, data)
  expect(Event.parse(event)).toEqual(event)
})

test('a text of any length leaves a message that NATS takes', () => {
  const { data } = read('run.throttled', { ...RUN, reason: 'x'.repeat(2_000_000), until_ms: AT })
  expect(JSON.stringify(data).length).toBeLessThan(20_000)
})

test.each([
  ['{', SyntaxError],
  ['{"type":"sync.started","environment":"","at":1,"data":{}}', 'no environment'],
  ['{"type":"run.exploded"}', "no type 'run.exploded'"],
  ['{"type":"run.throttled","environment":"dev","at":1,"data":{"until_ms":"soon"}}', RangeError],
])('%s is refused', (json, error) => {
  expect(() => readEvent('1-0', json)).toThrow(error)
})
