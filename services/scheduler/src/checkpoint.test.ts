import { expect, test } from 'vitest'
import { checkCheckpoint } from './checkpoint.ts'

test.each([
  '',
  '{}',
  '{"page":2,"since":"2026-01-01T00:00:00.000Z","done":false}',
  JSON.stringify({ one: 'x'.repeat(4000), other: 'x'.repeat(4000) }),
  JSON.stringify(Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`f${i}`, i]))),
])('%.60s is kept', (json) => {
  expect(checkCheckpoint(json)).toBeUndefined()
})

test.each([
  ['{', 'is not JSON'],
  ['null', 'it is null, not an object'],
  ['[1]', 'it is an array, not an object'],
  ['"text"', 'it is a string, not an object'],
  ['{"a":null}', "field 'a' is null"],
  ['{"a":{"b":1}}', "field 'a' is an object"],
  ['{"a":[1]}', "field 'a' is an array"],
  ['{"":1}', 'has a name of 0 characters'],
  [JSON.stringify({ ['k'.repeat(256)]: 1 }), 'has a name of 256 characters'],
  [JSON.stringify({ text: 'x'.repeat(4001) }), "field 'text' has 4001 characters"],
  [
    JSON.stringify(Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`f${i}`, i]))),
    'it has 17 fields',
  ],
])('%.40s is refused: %s', (json, why) => {
  expect(() => checkCheckpoint(json)).toThrow(expect.objectContaining({ code: 'invalid_checkpoint' }))
  expect(() => checkCheckpoint(json)).toThrow(why)
})
