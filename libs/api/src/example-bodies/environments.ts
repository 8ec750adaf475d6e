import { environment, success } from './story.ts'

export const environmentExamples = {
  createEnvironment: { body: { name: 'dev' }, 201: environment },
  listEnvironments: { 200: { environments: [environment], next_cursor: null } },
  getEnvironment: { 200: environment },
  updateEnvironment: {
    body: { max_runs: 200, weight: 4, validate: 'strict' },
    200: { ...environment, max_runs: 200, weight: 4, validate: 'strict' },
  },
  deleteEnvironment: { 200: { ...success, on_events: { done: 12, failed: 0, skipped: 0, failures: [] } } },
}

const known = {
  id: '9f86d081884c7d65',
  environment: 'dev',
  label: 'reporting',
  scopes: ['read'],
  connection: null,
  expires_at: null,
}
const created_at = '2026-11-26T09:10:00.000Z'
const key = {
  ...known,
  created_at,
  last_used_at: '2026-11-26T10:30:00.000Z',
  secrets: [{ hint: '4f2a', created_at, expires_at: null }],
}
const secret = 'sk_dev_9f86d081884c7d65…4f2a'

export const keyExamples = {
  createKey: { body: { label: 'reporting', scopes: ['read'] }, 201: { ...key, last_used_at: null, secret } },
  listKeys: { 200: { keys: [key], next_cursor: null } },
  getKey: { 200: key },
  updateKey: { body: { label: 'reports' }, 200: { ...key, label: 'reports' } },
  deleteKey: { 200: success },
  rotateKey: {
    body: { overlap_seconds: 3600 },
    200: {
      ...key,
      secrets: [
        { hint: '91c7', created_at: '2026-11-26T11:00:00.000Z', expires_at: null },
        { hint: '4f2a', created_at, expires_at: '2026-11-26T12:00:00.000Z' },
      ],
      secret: 'sk_dev_9f86d081884c7d65…91c7',
    },
  },
  getMe: { 200: known },
}

const user = {
  name: 'ann@acme.example',
  environment: 'dev',
  scopes: ['read', 'operate'],
  created_at,
  last_used_at: '2026-11-26T10:30:00.000Z',
}
const password = 'a long password of Ann'
const session = {
  environments: [{ name: 'dev', scopes: ['read', 'operate'], user: 'ann@acme.example' }],
  admin: false,
}

export const userExamples = {
  createUser: {
    body: { name: 'ann@acme.example', password, scopes: ['read', 'operate'] },
    201: { ...user, last_used_at: null },
  },
  listUsers: { 200: { users: [user] } },
  updateUser: { body: { scopes: ['read', 'operate'] }, 200: user },
  deleteUser: { 200: success },
  setPassword: { body: { password }, 200: success },
  createSession: { body: { environment: 'dev', user: 'ann@acme.example', password }, 200: session },
  getSession: { 200: session },
  deleteSession: { 200: success },
}

export const configurationExamples = {
  getConfiguration: {
    200: {
      environment: { name: 'dev', max_runs: null, weight: 1, validate: 'warn' },
      providers: [],
      integrations: [{ unique_key: 'github', provider: 'github', display_name: 'GitHub', concurrency: 50 }],
      variables: [{ name: 'REGION', value: null }],
    },
  },
  listConfiguredConnections: {
    200: {
      connections: [
        { provider_config_key: 'github', connection_id: 'user-123', metadata: { repo: 'acme/shop' } },
      ],
      next_cursor: null,
    },
  },
}
