import { expect, test } from 'vitest'
import { untilMs } from './wait-header.ts'

const now = Date.parse('2026-05-01T12:00:00Z')
const second = now / 1000

test.each([
  ['retry-after', '30', 30_000],
  ['retry-after', '0', 0],
  ['retry-after', '0.5', 500],
  ['retry-after', 'Fri, 01 May 2026 12:01:00 GMT', 60_000],
  ['retry-after', 'Fri, 01 May 2026 11:00:00 GMT', 0],
  ['x-ratelimit-reset', String(second + 90), 90_000],
  ['x-ratelimit-reset', String(now + 90_000), 90_000],
  ['x-ratelimit-reset', String(second - 90), 0],
  ['x-ratelimit-reset', '90', 90_000],
  ['x-ratelimit-reset-ms', '90', 90],
  ['x-ratelimit-reset-requests', '6m0s', 360_000],
  ['x-ratelimit-reset-requests', '1h1m1.5s', 3_661_500],
  ['x-ratelimit-reset-tokens', '20ms', 20],
  ['x-ratelimit-reset', '2026-05-01T12:00:05Z', 5000],
  ['x-ratelimit-reset', '-1', undefined],
  ['x-ratelimit-reset', 'soon', undefined],
  ['x-ratelimit-reset', 'before 2099', undefined],
  ['x-ratelimit-reset', '', undefined],
])('%s: %s is %s ms', (name, value, ms) => {
  expect(untilMs(name, value, now)).toBe(ms)
})
