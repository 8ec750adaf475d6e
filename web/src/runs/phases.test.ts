import { expect, test } from 'vitest'
import { phaseBar } from './phases.ts'

const phases = { queued_ms: 0, begin_ms: 0, function_ms: 0, saves_ms: 0, settle_ms: 0 }
const sum = (bar: { width: number }[]) => bar.reduce((all, { width }) => all + width, 0)

test('widths are in proportion, and phases that took no time are absent', () => {
  const bar = phaseBar({ ...phases, queued_ms: 250, function_ms: 750 })
  expect(bar).toEqual([
    { name: 'queued', ms: 250, width: 25 },
    { name: 'function', ms: 750, width: 75 },
  ])
})

test('a short phase can be seen, and all fill the bar', () => {
  const bar = phaseBar({ queued_ms: 1, begin_ms: 2, function_ms: 60_000, saves_ms: 30_000, settle_ms: 3 })
  expect(bar.map(({ width }) => width >= 1.5)).toEqual([true, true, true, true, true])
  expect(sum(bar)).toBeCloseTo(100)
  expect((bar[2]?.width ?? 0) / (bar[3]?.width ?? 1)).toBeCloseTo(2)
})

test('an attempt of which nothing is known has no bar', () => {
  expect(phaseBar(phases)).toEqual([])
  expect(phaseBar({ ...phases, settle_ms: -5 })).toEqual([])
})
