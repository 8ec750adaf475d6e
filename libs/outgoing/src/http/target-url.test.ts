import { expect, test } from 'vitest'
import { connectionBaseUrl, interpolate, targetUrl } from './target-url.ts'

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

test('values of the connection come into the base URL, and a missing one is named', () => {
  expect(interpolate('https://${connectionConfig.sub}.a.io', { sub: 'acme' })).toBe('https://acme.a.io')
  expect(() => interpolate('https://${connectionConfig.sub}.a.io', {})).toThrow("has no 'sub'")
})

test.each([
  ['https://${connectionConfig.x}.a.io/v1', 'acme', 'https://acme.a.io/v1'],
  ['https://${connectionConfig.x}.a.io/v1', 'eu-1.acme', 'https://eu-1.acme.a.io/v1'],
  ['https://${connectionConfig.x}', 'acme.io', 'https://acme.io'],
  ['https://${connectionConfig.x}/v1', 'acme.io:8443', 'https://acme.io:8443/v1'],
  ['https://a.io/${connectionConfig.x}', 'one/two', 'https://a.io/one/two'],
  ['https://a.io:${connectionConfig.x}/', 8443, 'https://a.io:8443/'],
  ['https://bücher.io/${connectionConfig.x}', 'v1', 'https://bücher.io/v1'],
])('%s with %s is %s', (template, x, url) => {
  expect(connectionBaseUrl(template, { x })).toBe(url)
})

test.each([
  'evil.io/',
  'evil.io?',
  'evil.io#',
  'evil.io\\',
  'user@',
  'evil.io:80@',
  'evil.io:80',
  'evil.io%2f',
  'evil.io／',
  'evil.io。',
  ' ',
  '\t',
  '\n',
  '',
])('the value %j cannot change the host', (x) => {
  expect(() => connectionBaseUrl('https://${connectionConfig.x}.acme.io/v1', { x })).toThrow(
    'the connection_config makes',
  )
})
