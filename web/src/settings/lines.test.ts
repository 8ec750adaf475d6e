import { expect, test } from 'vitest'
import {
  connectionCreateLine,
  connectionUpdateLine,
  integrationCreateLine,
  integrationUpdateLine,
  keyCreateLine,
  keyRotateLine,
  limitsLine,
} from './lines.ts'

test('an integration: what the CLI has options for, and the rest as settings', () => {
  expect(integrationCreateLine({ unique_key: 'github', provider: 'github' })).toEqual([
    ...['integration', 'create', 'github'],
  ])
  expect(
    integrationCreateLine({
      ...{ unique_key: 'crm', provider: 'own', base_url: 'https://crm.example' },
      ...{ auth: { type: 'header', name: 'x-key' }, headers: { accept: 'text/plain' }, concurrency: 5 },
      budget: { requests: 10, per: '1s' },
    }),
  ).toEqual([
    ...['integration', 'create', 'crm', '--provider', 'own', '--base-url', 'https://crm.example'],
    ...['--auth', 'header:x-key', '--header', 'accept: text/plain', '--concurrency', '5'],
    ...['--settings', '{"budget":{"requests":10,"per":"1s"}}'],
  ])
})

test('no line has a secret', () => {
  const secret = 'hunter2'
  const lines = [
    integrationCreateLine({
      ...{ unique_key: 'a', provider: 'a' },
      credentials: { client_id: 'id', client_secret: secret },
    }),
    integrationCreateLine({
      ...{ unique_key: 'a', provider: 'a' },
      credentials: { private_key: secret, client_secret: secret, fields: { x: secret } },
    }),
    integrationUpdateLine('a', { credentials: { client_secret: secret } }),
    connectionCreateLine(
      { provider_config_key: 'a', credentials: { type: 'API_KEY', apiKey: secret } },
      true,
    ),
    connectionCreateLine(
      { provider_config_key: 'a', credentials: { type: 'BASIC', username: 'me', password: secret } },
      false,
    ),
    connectionCreateLine({ provider_config_key: 'a', credentials: { type: 'CUSTOM', key: secret } }, false),
    connectionCreateLine(
      {
        provider_config_key: 'a',
        credentials: { type: 'OAUTH2', access_token: secret, refresh_token: secret },
      },
      false,
    ),
  ]
  for (const line of lines) expect(line.join(' ')).not.toContain(secret)
  expect(lines[0]).toContain('@client-secret')
  expect(lines[3]).toEqual(['connection', 'create', 'a', '--api-key', '@api-key', '--verify'])
})

test('taking away is written as the CLI has it', () => {
  expect(integrationUpdateLine('crm', { budget: null, credentials: null })).toEqual([
    ...['integration', 'update', 'crm', '--settings', '{"budget":null,"credentials":null}'],
  ])
  expect(connectionUpdateLine('crm', 'u', { tags: {} })).toEqual([
    'connection',
    'update',
    'crm',
    'u',
    '--no-tags',
  ])
  expect(limitsLine('dev', { max_runs: null, weight: 3, validate: null })).toEqual([
    ...['env', 'limits', 'dev', '--max-runs', 'none', '--weight', '3', '--validate', 'default'],
  ])
})

test('keys', () => {
  expect(keyCreateLine('dev', { label: 'app', scopes: ['read', 'operate'] })).toEqual([
    ...['key', 'create', '--env', 'dev', '--label', 'app', '--scopes', 'read,operate'],
  ])
  expect(keyRotateLine('dev', 'k1', 0)).toEqual(['key', 'rotate', 'k1', '--env', 'dev', '--immediately'])
  expect(keyRotateLine('dev', 'k1', 86_400)).toEqual([
    ...['key', 'rotate', 'k1', '--env', 'dev', '--overlap-hours', '24'],
  ])
})
