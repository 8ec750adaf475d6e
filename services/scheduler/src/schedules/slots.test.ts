import { readFrequency } from '@syncline/frequency'
import { expect, test } from 'vitest'
import { scheduleId } from './schedule.ts'
import { missedSlots, nextSlot } from './slots.ts'

const HOUR_MS = 3_600_000
const NOW = Date.UTC(2026, 0, 1, 12)
const id = (n: number) => scheduleId('dev', 'uid', `sync-${n}`, 'base')

test.each(['30s', '1h', '7 minutes', 'every 3 weeks', '31 days'])(
  'slots of %s follow each other at that distance',
  (text) => {
    const frequency = readFrequency(text)
    if (frequency.kind !== 'every') throw new Error('an interval was expected')
    const first = nextSlot(id(1), frequency, NOW)
    expect(first).toBeGreaterThan(NOW)
    expect(first - NOW).toBeLessThanOrEqual(frequency.ms)
    expect(nextSlot(id(1), frequency, first)).toBe(first + frequency.ms)
    expect(nextSlot(id(1), frequency, first - 1)).toBe(first)
  },
)

test('a schedule keeps its phase, whenever it is looked at', () => {
  const phases = Array.from({ length: 100 }, (_, i) =>
    nextSlot(id(1), { kind: 'every', ms: HOUR_MS }, NOW + i * 7_919_000),
  )
  expect(new Set(phases.map((slot) => slot % HOUR_MS)).size).toBe(1)
})

test('many schedules of one frequency are spread evenly', () => {
  const minutes = new Array(60).fill(0)
  for (let i = 0; i < 6000; i++)
    minutes[Math.floor((nextSlot(id(i), { kind: 'every', ms: HOUR_MS }, NOW) % HOUR_MS) / 60_000)]++
  expect(Math.min(...minutes)).toBeGreaterThan(50)
  expect(Math.max(...minutes)).toBeLessThan(150)
})

test('a cron schedule has the times of its expression, in its zone', () => {
  const cron = readFrequency('0 6 * * 1-5 Europe/Berlin')
  expect(new Date(nextSlot(id(1), cron, NOW)).toISOString()).toBe('2026-01-02T05:00:00.000Z')
  expect(new Date(nextSlot(id(2), cron, Date.parse('2026-01-02T05:00:00Z'))).toISOString()).toBe(
    '2026-01-05T05:00:00.000Z',
  )
})

test.each([
  ['1h', -1, 0],
  ['1h', 0, 0],
  ['1h', HOUR_MS - 1, 0],
  ['1h', HOUR_MS, 1],
  ['1h', 5 * HOUR_MS + 1, 5],
  ['30s', HOUR_MS, 120],
  ['0 * * * *', 0, 0],
  ['0 * * * *', HOUR_MS, 1],
  ['*/10 * * * *', HOUR_MS + 1, 6],
])('of %s, %d ms after a slot was due, missed slots: %d', (text, lateMs, missed) => {
  expect(missedSlots(id(1), readFrequency(text), NOW, NOW + lateMs)).toBe(missed)
})
