import { expect, test } from 'vitest'
import { targetUrl } from './target-url.ts'

test.each([
  ['https://a.io', '/users', 'https://a.io/users'],
  ['https://a.io/', 'users', 'https://a.io/users'],
  ['https://a.io/v1', '/users?page=2', 'https://a.io/v1/users?page=2'],
  ['https://a.io/v1/', '//users', 'https://a.io/v1/users'],
  ['https://a.io/v1', '', 'https://a.io/v1'],
  ['https://a.io/v1', '?page=2', 'https://a.io/v1?page=2'],
  ['https://a.io/v1', 'https://a.io/v1/next', 'https://a.io/v1/next'],
  ['https://a.io/v1', 'https://b.io/next?c=1', 'https://b.io/next?c=1'],
  ['https://a.io', '//b.io/users', 'https://a.io/b.io/users'],
  ['https://a.io', '\\\\b.io', 'https://a.io///b.io'],
  ['https://a.io', '@b.io', 'https://a.io/@b.io'],
])('%s and %s make %s', (base, endpoint, url) => {
  expect(targetUrl(base, { endpoint }).href).toBe(new URL(url).href)
})

test('an override takes the place of the base, with its path', () => {
  expect(targetUrl('https://a.io/v1', { endpoint: '/x', baseUrl: 'https://b.io/v2' }).href).toBe(
    'https://b.io/v2/x',
  )
})

test('what makes no URL is named', () => {
  expect(() => targetUrl('not a url', { endpoint: '/x' })).toThrow("the endpoint '/x' at 'not a url'")
})
