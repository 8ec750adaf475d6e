import type { Placement } from '@syncline/catalog'
import { expect, test } from 'vitest'
import { authorize } from './authorize.ts'

const apiKey = { type: 'API_KEY', apiKey: 'k' } as const
const oauth = { type: 'OAUTH2', access_token: 't' } as const
const user = { type: 'BASIC', username: 'u', password: 'p' } as const

test.each([
  [{ type: 'bearer' }, oauth, { authorization: 'Bearer t' }],
  [{ type: 'bearer' }, apiKey, { authorization: 'Bearer k' }],
  [{ type: 'basic' }, user, { authorization: 'Basic dTpw' }],
  [{ type: 'basic' }, apiKey, { authorization: 'Basic azo=' }],
  [{ type: 'header', name: 'X-Api-Key', prefix: '' }, apiKey, { 'x-api-key': 'k' }],
  [{ type: 'header', name: 'Authorization', prefix: 'Token ' }, apiKey, { authorization: 'Token k' }],
  [{ type: 'none' }, apiKey, {}],
  [{ type: 'bearer' }, { type: 'NONE' }, {}],
] as const)('%j with %j', (scheme, credentials, headers) => {
  expect(authorize({ settings: { auth: scheme }, credentials })).toEqual({ headers, query: {} })
})

test('a key may go into the query', () => {
  expect(authorize({ settings: { auth: { type: 'query', name: 'key' } }, credentials: apiKey })).toEqual({
    headers: {},
    query: { key: 'k' },
  })
})

test('credentials that do not fit are named by type, never by value', () => {
  expect(() => authorize({ settings: { auth: { type: 'bearer' } }, credentials: user })).toThrow(
    /'bearer'.*BASIC/,
  )
})

test('a token goes where the integration wants it', () => {
  const auth = (placement: Placement) => ({ type: 'callback', url: 'https://app.test', placement }) as const
  const token = { accessToken: 't', obtainedAt: 0 }
  const credentials = { type: 'CALLBACK' } as const
  const header = {
    settings: { auth: auth({ in: 'header', name: 'X-Token', prefix: '' }) },
    credentials,
    token,
  }
  expect(authorize(header)).toEqual({ headers: { 'x-token': 't' }, query: {} })
  const query = { settings: { auth: auth({ in: 'query', name: 'token' }) }, credentials, token }
  expect(authorize(query)).toEqual({ headers: {}, query: { token: 't' } })
  // The secrets of the app are enough for some tokens.
  expect(authorize({ ...query, credentials: { type: 'NONE' } }).query).toEqual({ token: 't' })
})
