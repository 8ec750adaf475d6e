import { expect, test } from 'vitest'
import { withQuery } from './query.ts'

test.each([
  ['/x', undefined, '/x'],
  ['/x', {}, '/x'],
  ['/x', { a: 1, b: undefined, c: null, d: false }, '/x?a=1&d=false'],
  ['/x', { ids: ['a', 'b'] }, '/x?ids=a%2Cb'],
  ['/x', { at: new Date(0) }, '/x?at=1970-01-01T00%3A00%3A00.000Z'],
  ['/x?a=1&b=2', { b: 3 }, '/x?a=1&b=3'],
  ['/x?raw=%20', undefined, '/x?raw=%20'],
  ['/x', 'a=1', '/x?a=1'],
  ['/x', '?a=1', '/x?a=1'],
  ['https://a.io/x?y=?', { z: 1 }, 'https://a.io/x?y=%3F&z=1'],
])('%s with %j is %s', (endpoint, params, expected) => {
  expect(withQuery(endpoint, params as Parameters<typeof withQuery>[1])).toBe(expected)
})

test('two queries are an error that shows both', () => {
  expect(() => withQuery('/x?a=1', 'b=2')).toThrow(/'b=2'.*'\/x\?a=1'/)
})
