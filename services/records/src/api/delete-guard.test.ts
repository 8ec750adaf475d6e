import { expect, test } from 'vitest'
import { heldBack } from './delete-guard.ts'

const stream = { environment: 'dev', connection: 'c', model: 'Issue', variant: 'base' }

test.each([
  [0, 0, false],
  [100, 100, false], // few records
  [101, 101, true],
  [500, 1000, false], // half
  [501, 1000, true],
  [1000, 1000, true],
])('of %d untouched among %d live records the deletion is held back: %s', (untouched, live, held) => {
  expect(heldBack({ share: 0.5, count: 100 }, stream, untouched, live) !== undefined).toBe(held)
})

test('a share of 1 lets everything through', () => {
  expect(heldBack({ share: 1, count: 0 }, stream, 1000, 1000)).toBeUndefined()
})

test('the warning says how many, of what, and what to do', () => {
  expect(heldBack({ share: 0.5, count: 100 }, stream, 800, 1001)).toBe(
    'nothing was deleted: 800 of the 1001 records (79 %) of Issue of connection c were not saved again, which is more than ' +
      "RECORDS_DELETE_GUARD_SHARE (0.5) allows. If they are really gone, let the sync call trackDeletesEnd('Issue', { allowMassDelete: true })",
  )
})
