import { expect, test } from 'vitest'
import { credentialForms, credentialsOf } from './credential-forms.ts'

const token = { url: 'https://crm.example/login' } as never
const placement = { in: 'query', name: 'token' } as const
const types = (auth: Parameters<typeof credentialForms>[0]) => credentialForms(auth).map(({ type }) => type)

test('each auth offers the credentials that the gateway takes for it, the usual ones first', () => {
  expect(types({ type: 'bearer' })).toEqual(['API_KEY', 'OAUTH2', 'NONE'])
  expect(types({ type: 'basic' })).toEqual(['BASIC', 'API_KEY', 'NONE'])
  expect(types({ type: 'oauth2', token, placement })).toEqual(['OAUTH2'])
  expect(types({ type: 'client_credentials', token, placement })).toEqual(['OAUTH2_CC'])
  expect(types({ type: 'password', token, placement })).toEqual(['BASIC'])
  expect(types({ type: 'callback', url: 'https://app.example', placement })).toEqual(['CALLBACK'])
  expect(types({ type: 'none' })[0]).toBe('NONE')
})

test('templates that name fields of their own ask for exactly these', () => {
  const auth = {
    type: 'two_step',
    token: {
      ...(token as object),
      params: { user: '${credentials.user}', pem: '${base64(credentials.private_key:)}' },
    },
    placement,
  } as never
  const [first] = credentialForms(auth)
  expect(first).toMatchObject({
    type: 'CUSTOM',
    fields: [{ name: 'user' }, { name: 'private_key', long: true }],
  })
})

test('templates that name the fields of a usual form ask for that form', () => {
  const auth = {
    type: 'two_step',
    token: { ...(token as object), params: { u: '${credentials.username}', p: '${credentials.password}' } },
    placement,
  } as never
  expect(types(auth).slice(0, 2)).toEqual(['BASIC', 'CUSTOM'])
})

test('an empty field that need not be given is absent, and a user may be empty', () => {
  const [oauth] = credentialForms({ type: 'oauth2', token, placement })
  expect(oauth && credentialsOf(oauth, { access_token: 'a', refresh_token: '' })).toEqual({
    type: 'OAUTH2',
    access_token: 'a',
  })
  const [basic] = credentialForms({ type: 'basic' })
  expect(basic && credentialsOf(basic, { password: 'p' })).toEqual({
    type: 'BASIC',
    username: '',
    password: 'p',
  })
})
