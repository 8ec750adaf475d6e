import { expect, test } from 'vitest'
import { readJson } from './read-json.ts'

const read = (text: string | Buffer, type?: string) => readJson(Buffer.from(text), type)

test.each([
  ['{"a":[1,"b\\"]}"]}', { a: [1, 'b"]}'] }],
  ['"\\\\"', '\\'],
  ['﻿{}', {}],
  ['', undefined],
])('%s', (text, value) => expect(read(text)).toEqual(value))

test.each([['{"a":'], ['nope'], ['{"a":1}x'], ['"open'], ['   ']])('%s is not JSON', (text) => {
  expect(() => read(text)).toThrow('not valid JSON')
})

test('a body that is not UTF-8 is refused, not repaired', () => {
  expect(() => read(Buffer.from([0x22, 0xff, 0x22]))).toThrow('not valid UTF-8')
})

test('depth counts brackets, not those in strings', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  expect(() => read(nested(64))).not.toThrow()
  expect(() => read(nested(65))).toThrow('more than 64 levels')
  expect(() => read('{"a":'.repeat(500_000))).toThrow('more than 64 levels')
  expect(() => read(JSON.stringify('['.repeat(1000)))).not.toThrow()
})

test('names of prototypes are names like others', () => {
  const value = read('{"__proto__":{"x":1},"constructor":{"prototype":{"y":2}}}')
  expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor'])
  expect({}).not.toHaveProperty('x')
})

test('the content type is JSON, or absent', () => {
  for (const type of [
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/json;charset=utf-8',
  ])
    expect(read('{}', type)).toEqual({})
  for (const type of ['text/plain', 'application/json-patch+json', 'application/jsonx', ''])
    expect(() => read('{}', type)).toThrow('must be application/json')
})
