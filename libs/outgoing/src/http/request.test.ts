import { expect, test } from 'vitest'
import { redirected, withoutQuery, withQuery } from './request.ts'

const url = (text: string) => new URL(text)

test.each([
  ['https://a.io/', 'https://a.io/?key=s%20%26'],
  ['https://a.io/?x=a%20b:c&y', 'https://a.io/?x=a%20b:c&y&key=s%20%26'],
  ['https://a.io/?', 'https://a.io/?key=s%20%26'],
])('credentials come to the query of %s and leave the rest as it is', (given, expected) => {
  expect(withQuery(url(given), { key: 's &' }, true).href).toBe(expected)
})

test('the first request gets our credentials instead of others; a redirect keeps those that it carries', () => {
  expect(withQuery(url('https://a.io/?key=old&x=1'), { key: 'k' }, true).href).toBe('https://a.io/?key=k&x=1')
  expect(withQuery(url('https://a.io/?key=new&x=1'), { key: 'k' }, false).href).toBe(
    'https://a.io/?key=new&x=1',
  )
})

test('a URL for the function has our credentials no more, and others still', () => {
  expect(withoutQuery(url('https://a.io/?key=k&x=1'), { key: 'k' }).href).toBe('https://a.io/?x=1')
  expect(withoutQuery(url('https://a.io/?key=new&x=a%20b'), { key: 'k' }).href).toBe(
    'https://a.io/?key=new&x=a%20b',
  )
})

test('headers of the call stay between origins that may have credentials, and are never given back', () => {
  const trusted = ['https://a.io', 'https://b.io']
  const request = {
    method: 'GET',
    headers: { 'x-own': 'y', accept: 'text/x' },
    additions: (to: URL) => (trusted.includes(to.origin) ? { headers: {}, query: {} } : undefined),
  }
  const after = (from: string, to: string, given = request) => redirected(given, 302, url(from), url(to))
  expect(after('https://a.io', 'https://b.io').headers).toEqual({ 'x-own': 'y', accept: 'text/x' })
  expect(after('https://c.io', 'https://c.io/2').headers).toEqual({ 'x-own': 'y', accept: 'text/x' })
  expect(after('https://c.io', 'https://a.io').headers).toEqual({ accept: 'text/x' })
  expect(after('https://a.io', 'http://a.io').headers).toEqual({ accept: 'text/x' })
  const left = redirected(request, 302, url('https://a.io'), url('https://c.io'))
  expect(left.headers).toEqual({ accept: 'text/x' })
  expect(redirected(left, 302, url('https://c.io'), url('https://a.io')).headers).toEqual({
    accept: 'text/x',
  })
})
