import { expect, test } from 'vitest'
import type { Account } from './account.ts'
import { configurationOf } from './configuration-of.ts'

const owner = { provider_config_key: 'github', connection_id: 'user-1' }
const empty: Account = { integrations: [], connections: [], variables: [], statuses: [], functions: [] }
const connectionWith = (credentials: Record<string, unknown>) => {
  const { configuration, notes } = configurationOf({ ...empty, connections: [{ ...owner, credentials }] })
  return { credentials: configuration.connections[0]?.credentials, notes }
}

test('what is empty or null in the account is absent in the file', () => {
  const { configuration, notes } = configurationOf({
    ...empty,
    integrations: [
      {
        unique_key: 'github',
        provider: 'github',
        display_name: null,
        credentials: { type: 'OAUTH2', client_id: 'c', scopes: null },
      },
    ],
    connections: [
      {
        ...owner,
        credentials: { type: 'NONE' },
        metadata: {},
        connection_config: { subdomain: 'acme' },
        tags: null,
        end_user: { id: 'u', email: null, organization: null },
        webhook_url_override: '',
      },
    ],
    variables: [{ name: 'REGION', value: 'eu' }],
  })
  expect(configuration).toEqual({
    version: 1,
    providers: [],
    integrations: [
      { unique_key: 'github', provider: 'github', credentials: { type: 'OAUTH2', client_id: 'c' } },
    ],
    variables: [{ name: 'REGION', value: 'eu' }],
    connections: [
      {
        ...owner,
        credentials: { type: 'NONE' },
        connection_config: { subdomain: 'acme' },
        end_user: { id: 'u' },
      },
    ],
    schedules: [],
  })
  expect(notes).toEqual([])
})

test.each([
  [
    { type: 'API_KEY', apiKey: 'k', other: 1 },
    { type: 'API_KEY', apiKey: 'k' },
  ],
  [
    { type: 'BASIC', username: 'u', password: '' },
    { type: 'BASIC', username: 'u', password: '' },
  ],
  [
    {
      type: 'OAUTH2',
      access_token: 'a',
      refresh_token: null,
      expires_at: '2026-01-01T00:00:00.000Z',
      raw: { x: 1 },
    },
    { type: 'OAUTH2', access_token: 'a', expires_at: '2026-01-01T00:00:00.000Z', raw: { x: 1 } },
  ],
])('credentials %j are %j here', (given, expected) => {
  expect(connectionWith(given)).toEqual({ credentials: expected, notes: [] })
})

test('credentials of another kind are kept as CUSTOM, with a note that has no secret', () => {
  const { credentials, notes } = connectionWith({
    type: 'JWT',
    token: 'secret',
    expires_in: 5,
    raw: { a: 1 },
  })
  expect(credentials).toEqual({ type: 'CUSTOM', token: 'secret', expires_in: '5', raw: { a: 1 } })
  expect(notes).toEqual([expect.stringMatching(/^connection github\/user-1 .*JWT/)])
  expect(notes.join()).not.toContain('secret')
})

test('a connection whose credentials the key may not read is told', () => {
  expect(connectionWith({})).toEqual({ credentials: undefined, notes: [expect.stringContaining('user-1')] })
})

test('of schedules, what differs from the function is kept: variants, pauses, other frequencies', () => {
  const status = { ...owner, name: 'issues', variant: 'base', frequency: '1h', status: 'RUNNING' }
  const { configuration, notes } = configurationOf({
    ...empty,
    functions: [{ providerConfigKey: 'github', syncs: [{ name: 'issues', runs: 'every hour' }] }],
    statuses: [
      status,
      { ...status, connection_id: 'user-2', status: 'PAUSED' },
      { ...status, connection_id: 'user-3', frequency: '30 minutes' },
      { ...status, variant: 'eu' },
      { ...status, connection_id: 'user-4', frequency: 'now and then' },
    ],
  })
  const schedule = { ...owner, sync_name: 'issues', variant: 'base', frequency: null, paused: false }
  expect(configuration.schedules).toEqual([
    { ...schedule, connection_id: 'user-2', paused: true },
    { ...schedule, connection_id: 'user-3', frequency: 'every 30 minutes' },
    { ...schedule, variant: 'eu' },
  ])
  expect(notes).toEqual([expect.stringContaining("'now and then'")])
})
