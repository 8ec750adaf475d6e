import { expect, test } from 'vitest'
import { decideWait } from './decide-wait.ts'

const at = {
  isNamed: true,
  hasAdvanced: false,
  answered: 7,
  areRepeatable: true,
  canPark: true,
  canStay: true,
}

test.each([
  ['nothing was answered yet', { answered: 0 }, 'throttle'],
  ['nothing was answered yet, and there is no place', { answered: 0, canPark: false }, 'throttle'],
  ['few requests since a checkpoint', { hasAdvanced: true, answered: 3 }, 'throttle'],
  ['many requests since a checkpoint', { hasAdvanced: true, answered: 4 }, 'park'],
  ['many requests since a checkpoint, no place', { hasAdvanced: true, canPark: false }, 'throttle'],
  ['a POST since a checkpoint', { hasAdvanced: true, answered: 1, areRepeatable: false }, 'park'],
  [
    'a POST since a checkpoint, no place',
    { hasAdvanced: true, answered: 1, areRepeatable: false, canPark: false },
    'stay',
  ],
  [
    'a POST since a checkpoint, no place, and too many in their slots',
    { hasAdvanced: true, answered: 1, areRepeatable: false, canPark: false, canStay: false },
    'throttle',
  ],
  ['answers, and no checkpoint in this attempt', {}, 'park'],
  ['few answers, and no checkpoint in this attempt', { answered: 1 }, 'park'],
  ['answers, no checkpoint, no place', { canPark: false }, 'stay'],
  [
    'answers, no checkpoint, no place, and too many in their slots',
    { canPark: false, canStay: false },
    'throttle',
  ],
  ['a call that counts its tries', { isNamed: false, answered: 0 }, 'park'],
  ['a call that counts its tries, no place', { isNamed: false, answered: 0, canPark: false }, 'stay'],
  [
    'a call that counts its tries, after a checkpoint',
    { isNamed: false, hasAdvanced: true, answered: 0, canPark: false },
    'stay',
  ],
] as const)('%s', (_, changes, decision) => {
  expect(decideWait({ ...at, ...changes })).toBe(decision)
})
