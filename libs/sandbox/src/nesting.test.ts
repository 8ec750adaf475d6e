import { expect, test } from 'vitest'
import { nestsDeeperThan } from './nesting.ts'

const lists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

test.each([
  ['a list in a list', '[[1]]', 2],
  ['neighbours', '[[],[],{"a":[]}]', 3],
  ['brackets in a text', '["[[[[{{{{"]', 1],
  ['an escaped quote before brackets', '["\\"[[[["]', 1],
  ['a text that ends with a backslash', '["\\\\",[[]]]', 3],
  ['brackets in a key', '{"[[[[":[]}', 2],
  ['characters of several bytes', '["ü[😀[[",[]]', 2],
  ['nothing', '', 0],
])('%s is counted as it nests', (_, json, depth) => {
  expect(nestsDeeperThan(depth, Buffer.from(json))).toBe(false)
  if (depth > 0) expect(nestsDeeperThan(depth - 1, Buffer.from(json))).toBe(true)
})

test('two million levels are refused in a moment', () => {
  const json = Buffer.from(lists(2_000_000))
  const started = performance.now()
  expect(nestsDeeperThan(500, json)).toBe(true)
  expect(performance.now() - started).toBeLessThan(500)
})
