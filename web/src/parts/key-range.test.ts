import { expect, test } from 'vitest'
import { keyRange } from './key-range.ts'

const keys = ['a', 'b', 'c', 'd', 'e']

test('with shift, all rows between are chosen, in both directions', () => {
  expect(keyRange(keys, 'd', 'b')).toEqual(['b', 'c', 'd'])
  expect(keyRange(keys, 'd', 'e')).toEqual(['d', 'e'])
})

test('the row from which the choice began may have left the list', () => {
  expect(keyRange(keys, 'x', 'c')).toEqual(['c'])
  expect(keyRange(keys, undefined, 'c')).toEqual(['c'])
})
