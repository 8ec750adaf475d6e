import { expect, test } from 'vitest'
import { nameOf, UnresolvedFailures } from './unresolved-failures.ts'

const get = (endpoint: string) => ({ method: 'GET', endpoint })

test('a failure stays until the same request succeeds', () => {
  const failures = new UnresolvedFailures()
  expect(failures.incomplete).toBe('')
  failures.failed('request', get('/a?page=2'), 'GET /a: status 500')
  failures.succeeded('request', get('/a?page=1'))
  expect(failures.incomplete).toBe('GET /a: status 500')
  failures.succeeded('request', { method: 'get', endpoint: '/a?page=2' })
  expect(failures.incomplete).toBe('')
})

test('method, base URL and body belong to the request', () => {
  const failures = new UnresolvedFailures()
  const request = { method: 'POST', endpoint: '/q', baseUrl: 'https://a.io', body: '{"page":1}' }
  failures.failed('request', request, 'failed')
  for (const change of [
    { method: 'PUT' },
    { baseUrl: undefined },
    { body: '{"page":2}' },
    { body: undefined },
  ])
    failures.succeeded('request', { ...request, ...change })
  expect(failures.incomplete).toBe('failed')
  failures.succeeded('request', request)
  expect(failures.incomplete).toBe('')
})

test('a page that was no list is not taken back by a request that succeeds', () => {
  const failures = new UnresolvedFailures()
  failures.failed('page', get('/a'), 'no list')
  failures.succeeded('request', get('/a'))
  expect(failures.incomplete).toBe('no list')
  failures.succeeded('page', get('/a'))
  expect(failures.incomplete).toBe('')
})

test('the first one is told, and how many others there are', () => {
  const failures = new UnresolvedFailures()
  for (const n of [1, 2, 3]) failures.failed('request', get(`/${n}`), `GET /${n}`)
  failures.failed('request', get('/2'), 'GET /2 again')
  expect(failures.incomplete).toBe('GET /1 (and 2 more)')
  failures.succeeded('request', get('/1'))
  expect(failures.incomplete).toBe('GET /2 again (and 1 more)')
})

test('no query strings, and not more than fits', () => {
  const failures = new UnresolvedFailures()
  failures.failed('request', get('/a'), 'https://a.io/x?key=secret refused, /y?token=secret too')
  expect(failures.incomplete).toBe('https://a.io/x refused, /y too')
  failures.succeeded('request', get('/a'))
  failures.failed('request', get('/a'), `${'x'.repeat(498)}\u{1f600}yyy`)
  failures.failed('request', get('/b'), 'other')
  expect(failures.incomplete.length).toBeLessThanOrEqual(500)
  expect(failures.incomplete).toMatch(/x… \(and 1 more\)$/)
})

test('beyond a thousand the run stays incomplete, and memory does not grow', () => {
  const failures = new UnresolvedFailures()
  for (let n = 0; n < 1500; n++) failures.failed('request', get(`/${n}`), `GET /${n}`)
  expect(failures.incomplete).toBe('GET /0 (and 1499 more)')
  for (let n = 0; n < 1500; n++) failures.succeeded('request', get(`/${n}`))
  expect(failures.incomplete).toBe('a request failed (and 499 more)')
})

test('a request is named without query, fragment and password', () => {
  expect(nameOf({ method: 'get', endpoint: '/a/b?key=1#x' })).toBe('GET /a/b')
  expect(nameOf({ method: 'GET', endpoint: 'https://me:secret@a.io/b?x' })).toBe('GET https://a.io/b')
})
