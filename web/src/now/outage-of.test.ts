import { expect, test } from 'vitest'
import { outageOf } from './outage-of.ts'

test('many schedules that are stale for the whole system are an outage', () => {
  expect(outageOf({ total: 5000, reasons: { scheduler_down: 5000 } })).toBe('scheduler_down')
  expect(outageOf({ total: 5000, reasons: { no_runner: 500, failing: 4000 } })).toBe('no_runner')
  expect(outageOf({ total: 3, reasons: { store_unavailable: 1 } })).toBe('store_unavailable')
})

test('a few, or many for reasons of their own, are none', () => {
  expect(outageOf({ total: 5000, reasons: { no_runner: 499 } })).toBeNull()
  expect(outageOf({ total: 5000, reasons: { failing: 5000 } })).toBeNull()
  expect(outageOf({ total: 0, reasons: {} })).toBeNull()
})
