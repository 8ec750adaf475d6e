import { expect, test } from 'vitest'
import { jsonText, readJsonObject } from './json-text.ts'

test.each([
  ['', { value: undefined }],
  ['  \n', { value: undefined }],
  ['{"a":1}', { value: { a: 1 } }],
  ['[1]', { problem: expect.stringContaining('must be a JSON object') }],
  ['null', { problem: expect.stringContaining('must be a JSON object') }],
  ['"text"', { problem: expect.stringContaining('must be a JSON object') }],
  ['{a:1}', { problem: expect.stringMatching(/^is not JSON: /) }],
])('%j', (text, read) => {
  expect(readJsonObject(text)).toEqual(read)
})

test('an empty object is an empty field', () => {
  expect([jsonText({}), jsonText(null), jsonText(undefined)]).toEqual(['', '', ''])
  expect(readJsonObject(jsonText({ a: { b: [1] } }))).toEqual({ value: { a: { b: [1] } } })
})
