import { expect, test } from 'vitest'
import {
  bulkWords,
  cancelWords,
  chosenWords,
  commandWords,
  frequencyWords,
  releaseWords,
  stateWords,
  statusWords,
  variantWords,
} from './command-lines.ts'

const place = { provider_config_key: 'github', connection_id: 'user 1', name: 'issues', variant: 'base' }
const variant = { ...place, variant: 'team' }

test('each action has its command', () => {
  expect(stateWords('pause', place)).toEqual(['pause', '--connection', 'user 1', 'github', 'issues'])
  expect(stateWords('trigger', variant, { reset: true, emptyCache: true })).toEqual([
    ...['trigger', '--connection', 'user 1', '--reset', '--empty-cache', 'github', 'issues::team'],
  ])
  expect(frequencyWords(place, 'every hour')).toEqual([
    'frequency',
    'set',
    'github/issues',
    'user 1',
    'every hour',
  ])
  expect(frequencyWords(place, null)).toEqual(['frequency', 'reset', 'github/issues', 'user 1'])
  expect(variantWords('delete', variant)).toEqual(['variant', 'delete', 'github/issues::team', 'user 1'])
  expect(releaseWords(variant, 'Issue')).toEqual(['deletions', 'release', 'github/Issue::team', 'user 1'])
  expect(cancelWords('a-1')).toEqual(['cancel', '--run', 'a-1'])
})

test('the records are not deleted without a reset', () => {
  expect(stateWords('trigger', place, { emptyCache: true })).not.toContain('--empty-cache')
})

test('a name that looks like an option is none', () => {
  expect(commandWords('why', ['github/issues', '-x'])).toEqual(['why', '--', 'github/issues', '-x'])
  expect(stateWords('start', { ...place, connection_id: '-x' })).toEqual([
    ...['start', '--connection', '-x', 'github', 'issues'],
  ])
})

test('a filter is the command that lists the same', () => {
  const filter = {
    provider_config_key: 'github',
    syncs: 'issues',
    stale: 'true' as const,
    reason: 'failing,paused',
  }
  expect(statusWords({ ...filter, tags: { plan: 'a b' } })).toEqual([
    ...['status', '--stale', '--reason', 'failing,paused', '--tag', 'plan=a b', 'github', 'issues'],
  ])
  expect(statusWords({})).toEqual(['status'])
})

test('an action on all that match takes the same filter', () => {
  expect(
    bulkWords('pause', { reason: 'failing', q: 'acme', version: '1.0.0', run_state: 'queued' }, null),
  ).toEqual([
    ...[
      'bulk',
      'pause',
      '--reason',
      'failing',
      '--run-state',
      'queued',
      '--sync-version',
      '1.0.0',
      '--search',
      'acme',
    ],
  ])
  expect(bulkWords('frequency', {}, 'every hour')).toEqual(['bulk', 'frequency', '--frequency', 'every hour'])
  expect(bulkWords('frequency', {}, null)).toEqual(['bulk', 'frequency', '--frequency', 'default'])
})

test('an action on chosen schedules is one command for each connection', () => {
  const other = { ...place, connection_id: 'other' }
  expect(chosenWords('reset', [place, other, variant], null)).toEqual([
    ['trigger', '--connection', 'user 1', '--reset', 'github', 'issues', 'issues::team'],
    ['trigger', '--connection', 'other', '--reset', 'github', 'issues'],
  ])
  expect(chosenWords('frequency', [place, variant], null)).toHaveLength(2)
})
