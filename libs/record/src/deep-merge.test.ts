import { expect, test } from 'vitest'
import { deepMerge } from './deep-merge.ts'

test.each([
  [{ a: 1 }, { b: 2 }, { a: 1, b: 2 }],
  [{ a: { x: 1, y: 2 } }, { a: { y: 3 } }, { a: { x: 1, y: 3 } }],
  [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
  [{ a: [1, 2] }, {}, { a: [1, 2] }],
  [{ a: { x: 1 } }, { a: null }, { a: null }],
  [{ a: 1 }, { a: { x: 1 } }, { a: { x: 1 } }],
  [{ a: { x: 1 } }, { a: [1] }, { a: [1] }],
])('%j with %j is %j', (base, part, merged) => expect(deepMerge(base, part)).toEqual(merged))

test('a key __proto__ stays a key', () => {
  const merged = deepMerge(JSON.parse('{"a":1}'), JSON.parse('{"__proto__":{"x":1}}'))
  expect(JSON.stringify(merged)).toBe('{"a":1,"__proto__":{"x":1}}')
})
