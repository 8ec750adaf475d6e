import { expect, test } from 'vitest'
import { checkpointJson } from './checkpoint-json.ts'

test('texts, numbers, booleans and dates stay; undefined goes', () => {
  expect(checkpointJson({ a: 'x', b: 1.5, c: true, d: new Date(0), e: undefined })).toBe(
    '{"a":"x","b":1.5,"c":true,"d":"1970-01-01T00:00:00.000Z"}',
  )
})

test('one text may have all of the 64 KiB', () => {
  const text = '\0'.repeat(65_536)
  expect(JSON.parse(checkpointJson({ a: text, b: 1 }))).toEqual({ a: text, b: 1 })
})

test.each([
  [null, 'not null'],
  [[1], 'not [1]'],
  ['text', 'not "text"'],
  [{ a: { b: 1 } }, "field 'a' is object"],
  [{ a: null }, "field 'a' is null"],
  [{ a: Number.NaN }, "field 'a' is NaN"],
  [{ a: Number.POSITIVE_INFINITY }, "field 'a' is Infinity"],
  [{ a: new Date('never') }, "field 'a' is object"],
  [{ a: 'x'.repeat(65_537) }, 'the texts of the checkpoint have 65537 bytes; 65536 are allowed'],
  [{ a: 'é'.repeat(16_384), b: 'é'.repeat(16_385) }, '65538 bytes'],
  [{ ['k'.repeat(256)]: 1 }, '256 characters'],
  [Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`k${n}`, n])), '17 fields; 16 are allowed'],
])('%j is refused with its reason', (checkpoint, message) => {
  expect(() => checkpointJson(checkpoint)).toThrow(message)
})
