import { describe, expect, test } from 'vitest'
import { fillTemplate, fillTemplates, fillUrl, type TemplateValues } from './template.ts'

const values: TemplateValues = {
  connectionConfig: { space: 'acme', 'a.b': 'flat', nested: { n: 5 } },
  credentials: { username: 'u', password: 'p:ß' },
  app: { client_id: 'c' },
  jwt: 'j.w.t',
}

test.each([
  ['/${connectionConfig.space}/x', '/acme/x'],
  ['${connectionConfig.a.b}', 'flat'],
  ['${connectionConfig.nested.n}', '5'],
  ['Bearer ${jwt}', 'Bearer j.w.t'],
  ['Basic ${base64(credentials.username:credentials.password)}', 'Basic dTpwOsOf'],
  ['Basic ${base64(app.client_id:)}', 'Basic Yzo='],
  ['no template $ {x} $x', 'no template $ {x} $x'],
])('%s', (text, expected) => {
  expect(fillTemplate(text, values)).toBe(expected)
})

test('what is missing is named', () => {
  expect(() => fillTemplate('${connectionConfig.other}', values)).toThrow(
    "connection_config has no 'other', which the integration needs",
  )
  expect(() => fillTemplate('${app.client_secret}', values)).toThrow(
    "app credentials of the integration has no 'client_secret'",
  )
  expect(() => fillTemplate('${connectionConfig.constructor}', values)).toThrow("no 'constructor'")
  expect(() => fillTemplate('${process.env}', values)).toThrow("'${process.env}' is no name")
})

test('the texts in JSON are templates; other values stay', () => {
  expect(fillTemplates({ a: ['${jwt}', 1, null], b: { c: '${app.client_id}' } }, values)).toEqual({
    a: ['j.w.t', 1, null],
    b: { c: 'c' },
  })
})

test.each([
  ['https://${connectionConfig.x}.a.io/v1', 'acme', 'https://acme.a.io/v1'],
  ['https://${connectionConfig.x}.a.io/v1', 'eu-1.acme', 'https://eu-1.acme.a.io/v1'],
  ['https://${connectionConfig.x}', 'acme.io', 'https://acme.io'],
  ['https://${connectionConfig.x}/v1', 'acme.io:8443', 'https://acme.io:8443/v1'],
  ['https://a.io/${connectionConfig.x}', 'one/two', 'https://a.io/one/two'],
  ['https://a.io:${connectionConfig.x}/', 8443, 'https://a.io:8443/'],
  ['https://bücher.io/${connectionConfig.x}', 'v1', 'https://bücher.io/v1'],
  ['${connectionConfig.x}/v1', 'https://acme.io', 'https://acme.io/v1'],
])('%s with %s is %s', (template, x, url) => {
  expect(fillUrl(template, { connectionConfig: { x } })).toBe(url)
})

test.each([
  ...['evil.io/', 'evil.io?', 'evil.io#', 'evil.io\\', 'user@', 'evil.io:80@', 'evil.io:80', 'evil.io%2f'],
  ...['evil.io／', 'evil.io。', ' ', '\t', '\n', ''],
])('the value %j cannot change the host', (x) => {
  expect(() => fillUrl('https://${connectionConfig.x}.acme.io/v1', { connectionConfig: { x } })).toThrow(
    'cannot be parts of a host',
  )
})

describe('alternatives of a URL', () => {
  const text =
    'https://${connectionConfig.host} || https://${connectionConfig.sub}.acme.io/${connectionConfig.v} || https://acme.io'
  test.each([
    [{ host: 'own.io', sub: 'a', v: 1 }, 'https://own.io'],
    [{ sub: 'a', v: 1 }, 'https://a.acme.io/1'],
    [{ host: '', sub: 'a', v: 0 }, 'https://a.acme.io/0'],
    [{ sub: 'a' }, 'https://acme.io'],
    [{ host: null, v: 1 }, 'https://acme.io'],
    [{}, 'https://acme.io'],
  ])('of %j the first one counts whose values are all there', (connectionConfig, url) => {
    expect(fillUrl(text, { connectionConfig })).toBe(url)
  })

  test('without one that has all its values, the error has them all', () => {
    const two = 'https://${connectionConfig.host} || ${connectionConfig.origin}'
    expect(() => fillUrl(two, { connectionConfig: { sub: 'a' } })).toThrow(
      `not all values of any alternative in '${two}'`,
    )
    expect(fillUrl(two, { connectionConfig: { origin: 'https://acme.io' } })).toBe('https://acme.io')
  })

  test('a value of one is a part of a host as it is elsewhere', () => {
    expect(() => fillUrl(text, { connectionConfig: { host: 'evil.io/' } })).toThrow(
      'cannot be parts of a host',
    )
  })
})
