import { expect, test } from 'vitest'
import { parseJson } from './parse-json.ts'

test('an integer beyond 2^53 becomes its digits, wherever it is', () => {
  const text =
    '{"id":9007199254740993,"list":[-9007199254740993,[12345678901234567890]],"to":{"id": 9007199254740992}}'
  expect(parseJson(text)).toEqual({
    id: '9007199254740993',
    list: ['-9007199254740993', ['12345678901234567890']],
    to: { id: '9007199254740992' },
  })
  expect(parseJson('12345678901234567890')).toBe('12345678901234567890')
})

test.each([
  ['9007199254740991', 9007199254740991],
  ['-9007199254740991', -9007199254740991],
  ['1234567890123456', 1234567890123456],
  ['0.1234567890123456789', 0.12345678901234568],
  ['12345678901234567.5', 12345678901234568],
  ['1e20', 1e20],
  ['"9007199254740993"', '9007199254740993'],
  ['{"a":"1, 9007199254740993"}', { a: '1, 9007199254740993' }],
  ['null', null],
])('%s stays what it is', (text, value) => {
  expect(parseJson(text)).toEqual(value)
})

test('two ids that are one number differ', () => {
  const ids = parseJson('[{"id":9007199254740992},{"id":9007199254740993}]') as { id: unknown }[]
  expect(ids[0]?.id).not.toBe(ids[1]?.id)
})

test('a number too large to be one is not null', () => {
  expect(parseJson('{"v":1e400}')).toEqual({ v: Number.POSITIVE_INFINITY })
})

test.each(['', '{', '{"v":NaN}', "{'a':1}", '{"a":9007199254740993'])('%j is no JSON', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError)
})

test('a key that means a prototype elsewhere is a key like others', () => {
  const value = parseJson('{"__proto__":{"x":9007199254740993}}') as object
  expect(Object.keys(value)).toEqual(['__proto__'])
  expect('x' in value).toBe(false)
})
