import { expect, test } from 'vitest'
import { beginOf, rangeMs } from './time-range.ts'

test('lengths of time', () => {
  expect([rangeMs('1h'), rangeMs('24h'), rangeMs('7d')]).toEqual([3_600_000, 86_400_000, 604_800_000])
  expect([rangeMs(''), rangeMs('d'), rangeMs('1w'), rangeMs('99999d')]).toEqual([
    ...[undefined, undefined, undefined, undefined],
  ])
})

test('the begin is the same for a minute', () => {
  const at = Date.parse('2026-11-27T10:00:00.000Z')
  expect(beginOf('1h', at)).toBe('2026-11-27T09:00:00.000Z')
  expect(beginOf('1h', at + 59_999)).toBe('2026-11-27T09:00:00.000Z')
  expect(beginOf('1h', at + 60_000)).toBe('2026-11-27T09:01:00.000Z')
  expect(beginOf('nonsense', at)).toBeUndefined()
})
