import { expect, test } from 'vitest'
import { normalizedMessage } from './normalized-message.ts'

/** An error, and its message. */
const cases: [string, string][] = [
  ['', ''],
  ['the connection has no token yet', 'the connection has no token yet'],
  ['  two\n\tlines ', 'two lines'],

  // Requests
  [
    'GET /repos/acme/web/issues: request failed with status code 404',
    'GET /repos/…/issues: request failed with status code 404',
  ],
  [
    'GET /repos/zeta/api/issues?page=3&token=x: request failed with status code 500',
    'GET /repos/…/issues: request failed with status code 500',
  ],
  ['GET /users/12345: timed out', 'GET /users/…: timed out'],
  ['POST /: no answer', 'POST /: no answer'],
  [
    'https://api.example.com/v1/customers/cus_9s6XKzkNRiz8i3?limit=100: status 429',
    'https://api.example.com/v1/…: status 429',
  ],
  ["'https://user:secret@host.example:8443/a?b=c#d' is gone", "'…' is gone"],
  ['see https://user:secret@host.example:8443/a?b=c#d', 'see https://host.example/a'],
  ['see http://10.0.0.7:8080/health', 'see http://<address>/health'],
  ['see (https://a.example/docs/x), or call', 'see (https://a.example/docs/x), or call'],
  ['answered 503', 'answered 503'],
  ['HTTP/1.1 502 Bad Gateway', 'HTTP/1.1 502 Bad Gateway'],
  ['error 401: Unauthorized', 'error 401: Unauthorized'],
  ['took 404 ms', 'took <number> ms'],

  // Addresses
  ['connect ECONNREFUSED 127.0.0.1:8123', 'connect ECONNREFUSED <address>'],
  ['connect ECONNREFUSED ::1:5432', 'connect ECONNREFUSED <address>'],
  ['connect ECONNREFUSED [2001:db8::1]:5432', 'connect ECONNREFUSED <address>'],
  ['connect ECONNREFUSED localhost:5432', 'connect ECONNREFUSED localhost:<number>'],
  ['getaddrinfo ENOTFOUND api.example.com', 'getaddrinfo ENOTFOUND api.example.com'],
  ['no seat for bob.smith+x@example.co.uk', 'no seat for <email>'],

  // Quoted texts
  ["record 17 of model 'Issue': no field 'id'", "record <number> of model '…': no field '…'"],
  [
    "Cannot read properties of undefined (reading 'map')",
    "Cannot read properties of undefined (reading '…')",
  ],
  ['Unexpected token \'<\', "<!DOCTYPE "... is not JSON', 'Unexpected token \'…\', "…"... is not JSON'],
  ["it can't and isn't", "it can't and isn't"],
  ["an order 'it's' fails", "an order '…' fails"],
  ['field `name` and “title”', 'field `…` and “…”'],

  // Ids, numbers, times
  ['run 5d41402abc4b2a76b9719d91 is gone', 'run <id> is gone'],
  ['no 123e4567-e89b-12d3-a456-426614174000', 'no <id>'],
  ['no customer cus_9s6XKzkNRiz8i3', 'no customer <id>'],
  ['oauth2 refused: invalid_grant', 'oauth2 refused: invalid_grant'],
  ['sha256 sum differs', 'sha256 sum differs'],
  ['ETIMEDOUT after 30000ms', 'ETIMEDOUT after <number>ms'],
  ['1,234.5 of 10.', '<number> of <number>.'],
  ['-5 is too small', '<number> is too small'],
  ['data[12].name', 'data[<number>].name'],
  ['younger than 2026-11-27T14:36:56.123Z', 'younger than <time>'],
  ['younger than 2026-11-27', 'younger than <time>'],
  ['v1.2.3 is not supported', 'v1.2.3 is not supported'],

  // Lists of any length
  ['ids 1, 2, 3 and 4 are missing', 'ids <number>, … are missing'],
  ["ids 'a', 'b', 'c' are gone", "ids '…', … are gone"],
]

test.each(cases)('%j is %j', (error, message) => {
  expect(normalizedMessage(error)).toBe(message)
})

test.each(cases.map(([error]) => error))('%j normalized twice is the same', (error) => {
  const message = normalizedMessage(error)
  expect(normalizedMessage(message)).toBe(message)
})

test('an error of any length has a short message', () => {
  const message = normalizedMessage('word '.repeat(100_000))
  expect(message.length).toBeLessThanOrEqual(300)
  expect(message.endsWith('…')).toBe(true)
  expect(normalizedMessage(message)).toBe(message)
})

/** What makes a pattern try many ways. */
test.each(["'", "a'", '/', '1.', ':a', 'a-', 'http://', 'a@', '"', " '", '<id>, ', ' /a', 'a.b:', '1:'])(
  '%j, many times, takes no time that grows with its square',
  (part) => {
    // It would not return.
    normalizedMessage(part.repeat(1_000_000 / part.length))
  },
)
