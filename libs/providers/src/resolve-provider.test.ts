import { expect, test } from 'vitest'
import { parentsAmong } from './first-party.ts'
import { InvalidProvider } from './invalid-provider.ts'
import type { ProviderFile } from './provider-file.ts'
import { resolveProvider } from './resolve-provider.ts'

const acme: ProviderFile = { name: 'acme', base_url: 'https://api.acme.example' }

function resolved(file: ProviderFile, ...others: ProviderFile[]) {
  return resolveProvider(
    file,
    parentsAmong((name) => others.find((other) => other.name === name)),
  )
}

function issuesOf(file: ProviderFile, ...others: ProviderFile[]) {
  try {
    resolved(file, ...others)
    return []
  } catch (error) {
    if (!(error instanceof InvalidProvider)) throw error
    return error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
  }
}

test('a name and a base URL are enough', () => {
  expect(resolved(acme)).toEqual({
    name: 'acme',
    displayName: 'acme',
    docs: '',
    settings: {
      baseUrl: 'https://api.acme.example',
      allowedHosts: [],
      auth: { type: 'none' },
      headers: {},
    },
  })
})

test('durations become numbers, and a budget is per second by default', () => {
  const { settings } = resolved({ ...acme, budget: { requests: 10 }, consistency_lag: '5m' })
  expect(settings).toMatchObject({
    budget: { key: 'connection', requests: 10, per_s: 1 },
    consistencyLagMs: 300_000,
  })
  const slow = resolved({ ...acme, budget: { key: 'app', requests: 100, per: '1 minute' } })
  expect(slow.settings.budget).toEqual({ key: 'app', requests: 100, per_s: 60 })
})

test('a provider has what it lacks from the one that it extends', () => {
  const parent: ProviderFile = {
    ...acme,
    docs: 'https://docs.acme.example',
    auth: { type: 'oauth2', token: { url: 'https://acme.example/token', client_auth: 'header' } },
    headers: { accept: 'application/json', 'x-version': '1' },
    retry: { statuses: [420], after: 'x-wait' },
    allowed_hosts: ['files.acme.example'],
  }
  const child: ProviderFile = {
    name: 'acme-eu',
    extends: 'acme',
    base_url: 'https://eu.acme.example',
    auth: { type: 'oauth2', token: { url: 'https://eu.acme.example/token' } },
    headers: { 'x-version': '2' },
    allowed_hosts: ['files.eu.acme.example'],
  }
  const provider = resolved(child, parent)
  expect(provider).toMatchObject({
    name: 'acme-eu',
    displayName: 'acme-eu',
    docs: 'https://docs.acme.example',
  })
  expect(provider.settings).toMatchObject({
    baseUrl: 'https://eu.acme.example',
    auth: { token: { url: 'https://eu.acme.example/token', client_auth: 'header' } },
    headers: { accept: 'application/json', 'x-version': '2' },
    retry: { statuses: [420], after: 'x-wait' },
    allowedHosts: ['files.eu.acme.example'],
  })
})

test('another type of auth, or another placement, replaces the one of the parent', () => {
  const token = { url: 'https://acme.example/token' }
  const parent: ProviderFile = {
    ...acme,
    auth: { type: 'oauth2', token, placement: { in: 'header', prefix: 'Token ' } },
  }
  expect(resolved({ name: 'a', extends: 'acme', auth: { type: 'basic' } }, parent).settings.auth).toEqual({
    type: 'basic',
  })
  const inQuery: ProviderFile = {
    name: 'a',
    extends: 'acme',
    auth: { type: 'oauth2', token, placement: { in: 'query', name: 'key' } },
  }
  expect(resolved(inQuery, parent).settings.auth).toMatchObject({ placement: { in: 'query', name: 'key' } })
})

test('a provider may extend one that comes with Syncline, also the one of its own name', () => {
  expect(resolved({ name: 'mine', extends: 'github' }).settings.baseUrl).toBe('https://api.github.com')
  const slower: ProviderFile = { name: 'github', extends: 'github', budget: { requests: 1 } }
  expect(resolved(slower, slower).settings).toMatchObject({
    baseUrl: 'https://api.github.com',
    budget: { requests: 1 },
  })
})

