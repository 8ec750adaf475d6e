import { expect, test } from 'vitest'
import { jsonFault } from './json-fault.ts'

const limits = { nesting: 500, names: 1e6, parts: 1e7 }
const nestsDeeperThan = (nesting: number, json: Buffer) =>
  jsonFault(json, { ...limits, nesting }) !== undefined
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

test.each([
  ['two names', '{"a":1,"b:c":{"d":[1,2]}}', 3, 3],
  ['names in a list', '[{"a":1},{"a":1},":"]', 2, 3],
])('%s are counted, and so are lists and objects', (_, text, names, parts) => {
  const json = Buffer.from(text)
  const within = (more: object) => jsonFault(json, { nesting: 10, names, parts, ...more })
  expect(within({})).toBeUndefined()
  expect(within({ names: names - 1 })).toBe(`more than ${names - 1} names of fields`)
  expect(within({ parts: parts - 1 })).toBe(`more than ${parts - 1} lists and objects`)
})
