import { expect, test } from 'vitest'
import { quotaOf } from './quota-of.ts'

const now = Date.parse('2026-05-01T12:00:00Z')
const second = now / 1000
const ok = (headers: Record<string, string>, retry = {}) => quotaOf({ status: 200, headers }, retry, now)
const refused = (headers: Record<string, string>, retry = {}) => quotaOf({ status: 429, headers }, retry, now)

test.each([
  [{}, undefined],
  [{ 'content-type': 'application/json', 'retry-after': '30' }, undefined],
  [
    { 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '30', 'x-ratelimit-limit': '10' },
    { usedUp: false, remaining: 7, waitMs: 30_000, limit: 10 },
  ],
  [
    { 'ratelimit-remaining': '0', 'ratelimit-reset': '5' },
    { usedUp: true, remaining: 0, waitMs: 5000 },
  ],
  // Nothing remains, but the API counts again by now.
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(second - 1) }, undefined],
  // Without a time nobody knows how long that holds.
  [{ 'x-ratelimit-remaining': '0' }, undefined],
  [{ 'x-ratelimit-remaining': 'many', 'x-ratelimit-reset': '5' }, undefined],
  [
    { ratelimit: 'limit=100, remaining=40, reset=9' },
    { usedUp: false, remaining: 40, waitMs: 9000, limit: 100 },
  ],
  [{ ratelimit: '"default";r=40;t=9' }, { usedUp: false, remaining: 40, waitMs: 9000 }],
  [
    {
      ratelimit: '"burst";r=9;t=1, "daily";r=0;t=50',
      'ratelimit-policy': '"burst";q=10;w=1,"daily";q=99;w=60',
    },
    { usedUp: true, remaining: 0, waitMs: 50_000, limit: 99 },
  ],
  [
    { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '3', 'ratelimit-reset': '7' },
    { usedUp: false, remaining: 3, waitMs: 7000, limit: 100 },
  ],
])('an answer with %o says %o', (headers, quota) => {
  expect(ok(headers as Record<string, string>)).toEqual(quota)
})

test('names that a provider gives win over the usual ones', () => {
  const headers = { 'x-acme-left': '0', 'x-acme-again': String(second + 8), 'x-ratelimit-remaining': '5' }
  expect(ok(headers, { remaining: 'X-Acme-Left', at: ['X-Acme-Again'] })).toEqual({
    usedUp: true,
    remaining: 0,
    waitMs: 8000,
  })
})

test('an instant is one of the clock of the API', () => {
  const headers = {
    date: 'Fri, 01 May 2026 12:05:00 GMT', // 5 minutes fast
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(second + 310),
  }
  expect(ok(headers)).toMatchObject({ waitMs: 10_000 })
  expect(ok({ ...headers, date: 'Sat, 01 Jan 2000 00:00:00 GMT' })).toMatchObject({ waitMs: 310_000 })
})

test('a 429 says until when, by what it has', () => {
  expect(refused({})).toEqual({ usedUp: true })
  expect(refused({ 'retry-after': '3', 'x-ratelimit-reset': '60' })).toEqual({ usedUp: true, waitMs: 3000 })
  expect(refused({ 'x-ratelimit-reset': '60' })).toEqual({ usedUp: true })
  expect(refused({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60' })).toEqual({
    usedUp: true,
    waitMs: 60_000,
  })
  // It was refused for another limit than the one that is counted here.
  expect(refused({ 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '60' })).toEqual({ usedUp: true })
  expect(refused({ 'x-acme-wait': '4' }, { after: 'X-Acme-Wait' })).toEqual({ usedUp: true, waitMs: 4000 })
  expect(refused({ 'x-acme-again': '4' }, { at: 'X-Acme-Again' })).toEqual({ usedUp: true, waitMs: 4000 })
  expect(refused({ 'retry-after': '0' })).toEqual({ usedUp: true })
})

test('a 403 is about the quota only if nothing remains', () => {
  const forbidden = (headers: Record<string, string>) => quotaOf({ status: 403, headers }, {}, now)
  expect(forbidden({})).toBeUndefined()
  expect(forbidden({ 'retry-after': '5' })).toBeUndefined()
  expect(forbidden({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '5' })).toEqual({
    usedUp: true,
    waitMs: 5000,
  })
})
