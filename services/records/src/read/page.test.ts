import { expect, test } from 'vitest'
import { answerBytes, boundOf, endOfPage, pageOf } from './page.ts'

const page = (sizes: number[], records: number, bytes: number) => {
  const { items, more } = pageOf(sizes, { records, bytes }, (size) => size)
  return [items.length, more]
}

test.each([
  [[], 2, 10, 0, false],
  [[1, 1], 2, 10, 2, false],
  [[1, 1, 1], 2, 10, 2, true],
  [[5, 5], 9, 10, 2, false],
  [[5, 5, 1], 9, 10, 2, true],
  [[99], 9, 10, 1, false],
  [[99, 1], 9, 10, 1, true],
  [[1, 99], 9, 10, 1, true],
])(
  'records of %j bytes, at most %d and %d bytes: the page holds %d, more: %s',
  (sizes, records, bytes, count, more) => {
    expect(page(sizes, records, bytes)).toEqual([count, more])
  },
)

test('a page begins where the last one ended', () => {
  const sizes = [5, 5, 1, 99, 1]
  const bound = { records: 2, bytes: 10 }
  const ends = []
  for (let end = 0; end < sizes.length; ends.push(end)) end = endOfPage(sizes, bound, (size) => size, end)
  expect(ends).toEqual([2, 3, 4, 5])
})

test('ids count, in the record and in its cursor: a page of pruned records with long ids ends by its bytes', () => {
  const pruned = Array.from({ length: 10 }, (_, i) => ({ id: `${i}`.repeat(1024), size: 0 }))
  expect(pageOf(pruned, { records: 10, bytes: 8192 }, answerBytes)).toMatchObject({
    items: { length: 4 },
    more: true,
  })
})

const MIB = 1024 * 1024

test.each([
  ['few records of unknown size', 10, undefined, 16 * MIB],
  ['few small records', 10, 100, MIB],
  ['many records', 1000, 10_000, 16 * MIB],
  ['records of which a page fits', 1000, 3000, 6_500_000],
  ['one record', 1, 5 * MIB, 10 * MIB + 500],
])('%s: a page may take so many bytes', (_what, limit, averageBytes, bytes) => {
  expect(boundOf(limit, averageBytes, 16 * MIB)).toEqual({ records: limit, bytes })
})
