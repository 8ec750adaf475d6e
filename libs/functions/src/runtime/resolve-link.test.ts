import { expect, test } from 'vitest'
import { resolveLink } from './resolve-link.ts'

const page = 'https://a.io/api/v1/users?limit=2'

test.each([
  ['https://b.io/x?page=2', 'https://b.io/x?page=2'],
  ['//b.io/x', 'https://b.io/x'],
  ['/api/v1/users?page=2', 'https://a.io/api/v1/users?page=2'],
  ['/other?page=2', 'https://a.io/other?page=2'],
  ['?page=2', 'https://a.io/api/v1/users?page=2'],
  ['users?page=2', 'https://a.io/api/v1/users?page=2'],
  ['./users?page=2', 'https://a.io/api/v1/users?page=2'],
  ['../v2/users?page=2', 'https://a.io/api/v2/users?page=2'],
  [' /api/v1/users?page=2 ', 'https://a.io/api/v1/users?page=2'],
  ['?at=a:b&x=%2F', 'https://a.io/api/v1/users?at=a:b&x=%2F'],
])('%s in the page is %s', (link, expected) => {
  expect(resolveLink(link, page, '/users')).toBe(expected)
})

test.each([
  ['/users?page=2', 'https://a.io/api/v1/users?page=2'],
  ['/v1/users?page=2', 'https://a.io/api/v1/users?page=2'],
  ['/sers?page=2', 'https://a.io/sers?page=2'],
  ['/', 'https://a.io/'],
])('a path that is the end of the path of the page is behind the same prefix: %s', (link, expected) => {
  expect(resolveLink(link, page, '/users')).toBe(expected)
})

test.each([
  ['/x?page=2', '/users', '/x?page=2'],
  ['?page=2', '/v1/users?page=1', '/v1/users?page=2'],
  ['users?page=2', 'v1/users', '/v1/users?page=2'],
  ['https://b.io/x', '/users', 'https://b.io/x'],
  ['?page=2', 'https://b.io/x', 'https://b.io/x?page=2'],
])('without the URL of the page, %s in %s is %s', (link, endpoint, expected) => {
  expect(resolveLink(link, undefined, endpoint)).toBe(expected)
})

test.each(['javascript:alert(1)', 'mailto:a@b.io', 'http://[', 'ftp://a.io/x'])(
  '%s leads nowhere',
  (link) => {
    expect(resolveLink(link, page, '/users')).toBeUndefined()
  },
)
