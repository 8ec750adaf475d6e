import { expect, test } from 'vitest'
import {
  filterOf,
  nextSort,
  noFilter,
  reasonsOf,
  sortOf,
  tagsOf,
  tagsText,
  withReason,
} from './syncs-filter.ts'

test('the filters of a URL are those of the request', () => {
  const tags = { plan: 'pro', note: 'a=b,c & d' }
  const search = {
    ...{ q: 'acme', integration: 'git hub', connection: 'user/1', sync: 'issues::team', version: '1.2.0' },
    ...{ state: 'started', stale: 'yes', reason: 'paused,failing', tags: tagsText(tags) },
    ...{ failing: 'yes', sort: '', order: '' },
  }
  expect(filterOf(search)).toEqual({
    ...{ q: 'acme', provider_config_key: 'git hub', connection_id: 'user/1', syncs: 'issues::team' },
    ...{
      version: '1.2.0',
      state: 'started',
      stale: 'true',
      failing: 'true',
      reason: 'failing,paused',
      tags,
    },
  })
})

test('what a schedule does now is a state, too', () => {
  expect(filterOf({ ...noFilter, state: 'running' })).toEqual({ run_state: 'running' })
})

test('what makes no sense in a URL is as if it were absent', () => {
  const odd = {
    ...noFilter,
    state: 'sleeping',
    stale: 'perhaps',
    reason: 'boredom,failing',
    tags: '=x&nothing',
  }
  expect(filterOf(odd)).toEqual({ reason: 'failing' })
  expect(sortOf({ ...noFilter, sort: 'colour', order: 'up' })).toEqual({})
  expect(sortOf({ ...noFilter, sort: 'failures', order: 'up' })).toEqual({ sort: 'failures', order: 'desc' })
  expect(filterOf(noFilter)).toEqual({})
})

test('a connection without its integration is no filter: the API refuses it', () => {
  expect(filterOf({ ...noFilter, connection: 'user-1' })).toEqual({})
})

test('the last value of a tag counts', () => {
  expect(tagsOf({ tags: 'plan=pro&plan=free' })).toEqual({ plan: 'free' })
})

test('a reason is added, and taken away again', () => {
  const one = withReason(noFilter, 'paused')
  expect(reasonsOf(withReason(one, 'failing'))).toEqual(['failing', 'paused'])
  expect(withReason(one, 'paused')).toEqual({ reason: '' })
})

test('a click on a column sorts by it, the next one turns the order, the third one ends it', () => {
  const once = { ...noFilter, ...nextSort(noFilter, 'failures') }
  expect(once).toMatchObject({ sort: 'failures', order: 'desc' })
  const twice = { ...noFilter, ...nextSort(once, 'failures') }
  expect(twice).toMatchObject({ sort: 'failures', order: 'asc' })
  expect(nextSort(twice, 'failures')).toEqual({ sort: '', order: '' })
  expect(nextSort(twice, 'last_run')).toEqual({ sort: 'last_run', order: 'desc' })
})
