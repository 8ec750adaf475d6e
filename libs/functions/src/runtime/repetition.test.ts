import { expect, test } from 'vitest'
import { Repetition } from './repetition.ts'

/** After how many values a sequence of `lead` values and a cycle of `length` is found out. */
function foundAfter(lead: number, length: number): number {
  const repetition = new Repetition()
  for (let n = 0; ; n++) {
    if (n > 10 * (lead + length) + 10) return Number.POSITIVE_INFINITY
    if (repetition.add(String(n < lead ? n : lead + ((n - lead) % length)))) return n
  }
}

test.each([
  [0, 1, 1],
  [0, 2, 2],
  [5, 3, 8],
  [3000, 7, 3007],
  [0, 1000, 1000],
])('after %d values a cycle of %d is found at its first value that repeats', (lead, length, after) => {
  expect(foundAfter(lead, length)).toBe(after)
})

test.each([
  [0, 1001],
  [10, 5000],
  [12_345, 2345],
])('after %d values a cycle of %d is found, though it is longer than what is kept', (lead, length) => {
  expect(foundAfter(lead, length)).toBeLessThan(4 * (lead + length))
})

test('values that differ are no repetition', () => {
  const repetition = new Repetition()
  for (let n = 0; n < 20_000; n++) expect(repetition.add(String(n))).toBe(false)
})
