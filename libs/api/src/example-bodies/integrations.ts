import { providerFile as file, success } from './story.ts'

const integration = {
  unique_key: 'github',
  provider: 'github',
  display_name: 'GitHub',
  logo: '',
  forward_webhooks: false,
  base_url: 'https://api.github.com',
  allowed_hosts: [],
  auth: { type: 'bearer' },
  headers: { accept: 'application/vnd.github+json' },
  concurrency: null,
  weight: 1,
  created_at: '2026-11-26T09:00:01.000Z',
  updated_at: '2026-11-26T09:00:01.000Z',
}
const one = { 200: { data: integration } }

export const integrationExamples = {
  createIntegration: { body: { unique_key: 'github', provider: 'github' }, ...one },
  listIntegrations: { 200: { data: [integration] } },
  getIntegration: one,
  updateIntegration: {
    body: { display_name: 'GitHub of Acme', concurrency: 10 },
    200: { data: { ...integration, display_name: 'GitHub of Acme', concurrency: 10 } },
  },
  deleteIntegration: {
    200: {
      ...success,
      on_events: {
        ...{ done: 11, failed: 1, skipped: 0 },
        failures: [
          {
            provider_config_key: 'github',
            connection_id: 'user-123',
            name: 'revoke-token',
            log_id: '0b3f1d5c-5d8c-4d7a-9a52-2f8a7e6c1b90',
            error: 'the token was revoked already',
          },
        ],
      },
    },
  },
  oldListIntegrations: { 200: { configs: [integration] } },
  oldGetIntegration: { 200: { config: integration } },
}

const known = {
  name: 'acme',
  display_name: 'acme',
  docs: file.docs,
  source: 'deployed',
  deployed_at: '2026-11-26T09:00:02.000Z',
  auth_mode: 'API_KEY',
  categories: [],
  logo_url: '',
  proxy: { base_url: file.base_url },
  base_url: file.base_url,
}

export const providerExamples = {
  listProviders: { 200: { data: [{ ...known, auth: 'bearer' }] } },
  getProvider: {
    200: {
      data: {
        ...known,
        auth: file.auth,
        allowed_hosts: [],
        headers: {},
        budget: { key: 'connection', ...file.budget },
        verify: { method: 'GET', headers: {}, path: '/me' },
        integrations: ['acme'],
      },
    },
  },
  deleteProvider: { 200: success },
  verifyProvider: {
    body: { provider: file, provider_config_key: 'acme', connection_id: 'demo' },
    200: { ok: true, request: 'GET https://api.acme.example/v1/me', status: 200, ms: 112 },
  },
}
