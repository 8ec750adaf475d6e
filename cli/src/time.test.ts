import { expect, test } from 'vitest'
import { readTime } from './time.ts'

const now = Date.parse('2026-11-27T12:00:00Z')

test.each([
  ['90s', '2026-11-27T11:58:30.000Z'],
  ['30m', '2026-11-27T11:30:00.000Z'],
  ['7d', '2026-11-20T12:00:00.000Z'],
  ['2026-11-27T09:00:00+01:00', '2026-11-27T09:00:00+01:00'],
])('%s', (text, time) => {
  expect(readTime(text, undefined, now)).toBe(time)
})

test.each(['2 h', 'yesterday', '2026-11-27', '2026-13-01T00:00:00Z', '-1h'])('%s is no time', (text) => {
  expect(() => readTime(text)).toThrow('must be such as 30m')
})
