import { expect, test } from 'vitest'
import { parentsAmong } from './first-party.ts'
import { ReadProvider } from './read-provider-file.ts'
import { resolveProvider } from './resolve-provider.ts'

const read = (text: string) => new ReadProvider(text, 'acme.yaml')

test('a file is read as it is written, without defaults', () => {
  const { file } = read(`
name: acme
date: 2026-11-26
base_url: https://api.acme.example
auth: { type: header, name: x-key }
budget: { requests: 10, per: 1s }
`)
  expect(file).toEqual({
    name: 'acme',
    date: '2026-11-26',
    base_url: 'https://api.acme.example',
    auth: { type: 'header', name: 'x-key' },
    budget: { requests: 10, per: '1s' },
  })
})

test.each([
  [
    'name: acme\nbase_urls: x',
    'acme.yaml:2: base_urls: is not a field of provider files: check its spelling',
  ],
  [
    'name: Acme',
    "acme.yaml:1: name: must be of a-z, 0-9, '-' and '_', and begin with a letter or digit, not \"Acme\"",
  ],
  ['base_url: https://x.example', 'acme.yaml:1: name: is missing'],
  ['name: acme\nauth: bearer', 'acme.yaml:2: auth: must be fields with values (field: value), not "bearer"'],
  ['name: acme\nauth: { type: header }', 'acme.yaml:2: auth.name: is missing'],
  ['name: acme\nauth: { type: oauth2 }', 'acme.yaml:2: auth.token: is missing'],
  [
    'name: acme\nauth: { type: oauth }',
    'acme.yaml:2: auth.type: must be none, bearer, basic, header, query, oauth2, client_credentials, password, jwt, ' +
      'two_step or callback, not "oauth"',
  ],
  [
    'name: acme\npagination: { type: page }',
    'acme.yaml:2: pagination.type: must be cursor, link or offset, not "page"',
  ],
  ['name: acme\nbase_url:', 'acme.yaml:2: base_url: is empty: give it a value, or leave it out'],
  ['name: acme\nheaders: { x-version: 2 }', 'acme.yaml:2: headers.x-version: must be a text, not 2'],
  ['name: acme\nheaders: { x-name: 名 }', 'acme.yaml:2: headers.x-name: must have no line breaks'],
  ['name: acme\nretry: { after: 5 }', 'acme.yaml:2: retry.after: must be a text or a list, not 5'],
  ['name: acme\nretry: { statuses: [99] }', 'acme.yaml:2: retry.statuses.0: must be at least 400, not 99'],
  ['name: acme\ndocs: acme', 'acme.yaml:2: docs: must be a URL, not "acme"'],
  ['name: acme\ndate: 26.11.2026', 'acme.yaml:2: date: must be a date such as 2026-11-26, not "26.11.2026"'],
  ['name: acme\nbudget: { requests: 0.5 }', 'acme.yaml:2: budget.requests: must be a whole number, not 0.5'],
  [
    'name: acme\nbudget: { requests: 5, per: 2 weeks }',
    'acme.yaml:2: budget.per: must be at most a day, not "2 weeks"',
  ],
  ['name: acme\nconsistency_lag: 5', "acme.yaml:2: consistency_lag: must be a duration such as '30s'"],
  ['name: acme\nconsistency_lag: 6 weeks', 'acme.yaml:2: consistency_lag: must be at most 30 days'],
  ['name: acme\n---\nname: b', 'acme.yaml:2: a file has one document'],
  ['name: acme\nretry:\n  statuses: [429, 99]', 'acme.yaml:3: retry.statuses.1: '],
  ['name: acme\nauth:\n  type: magic', 'acme.yaml:3: auth.type: '],
  ['name: acme\nauth:\n  type: bearer\n  token: x', 'acme.yaml:4: auth.token: is not a field'],
  [
    'name: acme\nbudget: { requests: 5, per: soon }',
    "acme.yaml:2: budget.per: must be a duration such as '30s'",
  ],
  ['name: acme\nconsistency_lag: 0s', 'acme.yaml:2: consistency_lag: must be a duration'],
  ['name: acme\nbase_url: ftp://x', 'acme.yaml:2: base_url: must begin with https://'],
  ['name: acme\nheaders: { "a b": c }', 'acme.yaml:2: headers.a b: '],
  ["name: acme\nallowed_hosts: ['*.com']", 'acme.yaml:2: allowed_hosts.0: must be a host'],
  ['name: acme\nallowed_hosts: [https://x.example]', 'acme.yaml:2: allowed_hosts.0: must be a host'],
  ['name: acme\nname: again', 'acme.yaml:2: is not valid YAML'],
  ['name: [', 'acme.yaml:1: is not valid YAML'],
  ['', 'acme.yaml:1: the file: '],
  ['- name: acme', 'acme.yaml:1: the file: '],
  [`name: acme\ndisplay_name: ${'x'.repeat(70_000)}`, 'acme.yaml: is larger than 65536 characters'],
])('%j is refused with its place', (text, message) => {
  expect(() => read(text)).toThrow(message)
})

test.each(['files.acme.example', '*.acme.example', 'localhost:8080', '[::1]:80'])(
  '%s may get credentials',
  (host) => {
    expect(read(`name: acme\nallowed_hosts: ['${host}']`).file.allowed_hosts).toEqual([host])
  },
)

test('many anchors do not become a large file', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 20; i++)
    lines.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    )
  expect(() => read(lines.join('\n'))).toThrow(/^acme\.yaml: is not valid YAML: .*alias/)
})

test('each fault is named, one a line', () => {
  expect(() => read('name: acme\nfoo: 1\nbar: 2')).toThrow(/^acme\.yaml:2: foo: .*\nacme\.yaml:3: bar: .*$/)
})

test('what is wrong with the provider as a whole has its place too', () => {
  const found = read('name: acme\nbase_url: https://x.example\nextends: nobody')
  const located = () => {
    try {
      resolveProvider(
        found.file,
        parentsAmong(() => undefined),
      )
    } catch (error) {
      throw found.located(error)
    }
  }
  expect(located).toThrow(
    "acme.yaml:3: extends: names 'nobody', which is neither deployed nor comes with Syncline",
  )
  const other = new Error('other')
  expect(found.located(other)).toBe(other)
})
