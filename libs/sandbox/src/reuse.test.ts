import { expect, test } from 'vitest'
import { isSpent, keyText, defaultReuseLimits as limits } from './reuse.ts'

const served = { runs: 1, sinceMs: 0, firstMb: 60, nowMb: 60 }

test.each([
  ['few runs', {}, 0, false],
  ['as many runs as it may', { runs: limits.runs }, 0, true],
  ['as much time as it may', {}, limits.ageMs, true],
  ['less memory than it may', { nowMb: 60 + limits.growthMb }, 0, false],
  ['more memory than it may', { nowMb: 61 + limits.growthMb }, 0, true],
])('a child with %s', (_, more, now, expected) => {
  expect(isSpent({ ...served, ...more }, limits, now)).toBe(expected)
})

test('keys of two tenants are never equal', () => {
  expect(keyText({ tenant: 'a","b', hash: 'c' })).not.toBe(keyText({ tenant: 'a', hash: 'b","c' }))
})
