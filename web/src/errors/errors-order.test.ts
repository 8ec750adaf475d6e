import { expect, test } from 'vitest'
import { nextSort, sortOf } from './errors-order.ts'

test('a column begins with its highest value, a second click turns it round; the usual order is not in the address', () => {
  const none = { sort: '', order: '' }
  expect(sortOf(none)).toEqual({ sort: 'count', order: 'desc' })
  expect(sortOf({ sort: 'message', order: 'up' })).toEqual(sortOf(none))
  const newest = nextSort(none, 'last_seen')
  expect(sortOf(newest)).toEqual({ sort: 'last_seen', order: 'desc' })
  const oldest = nextSort(newest, 'last_seen')
  expect(sortOf(oldest)).toEqual({ sort: 'last_seen', order: 'asc' })
  expect(nextSort(oldest, 'count')).toEqual(none)
})
