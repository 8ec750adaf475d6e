import { expect, test } from 'vitest'
import { changesOf, messageOf, outcomeOf, syncText } from './run-words.ts'

const run = {
  state: 'ended' as const,
  reason: null,
  error: null,
  warning: null,
  throttled: null,
  parked: null,
}
const until = '2026-11-27T09:00:00.000Z'

test('the state of a run is one word', () => {
  expect(outcomeOf(run)).toBe('success')
  expect(outcomeOf({ ...run, reason: 'timed_out' })).toBe('timed_out')
  expect(outcomeOf({ ...run, state: 'running' })).toBe('running')
  expect(outcomeOf({ ...run, state: 'queued', throttled: { times: 1, until, reason: '429' } })).toBe(
    'throttled',
  )
  expect(outcomeOf({ ...run, state: 'running', parked: '429' })).toBe('throttled')
  expect(outcomeOf({ ...run, throttled: { times: 1, until: null, reason: '429' } })).toBe('success')
})

test('what it waits for is said until it has ended', () => {
  const throttled = { times: 1, until, reason: '429 of crm.example' }
  expect(messageOf({ ...run, state: 'queued', throttled })).toBe('waits for its API: 429 of crm.example')
  expect(messageOf({ ...run, throttled })).toBe('')
  expect(messageOf({ ...run, error: 'no', throttled })).toBe('no')
})

test('changes are summed over models', () => {
  const result = { A: { added: 1, updated: 2, deleted: 3 }, B: { added: 10, updated: 0, deleted: 1 } }
  expect(changesOf(result)).toEqual({ added: 11, updated: 2, deleted: 4 })
})

test('a variant is part of the name, except the one that each sync has', () => {
  expect(syncText({ sync_name: 'issues', variant: 'base' })).toBe('issues')
  expect(syncText({ sync_name: 'issues', variant: 'a' })).toBe('issues::a')
})
