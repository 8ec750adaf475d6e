import { expect, test } from 'vitest'
import { linkIn, relsIn } from './link-header.ts'

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

test.each([
  ['names and relations in any case', '<a>; REL="Next"', 'a'],
  ['no space at all', '<a>;rel=next', 'a'],
  ['spaces and tabs wherever they may be', '  <a>\t ;\t rel \t= "next"  ', 'a'],
  ['a title that looks like another link', '<a>; title="x, <c>; rel=next"; rel="prev", <d>; rel=next', 'd'],
  ['escapes in a quoted text', '<a>; title="say \\"hi\\"; rel=no\\\\"; rel="next"', 'a'],
  ['commas and semicolons in a target', '<a?x=1,2;y=3>; rel="next"', 'a?x=1,2;y=3'],
  ['a title in an extended form', "<a>; title*=UTF-8'de'n%c3%a4chste; rel=next", 'a'],
  ['a parameter without a value', '<a>; crossorigin; rel=next', 'a'],
  ['an empty parameter', '<a>;; rel=next;', 'a'],
  ['empty elements of the list', ', ,<a>; rel=prev,, <b>; rel=next,', 'b'],
  ['an extension relation beside it', '<a>; rel="https://example.com/rel#x next"', 'a'],
  ['a relation that only ends with it', '<a>; rel="not-next"', undefined],
  ['only the first rel of a link', '<a>; rel=prev; rel=next', undefined],
  ['several headers, joined', '<a>; rel="first", <b>; rel="last"; title="x", <c>; rel="next"', 'c'],
  ['the first of two', '<a>; rel=next, <b>; rel=next', 'a'],
  ['the page before a part of it', '<a>; rel=next; anchor="#part", <b>; rel=next', 'b'],
  ['a part of the page if there is nothing else', '<a>; rel=next; anchor="/list"', 'a'],
  ['single quotes, which are no quotes in the RFC', "<a>; rel='next'", 'a'],
  ['what is no link does not hide the next', 'garbage, <a>; rel=next', 'a'],
  ['a quote without its end', '<a>; title="x; rel=next', 'a'],
  ['a target without its end', '<a; rel=next', undefined],
  ['an empty target', '<>; rel=next', ''],
])('%s', (_name, header, expected) => {
  expect(linkIn(header, 'next')).toBe(expected)
})

test('the name that is asked for may be in any case, and all relations can be listed', () => {
  expect(linkIn('<a>; rel="next"', 'NEXT')).toBe('a')
  expect(relsIn('<a>; rel="first Prev", <b>')).toEqual(['first', 'prev'])
})
