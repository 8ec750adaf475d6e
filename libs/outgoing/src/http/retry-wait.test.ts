import { expect, test } from 'vitest'
import { ownWait, type Result, type RetryPolicy, retryWait } from './retry-wait.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')
const MINUTE = 60_000
const longest = () => 1
const shortest = () => 0
const answer = (status: number, headers: Record<string, string> = {}, method = 'GET'): Result => ({
  kind: 'answer',
  answer: { status, headers, method },
})
const fault = (code: string, sent = true): Result => ({
  kind: 'fault',
  error: Object.assign(new Error('no'), { code, sent }),
})
const waitOf = (result: Result, policy: Partial<RetryPolicy> = {}, random = longest) =>
  retryWait(
    result,
    { method: 'GET', idempotent: false, retryOn: [], retryAfter: [], retryAt: [], tried: 0, ...policy },
    NOW,
    random,
  )
const wait = (...given: Parameters<typeof waitOf>) => waitOf(...given)?.ms

test.each([
  [200, undefined],
  [304, undefined],
  [400, undefined],
  [401, undefined],
  [403, undefined],
  [404, undefined],
  [429, 3000],
  [500, 3000],
  [501, undefined],
  [502, 3000],
  [503, 3000],
  [505, undefined],
  [599, 3000],
])('by default, %i is tried again: %s', (status, expected) => {
  expect(wait(answer(status))).toBe(expected)
})

test('our own wait doubles up to ten minutes, and is between half and all of that', () => {
  expect([0, 1, 2, 3, 20].map((tried) => ownWait(tried, longest))).toEqual([
    3000, 6000, 12_000, 24_000, 600_000,
  ])
  expect([0, 1, 2, 3, 20].map((tried) => ownWait(tried, shortest))).toEqual([
    1500, 3000, 6000, 12_000, 300_000,
  ])
  expect(wait(answer(500), { tried: 3 }, shortest)).toBe(12_000)
})

test('statuses of the integration and of the call come on top of the usual ones', () => {
  expect(wait(answer(500), { statuses: [420] })).toBe(3000)
  expect(wait(answer(429), { statuses: [420] })).toBe(3000)
  expect(wait(answer(420), { statuses: [420] })).toBe(3000)
  expect(wait(answer(404), { retryOn: [404] })).toBe(3000)
  expect(wait(answer(404), { statuses: [420], retryOn: [404] })).toBe(3000)
  expect(wait(answer(501), { statuses: [501] })).toBe(3000)
})

test('403 is tried again only if the answer itself or the function asks for it', () => {
  expect(wait(answer(403), { statuses: [403] })).toBeUndefined()
  expect(wait(answer(403, { 'retry-after': '1' }))).toBe(3000)
  expect(wait(answer(403, { 'retry-after': '60' }))).toBe(MINUTE)
  expect(wait(answer(403), { retryOn: [403] })).toBe(3000)
  const remaining = { remaining: 'X-Remaining' }
  expect(wait(answer(403, { 'x-remaining': '0' }), remaining)).toBe(3000)
  expect(wait(answer(403, { 'x-remaining': '1' }), remaining)).toBeUndefined()
  expect(wait(answer(403, { 'x-remaining': '' }), remaining)).toBeUndefined()
})

test('403 is tried again if a usual header says that nothing remains', () => {
  expect(wait(answer(403, { 'x-ratelimit-remaining': '0' }))).toBe(3000)
  expect(wait(answer(403, { ratelimit: '"default";r=0;t=30' }))).toBe(3000)
  expect(wait(answer(403, { 'x-ratelimit-remaining': '3' }))).toBeUndefined()
})

test('a used-up quota is no reason to repeat another refusal', () => {
  const remaining = { remaining: 'X-Remaining' }
  for (const status of [200, 400, 404])
    expect(wait(answer(status, { 'x-remaining': '0' }), remaining)).toBeUndefined()
})

