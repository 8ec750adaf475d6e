import type { ApiSettings, Credentials, Token } from '@syncline/catalog'
import type { Access } from '@syncline/outgoing'
import { expect, test } from 'vitest'
import { childCredentials } from './child-credentials.ts'

const template = { url: 'https://a.test', method: 'POST', token_path: 't' }
const STATIC = { type: 'none' }
const TWO_STEP = { type: 'two_step', token: template }

/** What of an access counts here. */
const of = (auth: object, exposeTokens: boolean, credentials: object, token?: Partial<Token>) =>
  childCredentials({
    settings: { auth, exposeTokens } as unknown as ApiSettings,
    credentials: credentials as Credentials,
    token: token && { accessToken: 'now', obtainedAt: 0, ...token },
  } as Access)

test.each([
  { type: 'NONE' },
  { type: 'API_KEY', apiKey: 'k' },
  { type: 'BASIC', username: 'u', password: 'p' },
  { type: 'APP', app_id: '1', installation_id: '2' },
  { type: 'CUSTOM', sessionId: 's', developerKey: 'd', raw: { organization: { id: 7 } } },
])('$type is read as it was given where requests are sent with it', (credentials) => {
  expect(of(STATIC, false, credentials)).toEqual(credentials)
})

test.each([
  { type: 'OAUTH1', oauth_token: 't', oauth_token_secret: 's' },
  { type: 'TBA', token_id: 't', token_secret: 's' },
  { type: 'OAUTH2', access_token: 'a', raw: { instance: 'x' } },
  { type: 'OAUTH2_CC', client_id: 'c', client_secret: 's', token: 'a' },
])(
  '$type has tokens, which only integrations that expose them give, with all that was given beside them',
  (credentials) => {
    expect(of(STATIC, false, credentials)).toEqual({ type: credentials.type })
    expect(of(STATIC, true, credentials)).toMatchObject(credentials)
  },
)

test('with a token of ours, a function gets it and what was given beside it; refresh tokens and what tokens are got with stay', () => {
  const given = {
    type: 'CUSTOM',
    company: 'acme',
    developerKey: 'd',
    password: 'secret',
    private_key: 'secret',
  }
  const token = { refreshToken: 'secret', expiresAt: 0, raw: { sessionId: 's', again: 'secret' } }
  expect(of(TWO_STEP, false, given, token)).toEqual({ type: 'CUSTOM' })
  expect(of(TWO_STEP, true, given, token)).toEqual({
    ...{ type: 'CUSTOM', company: 'acme', developerKey: 'd' },
    ...{ access_token: 'now', token: 'now', expires_at: '1970-01-01T00:00:00.000Z' },
    raw: { sessionId: 's' },
  })
})

test('`raw` of OAuth credentials has what was given, with the present token and without a refresh token', () => {
  const client = { config_override: { client_id: 'c', client_secret: 'secret' } }
  const given = {
    access_token: 'old',
    refresh_token: 'secret',
    raw: { refresh_token: 'secret', team: { id: 7 } },
  }
  expect(
    of({ type: 'oauth2' }, true, { type: 'OAUTH2', ...given, ...client }, { raw: { scope: 'all' } }),
  ).toEqual({
    ...{ type: 'OAUTH2', access_token: 'now' },
    raw: { access_token: 'now', team: { id: 7 }, scope: 'all' },
  })
})
