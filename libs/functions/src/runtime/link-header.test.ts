import { expect, test } from 'vitest'
import { linkIn } from './link-header.ts'

test.each([
  ['<https://a.io/?page=2>; rel="next"', 'https://a.io/?page=2'],
  ['<https://a.io/?ids=1,2>; rel="next"; title="a, b", <https://a.io/>; rel="prev"', 'https://a.io/?ids=1,2'],
  ['<a>; rel="prev", <b>; rel=next', 'b'],
  ['<a>; rel="first next"', 'a'],
  ['<a>; title="next"', undefined],
  ['', undefined],
  [undefined, undefined],
])('next in %j is %s', (header, expected) => {
  expect(linkIn(header, 'next')).toBe(expected)
})
