import { expect, test } from 'vitest'
import { syncMessage } from './sync-message.ts'

type Sync = Parameters<typeof syncMessage>[0]

const at = '2026-11-26T20:00:00.000Z'
const run = { state: 'ended', error: null, warning: null, throttled: null, parked: null, requestedAt: at }
const message = (lastRun: object | null, fields: object = {}) =>
  // Only what the message is made of.
  syncMessage({ connection_id: 'user-1', blocked: null, lastRun, ...fields } as unknown as Sync) // what a message depends on

test('a sync that waits says for what', () => {
  const throttled = { times: 2, until: at, reason: "the quota of 'crm' is used up" }
  expect(message({ ...run, state: 'queued', throttled })).toBe(
    `waits for its API until ${at}: the quota of 'crm' is used up`,
  )
  const back = { ...throttled, until: null }
  expect(message({ ...run, state: 'queued', throttled: back })).toBe(`waits for a runner since ${at}`)
})

test('a run that is parked says for what it waits', () => {
  const parked = "the quota of 'crm' is used up"
  expect(message({ ...run, state: 'running', parked })).toBe(`waits for its API: ${parked}`)
})

test('a sync that is stopped says why and what to do, also if its last run was a success', () => {
  const blocked = { reason: 'needs_reauth', message: 'its credentials were refused', since: at }
  expect(message(run, { blocked })).toBe(
    `connection 'user-1' needs new credentials since ${at}, its credentials were refused. ` +
      'Give it new ones: syncline connection create --help',
  )
})

test('otherwise it is what the last run says', () => {
  expect(message(null)).toBeNull()
  expect(message(run)).toBeNull()
  expect(message({ ...run, warning: 'nothing was deleted' })).toBe('nothing was deleted')
  expect(message({ ...run, error: 'GET /items: 500', warning: null })).toBe('GET /items: 500')
  expect(message({ ...run, state: 'running', error: 'of the attempt before' })).toBeNull()
})
