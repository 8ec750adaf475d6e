import { expect, test } from 'vitest'
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

test('a value in the host of a URL is a part of a host, never the end of it', () => {
  const url = (space: string) =>
    fillUrl('https://${connectionConfig.space}.acme.test/x', { connectionConfig: { space } })
  expect(url('a-1.eu')).toBe('https://a-1.eu.acme.test/x')
  for (const space of ['evil.example/', 'evil.example?', 'evil.example#', 'u@evil.example', 'evil.example\\'])
    expect(() => url(space)).toThrow("'connectionConfig.space' cannot be a part of a host")
})

test('a whole URL, and parts of a path, may come from the connection config', () => {
  const connectionConfig = { base: 'https://a.test/v1', repo: 'o/r' }
  expect(fillUrl('${connectionConfig.base}/x', { connectionConfig })).toBe('https://a.test/v1/x')
  expect(fillUrl('https://a.test/${connectionConfig.repo}', { connectionConfig })).toBe('https://a.test/o/r')
})
