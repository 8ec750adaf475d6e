import { expect, test } from 'vitest'
import { withoutAddresses } from './without-addresses.ts'

test.each([
  ['Redis does not answer: connect ECONNREFUSED 10.0.0.2:6379', 'Redis does not answer'],
  ['ClickHouse does not answer: getaddrinfo ENOTFOUND clickhouse', 'ClickHouse does not answer'],
  ['Redis does not answer: read ECONNRESET', 'Redis does not answer'],
  [
    'ClickHouse does not answer: connect EHOSTUNREACH 172.20.0.3:8123 - Local (172.20.0.9:4711)',
    'ClickHouse does not answer',
  ],
  [
    'redis: Redis does not answer: connect ECONNREFUSED ::1:6379; nats: ok',
    'redis: Redis does not answer; nats: ok',
  ],
  ['no connection to http://me@db.internal:8123/x', 'no connection to …'],
  ['the server at [fd00::1]:50051 is away', 'the server at … is away'],
])('%s', (message, shown) => {
  expect(withoutAddresses(message)).toBe(shown)
})

test('other messages stay as they are', () => {
  for (const message of [
    'the write queue is full: send less at a time',
    'clickhouse: no answer within 2000 ms',
    "schedule 'nightly' of version 1.2.3 at 12:30:15 is paused",
  ])
    expect(withoutAddresses(message)).toBe(message)
})
