import { expect, test } from 'vitest'
import { freshness } from './freshness.ts'

const HOUR = 3_600_000
const MINUTE = 60_000
const token = { accessToken: 't', obtainedAt: 1_000, expiresAt: 1_000 + HOUR }

test.each([
  [0, 0, 'fresh'],
  [HOUR - 3 * MINUTE, 0, 'fresh'],
  [HOUR - 2.4 * MINUTE, 0, 'due'],
  [HOUR - 5.1 * MINUTE, 1, 'fresh'],
  [HOUR - 4.9 * MINUTE, 1, 'due'],
  [HOUR - 31_000, 0, 'due'],
  [HOUR - 30_000, 0, 'expired'],
  [2 * HOUR, 0, 'expired'],
])('a token of an hour after %d ms with jitter %d is %s', (age, jitter, expected) => {
  expect(freshness(token, token.obtainedAt + age, jitter)).toBe(expected)
})

test('times of a short life are parts of it', () => {
  const short = { accessToken: 't', obtainedAt: 1_000, expiresAt: 11_000 }
  expect([7_900, 8_100, 9_900, 10_100].map((now) => freshness(short, now, 1))).toEqual([
    'fresh',
    'due',
    'due',
    'expired',
  ])
})

test('without an end it is fresh until the API refuses it; without a token it has expired', () => {
  expect(freshness({ accessToken: 't', obtainedAt: 1 }, Number.MAX_SAFE_INTEGER, 1)).toBe('fresh')
  expect(freshness(undefined, 0, 1)).toBe('expired')
  expect(freshness({ accessToken: 't', obtainedAt: 0, expiresAt: 20_000 }, 0, 1)).toBe('expired')
})
