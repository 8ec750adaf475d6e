import { expect, test } from 'vitest'
import { slices } from './slices.ts'

const sizes = (items: unknown[]) =>
  [...slices(items, "model 'M'")].map(({ first, items }) => [first, items.length])

test('a list is cut at a thousand', () => {
  expect(sizes([])).toEqual([])
  expect(sizes(Array.from({ length: 1000 }, () => ({})))).toEqual([[0, 1000]])
  expect(sizes(Array.from({ length: 2500 }, () => ({})))).toEqual([
    [0, 1000],
    [1000, 1000],
    [2000, 500],
  ])
})

test('large records are cut by size, and one that is larger than a slice goes alone', () => {
  const [small, large, huge] = [1, 3_000_000, 7_000_000].map((size) => ({ text: 'x'.repeat(size) }))
  expect(sizes([small, large, large, huge, small])).toEqual([
    [0, 2],
    [2, 1],
    [3, 1],
    [4, 1],
  ])
})

test('a record that is larger than a message is named with its size', () => {
  const huge = { id: 'h', text: 'x'.repeat(8_000_000) }
  expect(() => sizes([{ id: 'a' }, huge])).toThrow(
    "model 'M': record 1 (id 'h') has 8000020 bytes; a record may have 8000000",
  )
})

test('a record that is not JSON is named', () => {
  const circular: { self?: unknown } = {}
  circular.self = circular
  expect(() => sizes([{}, circular])).toThrow("model 'M': record 1 is not JSON")
  expect(() => sizes([{ id: 1n }])).toThrow("model 'M': record 0 is not JSON")
})
