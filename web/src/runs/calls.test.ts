import { expect, test } from 'vitest'
import { type Calls, callsByHost } from './calls.ts'

const calls = (host: string, status: number | null, count: number, more: Partial<Calls> = {}): Calls => ({
  ...{ host, status, count, retries: 0, wait_ms: 0, total_ms: count * 10, max_ms: 10 },
  ...more,
})

test('calls of all attempts are one list by host and status', () => {
  const hosts = callsByHost([
    { calls: [calls('a.example', 429, 2, { wait_ms: 3000, retries: 2 }), calls('b.example', 200, 1)] },
    {
      calls: [
        calls('a.example', 200, 5, { max_ms: 90 }),
        calls('a.example', 429, 1, { wait_ms: 500, max_ms: 40 }),
      ],
    },
  ])
  expect(hosts).toMatchObject([
    {
      ...{ host: 'a.example', count: 8, failed: 3, retries: 2, wait_ms: 3500, total_ms: 80, max_ms: 90 },
      statuses: [
        { status: 200, count: 5 },
        { status: 429, count: 3, wait_ms: 3500, max_ms: 40 },
      ],
    },
    { host: 'b.example', count: 1, failed: 0 },
  ])
})

test('a call without an answer has failed', () => {
  expect(callsByHost([{ calls: [calls('a.example', null, 1)] }])).toMatchObject([{ failed: 1 }])
})

test('a run without calls has no hosts', () => {
  expect(callsByHost([])).toEqual([])
  expect(callsByHost([{ calls: [] }])).toEqual([])
})
