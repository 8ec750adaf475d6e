import { expect, test } from 'vitest'
import { durationText, exactText, relativeText } from './time-text.ts'

const now = Date.UTC(2026, 10, 27, 12)

test.each([
  [0, 'now'],
  [-999, 'now'],
  [-12_999, '12 s ago'],
  [3 * 60_000 + 5, 'in 3 min'],
  [-2 * 3_600_000, '2 h ago'],
  [-47 * 3_600_000, '47 h ago'],
  [-5 * 86_400_000, '5 d ago'],
])('an instant %i ms from now is %s', (distance, text) => {
  expect(relativeText(now + distance, now)).toBe(text)
})

test.each([
  [0, '0 ms'],
  [1240, '1.24 s'],
  [59_960, '60.0 s'],
  [192_000, '3 min 12 s'],
  [7_500_000, '2 h 5 min'],
  [90_000_000, '1 d 1 h'],
])('%i ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})

test('an exact time is in UTC with milliseconds', () => {
  expect(exactText(now + 345)).toBe('2026-11-27 12:00:00.345 UTC')
})
