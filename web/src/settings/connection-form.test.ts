import { expect, test } from 'vitest'
import { connectionBody, detailsBody, emptyConnection, emptyEndUser } from './connection-form.ts'
import { credentialForms } from './credential-forms.ts'

const [apiKey] = credentialForms({ type: 'bearer' })
if (apiKey === undefined) throw new Error('no form for bearer')

test('what is left empty is not sent', () => {
  const form = { ...emptyConnection, provider_config_key: 'crm', credentials: { apiKey: 'k', other: 'x' } }
  expect(connectionBody(form, apiKey)).toEqual({
    body: { provider_config_key: 'crm', credentials: { type: 'API_KEY', apiKey: 'k' } },
  })
})

test('everything that the form has', () => {
  const form = {
    ...{ provider_config_key: 'crm', connection_id: 'user-1', credentials: { apiKey: 'k' } },
    ...{ config: { subdomain: 'acme', region: '' }, metadata: '{"repo":"acme/shop"}' },
    tags: [
      { name: 'plan', value: 'pro' },
      { name: '', value: '' },
    ],
    endUser: { ...emptyEndUser, id: 'u1', organization: 'acme' },
  }
  expect(connectionBody(form, apiKey)).toEqual({
    body: {
      ...{ provider_config_key: 'crm', connection_id: 'user-1' },
      credentials: { type: 'API_KEY', apiKey: 'k' },
      metadata: { repo: 'acme/shop' },
      connection_config: { subdomain: 'acme' },
      tags: { plan: 'pro' },
      end_user: { id: 'u1', organization: { id: 'acme' } },
    },
  })
})

test('metadata that is no JSON is told by its field', () => {
  expect(connectionBody({ ...emptyConnection, metadata: 'x' }, apiKey)).toEqual({
    problems: { metadata: expect.stringContaining('is not JSON') },
  })
})

test('of details only what was changed is sent', () => {
  const before = {
    tags: [{ name: 'plan', value: 'pro' }],
    endUser: emptyEndUser,
    webhookUrl: 'https://a.example',
  }
  expect(detailsBody(before, before)).toEqual({})
  expect(detailsBody(before, { ...before, tags: [], webhookUrl: '' })).toEqual({
    tags: {},
    webhook_url_override: '',
  })
})
