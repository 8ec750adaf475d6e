import { expect, test } from 'vitest'
import { pageOf } from './page.ts'

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
