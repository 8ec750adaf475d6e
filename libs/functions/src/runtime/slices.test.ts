import { expect, test } from 'vitest'
import { type Slice, slices } from './slices.ts'

const counts = (list: unknown[]) => [...slices(list)].map(({ sizes }) => sizes.length)
/** Of a slice. */
const records = ({ text, sizes }: Slice) => {
  let end = 0
  return sizes.map((size) => {
    const start = end
    end += size
    return JSON.parse(Buffer.from(text).toString('utf8', start, end))
  })
}
const numbered = (length: number) => Array.from({ length }, (_, id) => ({ id }))

test('a list is cut at a thousand', () => {
  expect(counts([])).toEqual([])
  expect(counts(numbered(1000))).toEqual([1000])
  expect(counts(numbered(2500))).toEqual([1000, 1000, 500])
})

test('large records are cut by size, and one that is larger than a slice goes alone', () => {
  const [small, large, huge] = [1, 3_000_000, 7_000_000].map((size) => ({ id: 1, text: 'x'.repeat(size) }))
  expect(counts([small, large, large, huge, small])).toEqual([2, 1, 1, 1])
})

test('a record that is larger than a message is skipped, and its neighbours are not', () => {
  const huge = { id: 'h', text: 'x'.repeat(8_000_000) }
  expect([...slices([{ id: 'a' }, huge, { id: 'b' }])]).toEqual([
    {
      text: '{"id":"a"}{"id":"b"}',
      sizes: [10, 10],
      skipped: [{ index: 1, id: 'h', reason: 'has 8000020 bytes; a record may have 8000000' }],
      mended: [],
    },
  ])
})

test('a record that JSON cannot carry is skipped with its reason, in its part of the list', () => {
  const list = Array.from({ length: 1500 }, (_, n) => ({ id: n, value: n === 1200 ? Number.NaN : n }))
  const [first, second] = slices(list)
  expect(first?.skipped).toEqual([])
  expect(second?.skipped).toEqual([{ index: 1200, id: '1200', reason: "has NaN at 'value'" }])
  expect(second?.sizes).toHaveLength(499)
})

test('a list of nothing but such records is told too, a thousand at a time', () => {
  const parts = [...slices(Array.from({ length: 1001 }, (_, id) => ({ id, f: Number.NaN })))]
  expect(parts.map(({ sizes, skipped }) => [sizes.length, skipped.length])).toEqual([
    [0, 1000],
    [0, 1],
  ])
})

test('what is told of such a record is bounded', () => {
  const [slice] = slices([
    { id: 'i'.repeat(5000) },
    { id: 'a', ['k'.repeat(5000)]: Number.NaN },
    { at: Number.NaN },
  ])
  expect(slice?.skipped[0]?.id).toHaveLength(2048)
  expect(slice?.skipped[1]?.reason.length).toBeLessThanOrEqual(300)
  expect(slice?.skipped[2]).toEqual({ index: 2, reason: 'has no id' })
})

test('a record that is mended is named', () => {
  const [slice] = slices([{ id: 'a', name: 'x\ud83d' }, { id: 'b' }]) as Iterable<Slice>
  expect(slice?.mended).toEqual(['a'])
  expect(slice && records(slice)).toEqual([{ id: 'a', name: 'x\ufffd' }, { id: 'b' }])
})
