import { expect, test } from 'vitest'
import { guardWarning, holdsBack, incompleteWarning } from './delete-guard.ts'

const stream = { environment: 'dev', connection: 'c', model: 'Issue', variant: 'base' }
const guard = { share: 0.5, count: 10 }

test.each([
  [0, 0, false],
  [1, 1, false], // few records
  [3, 5, false],
  [10, 10, false],
  [11, 11, true],
  [90, 90, true],
  [500, 1000, false], // half
  [501, 1000, true],
])('of %d untouched among %d live records the deletion is held back: %s', (untouched, live, held) => {
  expect(holdsBack(guard, untouched, live)).toBe(held)
})

test('a share of 1 lets everything through', () => {
  expect(holdsBack({ share: 1, count: 0 }, 1000, 1000)).toBe(false)
})

test('a warning says how many, of what, and what to do', () => {
  expect(guardWarning(guard, stream, 800, 1001)).toBe(
    'nothing was deleted: 800 of the 1001 records (79 %) of Issue were not saved again, which is more than ' +
      'RECORDS_DELETE_GUARD_SHARE (0.5) allows. If they are really gone, allow the next pass to delete them (see `syncline ' +
      "deletions list`), or let the sync call trackDeletesEnd('Issue', { allowMassDelete: true })",
  )
  expect(incompleteWarning(stream, 3, 5, 'GET /issues answered 500')).toBe(
    'nothing was deleted: the pass over Issue was not complete (GET /issues answered 500). 3 of the 5 records ' +
      'were not saved again; the next complete pass deletes those that are gone',
  )
})
