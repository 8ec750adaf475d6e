import { expect, test } from 'vitest'
import { RateLimit } from './rate-limit.ts'

test('allows as many calls at once as in a second, and then as time passes', () => {
  let now = 0
  const limit = new RateLimit(10, () => now)
  const allowed = () => Array.from({ length: 100 }, () => limit.take()).filter(Boolean).length
  expect(allowed()).toBe(10)
  expect(allowed()).toBe(0)
  now = 500
  expect(allowed()).toBe(5)
  now = 3_600_000
  expect(allowed()).toBe(10)
})
