import { expect, test } from 'vitest'
import { slices } from './slices.ts'

const sizes = (list: unknown[]) => [...slices(list)].map(({ first, records }) => [first, records.length])

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

test('a record that is larger than a message is skipped, and its neighbours are not', () => {
  const huge = { id: 'h', text: 'x'.repeat(8_000_000) }
  expect([...slices([{ id: 'a' }, huge, { id: 'b' }])]).toEqual([
    {
      first: 0,
      records: [{ id: 'a' }, { id: 'b' }],
      skipped: [{ id: 'h', reason: 'has 8000020 bytes; a record may have 8000000' }],
      mended: [],
    },
  ])
})

test('a record that JSON cannot carry is skipped with its reason, in its part of the list', () => {
  const list = Array.from({ length: 1500 }, (_, n) => ({ id: n, value: n === 1200 ? Number.NaN : n }))
  const [first, second] = slices(list)
  expect(first).toMatchObject({ first: 0, skipped: [] })
  expect(second).toMatchObject({ first: 1000, skipped: [{ id: '1200', reason: "has NaN at 'value'" }] })
  expect(second?.records).toHaveLength(499)
})

test('a list of nothing but such records is told too, a thousand at a time', () => {
  const parts = [...slices(Array.from({ length: 1001 }, (_, id) => ({ id, f: Number.NaN })))]
  expect(parts.map(({ records, skipped }) => [records.length, skipped.length])).toEqual([
    [0, 1000],
    [0, 1],
  ])
})

test('what is told of such a record is bounded', () => {
  const [slice] = slices([{ id: 'i'.repeat(5000), ['k'.repeat(5000)]: Number.NaN }, { at: Number.NaN }])
  expect(slice?.skipped[0]?.id).toHaveLength(2048)
  expect(slice?.skipped[0]?.reason.length).toBeLessThanOrEqual(300)
  expect(slice?.skipped[1]).toEqual({ reason: "has NaN at 'at'" })
})

test('a record that is mended is named', () => {
  const [slice] = slices([{ id: 'a', name: 'x\ud83d' }, { id: 'b' }])
  expect(slice).toMatchObject({ records: [{ id: 'a', name: 'x\ufffd' }, { id: 'b' }], mended: ['a'] })
})
