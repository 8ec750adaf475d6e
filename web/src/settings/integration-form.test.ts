import type { Integration } from '@syncline/api'
import { expect, test } from 'vitest'
import { createBody, emptyIntegration, integrationForm, updateBody } from './integration-form.ts'

const crm: Integration = {
  unique_key: 'crm',
  provider: 'crm',
  display_name: 'CRM',
  logo: '',
  forward_webhooks: true,
  base_url: 'https://api.crm.example',
  allowed_hosts: ['files.crm.example'],
  auth: { type: 'header', name: 'x-key', prefix: '' },
  headers: { accept: 'application/json' },
  budget: { requests: 10, per: '1s', key: 'app' },
  concurrency: null,
  weight: 1,
  created_at: '2026-11-27T09:00:00.000Z',
  updated_at: '2026-11-27T09:00:00.000Z',
}

test('what is left empty is not sent, and the provider is named like the key', () => {
  expect(createBody({ ...emptyIntegration, unique_key: 'github' })).toEqual({
    body: { unique_key: 'github', provider: 'github' },
  })
})

test('an API of your own, with auth, budget, headers and an app', () => {
  const form = {
    ...emptyIntegration,
    ...{
      unique_key: 'crm',
      base_url: 'https://api.crm.example ',
      authKind: 'query' as const,
      authName: 'key',
    },
    ...{
      budgetRequests: '5',
      budgetPer: '',
      headers: [
        { name: 'a', value: 'b' },
        { name: '', value: '' },
      ],
    },
    ...{ concurrency: '3', verifyPath: '/me', pagination: '{"type":"link"}' },
    ...{ client_id: 'id', fields: '{"x":"y"}' },
  }
  expect(createBody(form)).toEqual({
    body: {
      ...{ unique_key: 'crm', provider: 'crm', base_url: 'https://api.crm.example' },
      ...{ auth: { type: 'query', name: 'key' }, headers: { a: 'b' }, concurrency: 3 },
      ...{ budget: { requests: 5, per: '1s', key: 'connection' }, verify: { method: 'GET', path: '/me' } },
      ...{ pagination: { type: 'link' }, credentials: { client_id: 'id', fields: { x: 'y' } } },
    },
  })
})

test('text that is no JSON is told by its field, and nothing is sent', () => {
  const form = { ...emptyIntegration, authKind: 'json' as const, auth: '{', retry: '[]', fields: 'x' }
  expect(createBody(form)).toEqual({
    problems: {
      auth: expect.stringContaining('is not JSON'),
      retry: expect.stringContaining('must be a JSON object'),
      'credentials.fields': expect.stringContaining('is not JSON'),
    },
  })
})

test('a form that nobody touched changes nothing', () => {
  const form = integrationForm(crm)
  expect(updateBody(form, form)).toEqual({ body: {} })
})

test('only what was changed is sent, and an emptied field is the provider’s again', () => {
  const before = integrationForm(crm)
  const after = { ...before, budgetRequests: '', allowed_hosts: [], weight: '3', display_name: '' }
  expect(updateBody(before, after)).toEqual({ body: { budget: null, allowed_hosts: null, weight: 3 } })
  expect(updateBody(before, { ...before, authKind: 'provider' })).toEqual({ body: { auth: null } })
  expect(updateBody(before, { ...before, unique_key: 'crm2' })).toEqual({ body: { unique_key: 'crm2' } })
})

test('a verify request with more than a path is left alone by the form', () => {
  const verify = { method: 'POST' as const, path: '/graphql', headers: {}, data: { query: '{me}' } }
  const form = integrationForm({ ...crm, verify })
  expect(form.verifyPath).toBe('')
  expect(updateBody(form, form)).toEqual({ body: {} })
})

test('secrets of the app are sent when they are given, and replace the app as a whole', () => {
  const before = integrationForm(crm)
  expect(updateBody(before, { ...before, client_secret: 's' })).toEqual({
    body: { credentials: { client_secret: 's' } },
  })
})