test.each([
  ['Retry-After in seconds', { 'retry-after': '7' }, {}, 7000],
  ['Retry-After in parts of seconds', { 'retry-after': '7.5' }, {}, 7500],
  ['Retry-After as a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }, {}, 9000],
  ['Retry-After as an old form of date', { 'retry-after': 'Thursday, 01-Jan-26 00:00:09 GMT' }, {}, 9000],
  ['Retry-After as an ISO date', { 'retry-after': '2026-01-01T00:00:09Z' }, {}, 9000],
  ['a header of the call', { 'x-wait': '5' }, { retryAfter: ['X-Wait'] }, 5000],
  ['an instant of the call', { 'x-reset': String(NOW / 1000 + 11) }, { retryAt: ['x-reset'] }, 11_000],
  ['a header of the integration', { 'x-reset': String(NOW / 1000 + 4) }, { at: 'x-reset' }, 4000],
  ['a reset header in seconds to go', { 'x-reset': '12' }, { at: 'x-reset' }, 12_000],
  ['a duration', { 'x-reset': '1m2s' }, { at: 'x-reset' }, 62_000],
  ['an instant in milliseconds', { 'x-reset': String(NOW + 4321) }, { at: 'x-reset' }, 4321],
  ['an instant as a date', { 'x-reset': '2026-01-01T00:00:05.000Z' }, { at: 'x-reset' }, 5000],
  ['the longest of several', { 'retry-after': '4', 'x-wait': '5' }, { after: 'x-wait' }, 5000],
  ['Retry-After, also beyond ten minutes', { 'retry-after': '3600' }, {}, 60 * MINUTE],
  ['no more than a day', { 'retry-after': '999999' }, {}, 24 * 60 * MINUTE],
  ['its own if Retry-After is 0', { 'retry-after': '0' }, {}, 3000],
  ['its own if Retry-After is negative', { 'retry-after': '-60' }, {}, 3000],
  ['its own if Retry-After is in the past', { 'retry-after': 'Thu, 01 Jan 2025 00:00:09 GMT' }, {}, 3000],
  ['its own if Retry-After is shorter', { 'retry-after': '1' }, {}, 3000],
  ['its own if the instant has passed', { 'x-reset': '1' }, { at: 'x-reset' }, 3000],
  ['its own if nothing is readable', { 'retry-after': 'soon' }, {}, 3000],
  ['its own if a text has a date in it', { 'retry-after': 'before 2099' }, {}, 3000],
  ['its own if the number is no number', { 'retry-after': '1e400' }, {}, 3000],
  ['its own if the header is empty', { 'retry-after': '' }, {}, 3000],
])('the wait is that of %s', (_, headers, policy, expected) => {
  expect(wait(answer(429, headers as unknown as Record<string, string>), policy)).toBe(expected)
})

test('the reset header counts only when the quota is used up', () => {
  const headers = { 'x-reset': String(NOW / 1000 + 100), 'x-remaining': '7' }
  const policy = { at: 'x-reset', retryAt: ['x-reset'], remaining: 'x-remaining' }
  expect(wait(answer(503, headers), policy)).toBe(3000)
  expect(wait(answer(429, headers), policy)).toBe(100_000)
  expect(wait(answer(403, { ...headers, 'x-remaining': '0' }), policy)).toBe(100_000)
})

test('a wait says whether the API named it, or it is our own', () => {
  const cause = (...given: Parameters<typeof waitOf>) => waitOf(...given)?.cause
  expect(cause(answer(503))).toBe('growing')
  expect(cause(answer(503, { 'retry-after': '0' }))).toBe('growing')
  expect(cause(fault('ECONNRESET'))).toBe('growing')
  expect(cause(answer(429))).toBe('growing')
  expect(cause(answer(429, { 'retry-after': '1' }))).toBe('growing')
  expect(cause(answer(429, { 'retry-after': '4' }))).toBe('named')
  expect(cause(answer(503, { 'retry-after': '4' }))).toBe('named')
})

test.each([
  ['ECONNRESET', 3000],
  ['ECONNREFUSED', 3000],
  ['UND_ERR_SOCKET', 3000],
  ['UND_ERR_BODY_TIMEOUT', 3000],
  ['broken_content_encoding', 3000],
  ['url_not_allowed', undefined],
  ['response_too_large', undefined],
  ['ENOTFOUND', undefined],
  ['CERT_HAS_EXPIRED', undefined],
])('a fault %s is tried again: %s', (code, expected) => {
  expect(wait(fault(code))).toBe(expected)
})

test.each(['POST', 'PATCH'])('%s is tried again only if nothing was processed, or if asked for', (method) => {
  const post = (status: number, last = method) => answer(status, {}, last)
  for (const status of [429, 503]) expect(wait(post(status), { method })).toBe(3000)
  for (const status of [500, 502, 504]) {
    expect(wait(post(status), { method })).toBeUndefined()
    expect(wait(post(status), { method, idempotent: true })).toBe(3000)
    expect(wait(post(status), { method, retryOn: [status] })).toBe(3000)
  }
  expect(wait(post(420), { method, statuses: [420] })).toBe(3000)
  expect(wait(post(520), { method, statuses: [520] })).toBeUndefined()
  // After the redirect to a GET
  expect(wait(post(503, 'GET'), { method })).toBeUndefined()
  expect(wait(post(503, 'GET'), { method, idempotent: true })).toBe(3000)

  expect(wait(fault('ECONNREFUSED', false), { method })).toBe(3000)
  expect(wait(fault('EAI_AGAIN', false), { method })).toBe(3000)
  expect(wait(fault('ECONNRESET', true), { method })).toBeUndefined()
  expect(wait(fault('ECONNRESET', true), { method, idempotent: true })).toBe(3000)
  expect(wait(fault('url_not_allowed', false), { method, idempotent: true })).toBeUndefined()
})

test.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])('%s is idempotent', (method) => {
  expect(wait(answer(500, {}, method), { method })).toBe(3000)
  expect(wait(fault('ECONNRESET'), { method })).toBe(3000)
})
