import type { ApiSettings } from '@syncline/catalog'
import { expect, test } from 'vitest'
import { checkConnectionConfig } from './check-connection-config.ts'

const settings = (changes: Partial<ApiSettings>): ApiSettings => ({
  baseUrl: 'https://${connectionConfig.sub}.acme.example',
  allowedHosts: [],
  auth: { type: 'none' },
  headers: {},
  ...changes,
})

const messages = (changes: Partial<ApiSettings>, config: Record<string, unknown>) =>
  checkConnectionConfig(settings(changes), config).map(({ path, message }) => `${path}: ${message}`)

test('a needed part is asked for by its name and meaning', () => {
  const connectionConfig = { sub: { description: 'the part before .acme.example' } }
  expect(messages({ connectionConfig }, {})).toEqual([
    "sub: 'sub' is missing, which the integration needs (the part before .acme.example)",
  ])
  expect(messages({}, { sub: '' })).toHaveLength(1)
  expect(messages({}, { sub: { a: 1 } })[0]).toContain('must be a text or number')
  expect(messages({}, { sub: 'shop-1' })).toEqual([])
  expect(messages({}, { sub: 7 })).toEqual([])
})

test('a part that no template uses may be absent, and must match its pattern', () => {
  const changes = {
    baseUrl: 'https://api.acme.example',
    connectionConfig: { tenant: { description: 'tenant', pattern: '[0-9]+', example: '42' } },
  }
  expect(messages(changes, {})).toEqual([])
  expect(messages(changes, { tenant: '42' })).toEqual([])
  expect(messages(changes, { tenant: '42 ' })).toEqual([
    "tenant: 'tenant' is '42 ', and must match [0-9]+, for example '42' (tenant)",
  ])
})

test.each([
  'evil.example/',
  'evil.example#',
  'evil.example?x=',
  'a@evil.example',
  'evil.example\\',
  'a b',
  'a%2f',
  'ä',
])('without a pattern, %j may not choose another host', (sub) => {
  expect(messages({}, { sub })).toHaveLength(1)
})

test.each([
  ['https://acme.my.salesforce.com', 0],
  ['https://acme.example:8443/base', 0],
  ['http://acme.example', 1],
  ['https://user@acme.example', 1],
  ['https://acme.example?x', 1],
  ['acme.example', 1],
])('a part that is the whole origin must be a plain https URL: %s', (url, problems) => {
  expect(messages({ baseUrl: '${connectionConfig.url}/api' }, { url })).toHaveLength(problems)
})

test('parts of the token endpoint, of headers and of the verify request are needed too', () => {
  const changes: Partial<ApiSettings> = {
    baseUrl: 'https://api.acme.example',
    headers: { 'x-a': '${connectionConfig.a}' },
    auth: { type: 'callback', url: 'https://${connectionConfig.b}', placement: { in: 'query', name: 'x' } },
    verify: { method: 'GET', path: '/${connectionConfig.c}', headers: {} },
  }
  expect(
    messages(changes, {})
      .map((text) => text[0])
      .sort(),
  ).toEqual(['a', 'b', 'c'])
  expect(messages(changes, { a: 'any text!', b: 'evil/', c: '1' })).toHaveLength(1)
})

test('a pattern of a user takes linear time', () => {
  const connectionConfig = { sub: { description: 'x', pattern: '(a+)+b' } }
  const begun = performance.now()
  expect(messages({ connectionConfig }, { sub: 'a'.repeat(2000) })).toHaveLength(1)
  expect(performance.now() - begun).toBeLessThan(1000)
})

test('of the alternatives of a base URL one is enough; values of the others are checked all the same', () => {
  const baseUrl = 'https://${connectionConfig.host} || https://${connectionConfig.sub}.acme.example'
  expect(messages({ baseUrl }, { host: 'own.example' })).toEqual([])
  expect(messages({ baseUrl }, { sub: 'shop' })).toEqual([])
  expect(messages({ baseUrl }, { host: '', sub: 'shop' })).toEqual([])
  expect(messages({ baseUrl }, {})).toEqual(["host: 'host' is missing, which the integration needs"])
  expect(messages({ baseUrl }, { host: 'own.example', sub: 'evil.example/' })).toHaveLength(1)
  const optional = 'https://api.${connectionConfig.region}.acme.example || https://api.acme.example'
  expect(messages({ baseUrl: optional }, {})).toEqual([])
})

test('a part that is the whole origin of an alternative must be a plain https URL', () => {
  const baseUrl = 'https://acme.${connectionConfig.country} || ${connectionConfig.url}'
  expect(messages({ baseUrl }, { url: 'https://acme.example' })).toEqual([])
  expect(messages({ baseUrl }, { url: 'http://acme.example' })).toHaveLength(1)
})
