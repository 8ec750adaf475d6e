import { expect, test } from 'vitest'
import { mayHaveCredentials } from './may-have-credentials.ts'

const may = (base: string, allowed: string[], url: string) =>
  mayHaveCredentials(new URL(url), new URL(base), allowed)

test.each([
  ['https://a.io/v1', [], 'https://a.io/other'],
  ['https://a.io', [], 'https://A.io:443/'],
  ['http://a.io:8080', [], 'http://a.io:8080/'],
  ['https://a.io', ['b.io'], 'https://b.io/x'],
  ['https://a.io', ['B.io'], 'https://b.io/x'],
  ['https://a.io', ['b.io:443'], 'https://b.io/x'],
  ['https://a.io', ['b.io:8443'], 'https://b.io:8443/x'],
  ['https://a.io', ['*.b.io'], 'https://eu.b.io/'],
  ['https://a.io', ['*.b.io'], 'https://x.eu.b.io/'],
  ['https://a.io', ['*.b.io:8443'], 'https://eu.b.io:8443/'],
  ['https://a.io', ['bücher.io'], 'https://xn--bcher-kva.io/'],
  ['http://a.io:8080', ['a.io:8081'], 'http://a.io:8081/'],
  ['http://a.io:8080', ['a.io'], 'http://a.io/'],
])('with the base URL %s and the hosts %j, %s gets credentials', (base, allowed, url) => {
  expect(may(base, allowed, url)).toBe(true)
})

test.each([
  ['https://a.io', [], 'https://b.io/'],
  ['https://a.io', [], 'http://a.io/'],
  ['https://a.io', ['a.io'], 'http://a.io/'],
  ['https://a.io', ['a.io:443'], 'http://a.io:443/'],
  ['https://a.io', [], 'https://a.io:8443/'],
  ['https://a.io', [], 'https://a.io./'],
  ['https://a.io', [], 'https://a.io.evil.io/'],
  ['https://a.io', ['b.io'], 'http://b.io/'],
  ['https://a.io', ['b.io'], 'https://b.io:8443/'],
  ['https://a.io', ['b.io'], 'https://eu.b.io/'],
  ['https://a.io', ['*.b.io'], 'https://b.io/'],
  ['https://a.io', ['*.b.io'], 'https://evilb.io/'],
  ['https://a.io', ['*'], 'https://b.io/'],
  ['https://a.io', [''], 'https://b.io/'],
  ['https://a.io', ['b.io:port'], 'https://b.io/'],
  ['http://a.io', ['b.io'], 'http://b.io/'],
])('with the base URL %s and the hosts %j, %s gets none', (base, allowed, url) => {
  expect(may(base, allowed, url)).toBe(false)
})
