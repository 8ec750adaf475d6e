import { expect, test } from 'vitest'
import { type Result, type RetryPolicy, retryWait } from './retry-wait.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')
const answer = (status: number, headers: Record<string, string> = {}): Result => ({
  kind: 'answer',
  answer: { status, statusText: '', headers, blocks: [] },
})
const fault = (code: string): Result => ({ kind: 'fault', error: Object.assign(new Error('no'), { code }) })
const wait = (result: Result, policy: Partial<RetryPolicy> = {}) =>
  retryWait(result, { retryOn: [], retryAfter: [], retryAt: [], tried: 0, ...policy }, NOW)

test.each([
  [200, undefined],
  [400, undefined],
  [401, undefined],
  [404, undefined],
  [429, 3000],
  [500, 3000],
  [503, 3000],
])('by default, %i is tried again: %s', (status, expected) => {
  expect(wait(answer(status))).toBe(expected)
})

test('waits double, up to ten minutes', () => {
  const waits = [0, 1, 2, 3, 20].map((tried) => wait(answer(500), { tried }))
  expect(waits).toEqual([3000, 6000, 12_000, 24_000, 600_000])
})

test('statuses of the integration replace the usual ones; those of the call come on top', () => {
  expect(wait(answer(500), { statuses: [420] })).toBeUndefined()
  expect(wait(answer(420), { statuses: [420] })).toBe(3000)
  expect(wait(answer(404), { retryOn: [404] })).toBe(3000)
  expect(wait(answer(404), { statuses: [420], retryOn: [404] })).toBe(3000)
})

test('a used-up budget is worth a wait, whatever the status of the refusal', () => {
  expect(wait(answer(403, { 'x-remaining': '0' }), { remaining: 'X-Remaining' })).toBe(3000)
  expect(wait(answer(403, { 'x-remaining': '1' }), { remaining: 'X-Remaining' })).toBeUndefined()
  expect(wait(answer(200, { 'x-remaining': '0' }), { remaining: 'X-Remaining' })).toBeUndefined()
})

test.each([
  ['Retry-After in seconds', { 'retry-after': '7' }, {}, 7000],
  ['Retry-After as a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }, {}, 9000],
  ['a header of the call', { 'x-wait': '5' }, { retryAfter: ['X-Wait'] }, 5000],
  ['an instant of the call', { 'x-reset': String(NOW / 1000 + 11) }, { retryAt: ['x-reset'] }, 11_000],
  ['a header of the integration', { 'x-reset': String(NOW / 1000 + 4) }, { at: 'x-reset' }, 4000],
  ['the longest of several', { 'retry-after': '2', 'x-wait': '5' }, { after: 'x-wait' }, 5000],
  ['no more than ten minutes', { 'retry-after': '99999' }, {}, 600_000],
  ['no time that has passed', { 'x-reset': '1' }, { at: 'x-reset' }, 0],
  ['nothing readable', { 'retry-after': 'soon' }, {}, 3000],
])('the wait is that of %s', (_, headers, policy, expected) => {
  expect(wait(answer(429, headers as unknown as Record<string, string>), policy)).toBe(expected)
})

test.each([
  ['ECONNRESET', 3000],
  ['ECONNREFUSED', 3000],
  ['UND_ERR_SOCKET', 3000],
  ['url_not_allowed', undefined],
  ['ENOTFOUND', undefined],
])('a fault %s is tried again: %s', (code, expected) => {
  expect(wait(fault(code))).toBe(expected)
})