test('templates of headers, token requests and budgets may use what is filled there', () => {
  const connection_config = { account: { description: 'account' } }
  const headers = {
    authorization: 'Basic ${base64(credentials.user:credentials.key)}',
    'x-app': '${app.client_id} ${now} ${uuid}',
  }
  const token = {
    url: 'https://x.example/${credentials.installation_id}',
    headers: { authorization: 'Bearer ${jwt}', 'x-basic': '${base64(credentials.apiKey:)}' },
    params: { refresh: '${refresh_token}', account: '${connectionConfig.account}' },
  }
  const jwt = { algorithm: 'RS256' as const, key: '${app.private_key}', claims: { iss: '${app.client_id}' } }
  const budget = { requests: 1, key: 'account ${connectionConfig.account}' }
  expect(
    issuesOf({ ...acme, connection_config, headers, auth: { type: 'jwt', jwt, token }, budget }),
  ).toEqual([])
})

test.each<[string, ProviderFile, ProviderFile[], string]>([
  ['no base URL', { name: 'a' }, [], 'base_url is missing'],
  ['a parent that nobody knows', { ...acme, extends: 'nobody' }, [], "extends names 'nobody'"],
  [
    'a circle',
    { name: 'a', extends: 'b' },
    [
      { name: 'b', extends: 'c' },
      { name: 'c', extends: 'b' },
    ],
    'extends makes a circle: a → b → c → b',
  ],
  [
    'a template of another kind',
    { ...acme, base_url: 'https://${sub}.x' },
    [],
    'base_url .* has \\$\\{sub\\}',
  ],
  ['a query in the base URL', { ...acme, base_url: 'https://x.example/?a=1' }, [], 'base_url .* no query'],
  [
    'a user in the base URL',
    { ...acme, base_url: 'https://me:pw@x.example' },
    [],
    'base_url must have no user and password: they are credentials of a connection, with auth basic$',
  ],
  [
    'an alternative that is no URL',
    { ...acme, base_url: 'https://a.example || https://b.example?x=1' },
    [],
    "base_url 'https://b.example.x=1' must have no query",
  ],
  ['a base URL that is none', { ...acme, base_url: 'https://:x' }, [], 'is not a URL'],
  [
    'a part that nobody describes',
    { ...acme, base_url: 'https://${connectionConfig.sub}.x.example' },
    [],
    "connection_config has no 'sub'",
  ],
  [
    'a part that is the whole origin without a pattern',
    {
      ...acme,
      base_url: '${connectionConfig.url}/api',
      connection_config: { url: { description: 'where' } },
    },
    [],
    'connection_config.url.pattern is missing',
  ],
  [
    'a verify request with a secret in its path',
    { ...acme, verify: { path: '/${credentials.apiKey}' } },
    [],
    'verify.path has \\$\\{credentials.apiKey\\}',
  ],
  [
    'a misspelled template in a header',
    { ...acme, headers: { 'x-key': '${credential.apiKey}' } },
    [],
    'headers.x-key has \\$\\{credential.apiKey\\}: there are ',
  ],
  [
    'a template with blanks, which would be sent as it stands',
    { ...acme, headers: { 'x-key': '${ credentials.apiKey }' } },
    [],
    'headers.x-key has \\$\\{ credentials.apiKey \\}',
  ],
  [
    'a misspelled template in a token request',
    {
      ...acme,
      auth: { type: 'two_step', token: { url: 'https://x.example', params: { login: ['${secrets.key}'] } } },
    },
    [],
    'auth.token.params.login.0 has \\$\\{secrets.key\\}',
  ],
  [
    'a misspelled sharer of a budget',
    { ...acme, budget: { requests: 1, key: 'conection' } },
    [],
    "budget.key 'conection' must be 'app', 'connection', or a template",
  ],
  [
    'a secret as the sharer of a budget',
    { ...acme, budget: { requests: 1, key: '${credentials.apiKey}' } },
    [],
    'budget.key ',
  ],
  [
    'a pattern that is none',
    { ...acme, connection_config: { a: { description: 'a', pattern: '(' } } },
    [],
    "connection_config.a.pattern '\\(' is not a regular expression",
  ],
  [
    'an example that does not match',
    { ...acme, connection_config: { a: { description: 'a', pattern: '[a-z]+', example: 'a1' } } },
    [],
    "does not match the example 'a1'",
  ],
])('%s is refused', (_, file, others, message) => {
  expect(issuesOf(file, ...others).join('\n')).toMatch(new RegExp(message))
})
