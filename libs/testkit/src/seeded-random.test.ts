import { expect, test } from 'vitest'
import { SeededRandom } from './seeded-random.ts'

const draws = (random: SeededRandom) => Array.from({ length: 1000 }, () => random.below(10))

test('the same seed gives the same numbers, another one others', () => {
  expect(draws(new SeededRandom('a'))).toEqual(draws(new SeededRandom('a')))
  expect(draws(new SeededRandom('a'))).not.toEqual(draws(new SeededRandom('b')))
  expect(new SeededRandom().seed).not.toBe(new SeededRandom().seed)
})

test('every number comes about as often as any other', () => {
  const counts = Map.groupBy(draws(new SeededRandom('even')), (n) => n)
  expect([...counts.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  for (const found of counts.values()) expect(Math.abs(found.length - 100)).toBeLessThan(40)
})

test('a fork does not depend on what was drawn before it was made', () => {
  const random = new SeededRandom('a')
  const early = draws(random.fork('reader'))
  draws(random)
  expect(draws(random.fork('reader'))).toEqual(early)
  expect(draws(random.fork('writer'))).not.toEqual(early)
})
