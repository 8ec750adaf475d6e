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

test('a text ends at its own quote, however long it is and wherever it is escaped', () => {
  for (let length = 0; length < 80; length++) {
    for (const escaped of ['"', '\\', '\\"', '"[[', '\\\\']) {
      const text = `${'x'.repeat(length)}${escaped}${'y'.repeat(length % 40)}`
      const json = Buffer.from(JSON.stringify([text, [[text]]]))
      expect([nestsDeeperThan(3, json), nestsDeeperThan(2, json)], json.toString()).toEqual([false, true])
    }
  }
})
