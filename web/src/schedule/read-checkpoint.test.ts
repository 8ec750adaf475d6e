import { expect, test } from 'vitest'
import { readCheckpoint } from './read-checkpoint.ts'

test('texts, numbers and booleans by name are a checkpoint', () => {
  const checkpoint = { since: '2026-01-01', page: 3, open: false }
  expect(readCheckpoint(JSON.stringify(checkpoint))).toEqual({ checkpoint })
  expect(readCheckpoint('{}')).toEqual({ checkpoint: {} })
})

test.each([
  ['{ since: 1 }', /^is not JSON/],
  ['', /^is not JSON/],
  ['[1]', /^is not a JSON object/],
  ['null', /^is not a JSON object/],
  ['{"a":{"b":1}}', /field 'a'/],
  ['{"a":null}', /field 'a'/],
  [JSON.stringify(Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`f${n}`, n]))), /17 fields/],
])('%s is none, and the reason is told', (text, problem) => {
  expect(readCheckpoint(text)).toEqual({ problem: expect.stringMatching(problem) })
})
