import { expect, test } from 'vitest'
import { flagOf, saysNothingThere, whatFollows } from './what-follows.ts'

const answer = (data: unknown, headers: Record<string, string> = {}) => ({
  status: 200,
  statusText: '',
  headers,
  data,
})
const read = { items: 100, pages: 1 }

test.each([
  [{ has_more: true }, 'more'],
  [{ 'has-more': 'true' }, 'more'],
  [{ hasMore: false }, 'end'],
  [{ has_more: 1 }, 'unknown'],
  [{ is_last: false }, 'more'],
  [{ last: true, number: 0 }, 'end'],
  [{ last: 'https://a.io/?page=9' }, 'unknown'],
  [{ done: false, nextRecordsUrl: '/query/2' }, 'more'],
  [{ meta: { pagination: { hasNextPage: true } } }, 'more'],
  [{ other: { has_more: true } }, 'unknown'],
  [{ items: { has_more: true } }, 'unknown'],
])('a flag: %j says %s', (data, said) => {
  expect(whatFollows(answer(data), 'items', read)).toBe(said)
})

test.each([
  [{ next: null }, 'end'],
  [{ next: '' }, 'end'],
  [{ paging: { next: { after: 'x' } } }, 'more'],
  [{ paging: { next: {} } }, 'end'],
  [{ paging: {} }, 'unknown'],
  [{ next_page: 2 }, 'more'],
  [{ '@odata.nextLink': 'https://a.io' }, 'more'],
  [{ d: { __next: 'https://a.io' } }, 'unknown'],
  [{ links: { next: 'x' } }, 'more'],
  [{ links: { next: null, self: 'x' } }, 'end'],
  [{ _links: { self: { href: 'x' } } }, 'unknown'],
  [{ _links: { first: { href: 'x' }, last: { href: 'x' } } }, 'end'],
  [{ links: [{ rel: 'self' }, { rel: 'next' }] }, 'more'],
  [{ links: [{ rel: 'prev' }] }, 'end'],
  [{ links: [{ rel: 'self' }] }, 'unknown'],
])('a next page: %j says %s', (data, said) => {
  expect(whatFollows(answer(data), 'items', read)).toBe(said)
})

test.each([
  [{ total: 100 }, 'end'],
  [{ total: 101 }, 'more'],
  [{ total: '250' }, 'more'],
  [{ total: 99 }, 'unknown'],
  [{ total: -1 }, 'unknown'],
  [{ total: 'many' }, 'unknown'],
  [{ count: 100 }, 'unknown'],
  [{ count: 101 }, 'more'],
  [{ total_pages: 1 }, 'end'],
  [{ total_pages: 2 }, 'more'],
  [{ lastPage: 3 }, 'more'],
  [{ additional_data: { pagination: { total: 100 } } }, 'end'],
  [{ total: 250, has_more: false }, 'end'],
  [{ total: 100, next: 'x' }, 'more'],
])('a total: %j says %s', (data, said) => {
  expect(whatFollows(answer(data), 'items', read)).toBe(said)
})

test('totals say nothing where it is not known how much was read', () => {
  const unknown = { items: undefined, pages: undefined }
  expect(whatFollows(answer({ total: 250, total_pages: 3, count: 250 }), 'items', unknown)).toBe('unknown')
})

test.each([
  [{ 'x-total-count': '100' }, 'end'],
  [{ 'x-total': '250' }, 'more'],
  [{ 'x-pagination-page-count': '1' }, 'end'],
  [{ 'x-next-page': '2' }, 'more'],
  [{ 'x-has-more': 'false' }, 'end'],
  [{ link: '<a>; rel="next"' }, 'more'],
  [{ link: '<a>; rel="last"' }, 'end'],
  [{ link: '<a>; rel="self"' }, 'unknown'],
  [{ 'x-count': '250', date: '250', 'content-length': '9' }, 'unknown'],
])('headers of a bare list: %j say %s', (headers, said) => {
  expect(whatFollows(answer([1], headers), undefined, read)).toBe(said)
})

test('what counts is on the way to the list, not elsewhere', () => {
  const data = { data: { meta: { total: 100 }, list: { items: [] } }, other: { meta: { total: 250 } } }
  expect(whatFollows(answer(data), 'data.list.items', read)).toBe('end')
  expect(whatFollows(answer(data), 'other.items', read)).toBe('more')
  expect(whatFollows(answer({ 'data.items': [], total: 100 }), 'data.items', read)).toBe('end')
  expect(whatFollows(answer('text'), 'data.items', read)).toBe('unknown')
})

test('a flag is asked for by itself where a next page is named anyway', () => {
  expect(flagOf(answer({ has_more: false, next: 'x' }), 'items')).toBe('end')
  expect(flagOf(answer({ next: 'x' }), 'items')).toBe('unknown')
})

test.each([
  [{ total_items: 0 }, true],
  [{ totalSetSize: '0' }, true],
  [{ meta: { result_count: 0 } }, true],
  [{ count: 0 }, true],
  [{ total: 1 }, false],
  [{ code: 0, zero: 0 }, false],
  [{}, false],
])('%j says that nothing is there: %s', (data, said) => {
  expect(saysNothingThere(answer(data), 'items')).toBe(said)
})
