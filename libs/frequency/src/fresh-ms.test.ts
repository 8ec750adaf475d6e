import { expect, test } from 'vitest'
import { formatInterval, freshMsOf, gapsOf, intervalMs, readFrequency } from './index.ts'

const MINUTE = 60_000
const DAY = 24 * 3_600_000

test.each([
  ['every 30 seconds', undefined, MINUTE],
  ['every hour', undefined, 120 * MINUTE],
  ['every hour', 'every 3 hours', 180 * MINUTE],
  ['every hour', '1h', 60 * MINUTE],
  ['*/5 * * * *', undefined, 10 * MINUTE],
  ['*/5 * * * *', '15 minutes', 15 * MINUTE],
  ['0 6 * * * Europe/Berlin', undefined, 2 * DAY],
  // Fridays at six are followed by Mondays.
  ['0 6 * * 1-5', undefined, 6 * DAY],
  ['0 6 * * 1-5', '4 days', 4 * DAY],
])("with '%s' and fresh '%s', records are stale after %d ms", (frequency, fresh, ms) => {
  expect(freshMsOf(readFrequency(frequency), fresh)).toBe(ms)
})

test('a frequency that is lower than fresh allows has twice its interval', () => {
  expect(freshMsOf(readFrequency('every day'), '15 minutes')).toBe(2 * DAY)
  expect(freshMsOf(readFrequency('0 6 * * 1-5'), '1 day')).toBe(6 * DAY)
})

test('a length of time is an interval, and nothing else', () => {
  expect(intervalMs('15 minutes')).toBe(15 * MINUTE)
  expect(intervalMs('every half hour')).toBe(30 * MINUTE)
  expect(intervalMs('90s')).toBe(90_000)
  expect(intervalMs('0s')).toBe(0)
  expect(intervalMs('* * * * *')).toBeUndefined()
  expect(intervalMs('soon')).toBeUndefined()
})

test.each([
  [60_000, '1 minute'],
  [90_000, '90 seconds'],
  [15 * MINUTE, '15 minutes'],
  [14 * DAY, '2 weeks'],
  [45_500, '45.5 seconds'],
])('%d ms is %s, and read back', (ms, text) => {
  expect(formatInterval(ms)).toBe(text)
  expect(intervalMs(text)).toBe(ms)
})

test('gaps of an interval are the interval', () => {
  expect(gapsOf({ kind: 'every', ms: 5 })).toEqual({ shortestMs: 5, longestMs: 5 })
})
