import { expect, test } from 'vitest'
import { allFailed, boundsOf, rangeOf, ranges, seriesOf } from './series.ts'

const point = (
  minute: number,
  runs: Record<string, number>,
  wait: { p50: number; p99: number } | null = null,
) => ({
  at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  ...{ runs, wait_ms: wait, records: { added: 5, updated: 1, deleted: 0 } },
})
const points = [
  point(0, { success: 10, failed: 2, timed_out: 1, cancelled: 3 }, { p50: 500, p99: 4000 }),
  point(5, {}),
]

test('counts are told per minute, whatever the step is', () => {
  const { runs, records } = seriesOf(points, 300)
  expect(runs).toEqual({ success: [2, 0], failed: [0.6, 0], cancelled: [0.6, 0] })
  expect(records.added).toEqual([1, 1])
})

test('a step without runs has no wait: the line has a gap there', () => {
  expect(seriesOf(points, 300).wait).toEqual({ p50: [500, null], p99: [4000, null] })
})

test('every outcome besides success and cancelled is a failure, also one that is not known here', () => {
  const { totals } = seriesOf([point(0, { success: 1, brand_new: 4, cancelled: 2 })], 60)
  expect(totals).toEqual({ runs: 7, failed: 4, changes: 6 })
})

test('no range has more points than the API gives', () => {
  for (const { ms, step } of Object.values(ranges)) expect(ms / 1000 / step).toBeLessThanOrEqual(500)
  expect(rangeOf('7d')).toBe('7d')
  expect(rangeOf('constructor')).toBe('1h')
})

test('a range ends with the step that goes on, and stays the same until it ends', () => {
  const now = Date.parse('2026-01-01T10:00:20Z')
  const bounds = { from: '2026-01-01T09:01:00.000Z', to: '2026-01-01T10:01:00.000Z' }
  expect(boundsOf('1h', now)).toEqual(bounds)
  expect(boundsOf('1h', now + 39_000)).toEqual(bounds)
})

test('nothing succeeds: all runs of a quarter of an hour failed, and they were not few', () => {
  const now = Date.UTC(2026, 0, 1, 1, 0)
  const failing = [point(30, { success: 9 }), point(50, { failed: 4, cancelled: 1 }), point(55, { lost: 3 })]
  expect(allFailed(failing, now)).toBe(7)
  expect(allFailed([...failing, point(58, { success: 1 })], now)).toBeNull()
  expect(allFailed([point(55, { failed: 2 })], now)).toBeNull()
})
