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
    'acme.yaml:2: base_urls: is not a field of provider files: check its spelling, not "x"',
  ],
  [
    'name: Acme',
    "acme.yaml:1: name: must be of a-z, 0-9, '-' and '_', and begin with a letter or digit, not \"Acme\"",
  ],
  ['base_url: https://x.example', 'acme.yaml:1: name: '],
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
