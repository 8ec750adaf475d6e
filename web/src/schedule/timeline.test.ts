import type { ListedRun } from '@syncline/api'
import { expect, test } from 'vitest'
import { historyOf, layOut, spanFor } from './timeline.ts'

const HOUR = 3_600_000
const from = Date.parse('2026-03-01T00:00:00Z')
const at = (hours: number) => new Date(from + hours * HOUR).toISOString()

const run = (id: string, requested: number, started: number | null, finished: number | null): ListedRun => ({
  ...{ id, state: finished === null ? (started === null ? 'queued' : 'running') : 'ended', reason: null },
  ...{
    error: null,
    warning: null,
    attempt: 1,
    fruitlessAttempts: 0,
    cause: 'schedule',
    requestedAt: at(requested),
  },
  ...{
    startedAt: started === null ? null : at(started),
    finishedAt: finished === null ? null : at(finished),
  },
  ...{ result: {}, sandbox: null, lastLines: [], throttled: null, parked: null, version: null },
  ...{ provider_config_key: 'github', connection_id: 'c', sync_name: 'issues', variant: 'base' },
})
const skip = (first: number, last: number, count: number) => ({
  ...{ first: at(first), last: at(last), count, reason: 'paused' as const },
})
const day = {
  from,
  to: from + 24 * HOUR,
  now: from + 20 * HOUR,
  width: 2400,
  nextAt: null,
  fresh: null,
  staleSince: null,
}

test('a run is as long as it took; one that goes on ends now; a short one is still seen', () => {
  const runs = [
    run('long', 1, 2, 5),
    run('goes on', 18, 18, null),
    run('waits', 19, null, null),
    run('short', 9, 9, 9),
  ]
  const marks = layOut({ ...day, runs, skipped: [] }).marks
  expect(marks.map(({ x, width }) => [x, width])).toEqual([
    ...[
      [900, 3],
      [1900, 100],
      [1800, 200],
      [200, 300],
    ],
  ])
})

test('what is partly on the line is cut, and what is not on it is left out', () => {
  const runs = [run('before', -5, -5, -4), run('into', -2, -2, 1), run('at the end', 23.99, 24, 26)]
  const { marks } = layOut({
    ...day,
    now: from + 30 * HOUR,
    runs,
    skipped: [skip(-3, -1, 9), skip(-1, 2, 3)],
  })
  expect(marks.map(({ kind, x, width }) => [kind, x, width])).toEqual([
    ...[
      ['skipped', 0, 200],
      ['run', 2397, 3],
      ['run', 0, 100],
    ],
  ])
})

test('the next slot is marked if it is on the line', () => {
  const line = layOut({ ...day, runs: [], skipped: [], nextAt: at(21) })
  expect(line).toMatchObject({ now: 2000, next: 2100 })
  expect(layOut({ ...day, runs: [], skipped: [], nextAt: at(40) }).next).toBeNull()
})

test('it is fresh from its last success on, or stale until now', () => {
  const fresh = { from: at(19), to: at(40) }
  expect(layOut({ ...day, runs: [], skipped: [], fresh })).toMatchObject({
    fresh: { x: 1900, width: 500 },
    stale: null,
  })
  expect(layOut({ ...day, runs: [], skipped: [], fresh, staleSince: at(15) })).toMatchObject({
    ...{ fresh: null, stale: { x: 1500, width: 500 } },
  })
})

test('the line is as short as a dozen runs allow', () => {
  const every = (hours: number) => Array.from({ length: 30 }, (_, n) => run(`${n}`, 20 - n * hours, 20, 20))
  expect(spanFor(every(0.05), from + 20 * HOUR)).toBe('1h')
  expect(spanFor(every(1), from + 20 * HOUR)).toBe('24h')
  expect(spanFor(every(24), from + 20 * HOUR)).toBe('7d')
  expect(spanFor([], from)).toBe('1h')
})

test('ticks are whole steps with room for their labels', () => {
  const wide = layOut({ ...day, runs: [], skipped: [] }).ticks
  expect(wide.length).toBeGreaterThan(20)
  const narrow = layOut({ ...day, width: 300, runs: [], skipped: [] }).ticks
  expect(narrow.length).toBeLessThanOrEqual(5)
})

test('runs and skipped slots are one list, newest first', () => {
  const rows = historyOf([run('b', 8, 8, 9), run('a', 3, 3, 4)], [skip(5, 7, 3), skip(1, 2, 2)], false)
  expect(rows.map((row) => (row.kind === 'run' ? row.run.id : row.slots.count))).toEqual(['b', 3, 'a'])
  expect(historyOf([], [skip(1, 2, 2)], true)).toHaveLength(1)
})
