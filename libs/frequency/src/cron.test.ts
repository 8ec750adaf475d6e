import { expect, test } from 'vitest'
import { nextCronTime } from './index.ts'

const next = (expression: string, zone: string, after: string) => {
  const time = nextCronTime({ kind: 'cron', expression, zone }, Date.parse(after))
  return time === undefined ? undefined : new Date(time).toISOString()
}

test('a time is that of its zone, in summer and in winter', () => {
  expect(next('0 6 * * *', 'Europe/Berlin', '2026-01-10T12:00:00Z')).toBe('2026-01-11T05:00:00.000Z')
  expect(next('0 6 * * *', 'Europe/Berlin', '2026-07-10T12:00:00Z')).toBe('2026-07-11T04:00:00.000Z')
  expect(next('0 6 * * *', 'UTC', '2026-07-10T12:00:00Z')).toBe('2026-07-11T06:00:00.000Z')
})

test('a time that summer time leaves out comes when the clock has moved', () => {
  expect(next('30 2 * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z')).toBe('2026-03-29T01:00:00.000Z')
})

test('the next time is strictly later', () => {
  expect(next('*/5 * * * *', 'UTC', '2026-01-01T00:05:00.000Z')).toBe('2026-01-01T00:10:00.000Z')
  expect(next('*/5 * * * *', 'UTC', '2026-01-01T00:04:59.999Z')).toBe('2026-01-01T00:05:00.000Z')
})

test('only working days', () => {
  expect(next('0 6 * * 1-5', 'UTC', '2026-01-02T06:00:00Z')).toBe('2026-01-05T06:00:00.000Z')
})
