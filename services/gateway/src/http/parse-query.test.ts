import { expect, test } from 'vitest'
import { parseQuery } from './parse-query.ts'

const plain = (text: string) => JSON.parse(JSON.stringify(parseQuery(text)))

test.each([
  ['', {}],
  ['a=1&b=', { a: '1', b: '' }],
  ['a=x+y%2Bz', { a: 'x y+z' }],
  ['ids=a&ids=b', { ids: ['a', 'b'] }],
  ['ids[]=a&ids[]=b', { ids: ['a', 'b'] }],
  ['ids[0]=a&ids[1]=b', { ids: ['a', 'b'] }],
  ['ids%5B%5D=a', { ids: ['a'] }],
  ['tags[a.b]=1&tags[c/d]=2', { tags: { 'a.b': '1', 'c/d': '2' } }],
  ['tags[constructor]=1', { tags: { constructor: '1' } }],
  ['tags[a]=1&tags[a]=2', { tags: { a: ['1', '2'] } }],
  ['tags[a][b]=1', { 'tags[a][b]': '1' }],
  ['a[b]=1&a=2', { a: ['', '2'] }],
])('%s', (text, query) => {
  expect(plain(text)).toEqual(query)
})

test('names of prototypes are names like others', () => {
  const { tags } = parseQuery('tags[__proto__]=1&tags[toString]=2')
  expect(Object.entries(tags ?? {})).toEqual([
    ['__proto__', '1'],
    ['toString', '2'],
  ])
  expect(Object.keys(parseQuery('__proto__[polluted]=1'))).toEqual(['__proto__'])
  expect({}).not.toHaveProperty('polluted')
})

test('more than a hundred values, and more than twenty names, are all there', () => {
  const text = Array.from({ length: 300 }, (_, n) => `ids=${n}&tags[t${n}]=${n}`).join('&')
  const { ids, tags } = parseQuery(text)
  expect(ids).toHaveLength(300)
  expect(Object.keys(tags ?? {})).toHaveLength(300)
})
