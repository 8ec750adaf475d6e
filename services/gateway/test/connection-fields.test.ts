import { createApiKey } from '@syncline/catalog'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aSync, furnish, startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ variables: { EGRESS_ALLOW_HOSTS: 'hooks.internal' } })
})
afterAll(() => world[Symbol.asyncDispose]())

type Fields = Record<string, unknown>

async function setUp() {
  const { api, environment } = await furnish(world)
  const post = (path: string, json: unknown) => api(path, { method: 'POST', json })
  const patch = (path: string, json: unknown) => api(path, { method: 'PATCH', json })
  const connect = (connection_id: string, more: Fields = {}) =>
    post('/connections', {
      provider_config_key: 'github',
      connection_id,
      credentials: { type: 'API_KEY', apiKey: 'k' },
      ...more,
    })
  const get = async (id: string, more = '') =>
    (await api(`/connections/${id}?provider_config_key=github${more}`)).body
  const ids = async (query: string) =>
    (await api(`/connections?${query}`)).body.connections.map((it: Fields) => it.connection_id)
  return { api, environment, post, patch, connect, get, ids }
}

test('a connection has an end user, tags and a webhook URL; a PATCH replaces them', async () => {
  const { connect, get, patch } = await setUp()
  const made = await connect('c', {
    end_user: { id: 'u1', email: 'u@acme.example', display_name: 'Ursula', organization: { id: 'o1' } },
    tags: { Team: 'a' },
    webhook_url_override: 'https://acme.example/hook',
  })
  expect(made).toMatchObject({
    status: 201,
    body: {
      id: expect.any(Number),
      uid: expect.any(String),
      end_user: {
        id: 'u1',
        email: 'u@acme.example',
        display_name: 'Ursula',
        tags: null,
        organization: { id: 'o1', display_name: null },
      },
      tags: { Team: 'a' },
      webhook_url_override: 'https://acme.example/hook',
      last_fetched_at: null,
    },
  })
  const path = '/connections/c?provider_config_key=github'
  expect((await patch(path, { tags: { end_user_id: 'u2' }, webhook_url_override: '' })).body).toEqual({
    success: true,
  })
  expect(await get('c')).toMatchObject({
    tags: { end_user_id: 'u2' },
    webhook_url_override: null,
    end_user: { id: 'u1' },
  })
  expect(await patch('/connections/none?provider_config_key=github', { tags: {} })).toMatchObject({
    status: 404,
    body: { error: { code: 'unknown_connection' } },
  })
  expect((await patch(path, { metadata: {} })).status).toBe(400)
})

test('connections are found by end user, organization, tags in any case and search', async () => {
  const { connect, ids } = await setUp()
  await connect('a', {
    end_user: { id: 'u1', email: 'one@acme.example', display_name: 'Una', organization: { id: 'o1' } },
  })
  await connect('b', { tags: { end_user_id: 'u2', organization_id: 'o1', Team: 'x' } })
  expect(await ids('endUserId=u1')).toEqual(['a'])
  expect(await ids('endUserId=u2')).toEqual(['b'])
  expect((await ids('endUserOrganizationId=o1')).sort()).toEqual(['a', 'b'])
  expect(await ids('tags[team]=x')).toEqual(['b'])
  expect(await ids('tags[end_user_email]=one@acme.example')).toEqual(['a'])
  expect(await ids('tags[end_user_display_name]=Una')).toEqual(['a'])
  expect(await ids('tags[constructor]=x')).toEqual([])
  expect(await ids('search=UNA')).toEqual(['a'])
  expect(await ids('integrationId=github,none&endUserId=u2')).toEqual(['b'])
})

test.each([
  'http://127.0.0.1/x',
  'http://169.254.169.254/latest',
  'http://localhost:3000/',
  'https://user:pw@acme.example/',
  'ftp://acme.example/',
  'acme.example',
])('a webhook URL that no request may go to is refused: %s', async (url) => {
  const { connect } = await setUp()
  expect(await connect('w', { webhook_url_override: url })).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_body', errors: [{ path: ['webhook_url_override'] }] } },
  })
})

test('when a connection was read last is told to the minute', async () => {
  const { connect, get } = await setUp()
  await connect('f')
  const before = Date.now()
  const first = (await get('f')).last_fetched_at
  expect(Date.parse(first)).toBeGreaterThanOrEqual(before)
  await expect.poll(async () => (await get('f')).last_fetched_at === first).toBe(true)
})

test.each<Fields>([
  { type: 'OAUTH1', oauth_token: 't', oauth_token_secret: 's' },
  { type: 'TBA', token_id: 't', token_secret: 's', config_override: { client_id: 'i' } },
  { type: 'APP', app_id: '1', installation_id: '2' },
  { type: 'CUSTOM', app_id: '1', installation_id: '2' },
  { type: 'OAUTH2_CC', client_id: 'i', client_secret: 's', client_certificate: 'c', client_private_key: 'k' },
  { type: 'BASIC', username: 'u', password: '' },
  { type: 'NONE' },
])('credentials are given back as they were given: $type', async (credentials) => {
  const { post, api } = await setUp()
  await post('/integrations', { unique_key: 'open', provider: 'x', base_url: 'https://x.example' })
  const made = await post('/connections', {
    provider_config_key: 'open',
    connection_id: 'c',
    credentials,
    connection_config: { accountId: '1234567' },
  })
  expect(made).toMatchObject({ status: 201, body: { credentials } })
  expect((await api('/connections/c?provider_config_key=open')).body.credentials).toMatchObject(credentials)
})

test('TBA credentials without the id of their account are refused', async () => {
  const { post } = await setUp()
  await post('/integrations', { unique_key: 'open', provider: 'x', base_url: 'https://x.example' })
  const credentials = { type: 'TBA', token_id: 't', token_secret: 's' }
  expect(await post('/connections', { provider_config_key: 'open', credentials })).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_body', errors: [{ path: ['connection_config', 'accountId'] }] } },
  })
})

test('credentials that the integration could never use are refused', async () => {
  const { connect } = await setUp()
  const credentials = { type: 'OAUTH1', oauth_token: 't', oauth_token_secret: 's' }
  expect(await connect('c', { credentials })).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining("OAUTH1 does not fit the auth 'bearer'") } },
  })
})

test('the raw token response has what was given, and no refresh token unless it is asked for', async () => {
  const { connect, get } = await setUp()
  const raw = { access_token: 'a', refresh_token: 'r', scope: 'repo' }
  await connect('o', { credentials: { type: 'OAUTH2', access_token: 'a', refresh_token: 'r', raw } })
  expect((await get('o')).credentials.raw).toEqual({ access_token: 'a', scope: 'repo' })
  expect((await get('o', '&refresh_token=true')).credentials.raw).toEqual(raw)
})

test('further fields of credentials, texts and objects, come back as they were given', async () => {
  const { api, connect, post } = await setUp()
  const credentials = { type: 'CUSTOM', sessionId: 's', developerKey: 'd', raw: { company: { id: 7 } } }
  const integration = {
    unique_key: 'crm',
    provider: 'crm',
    base_url: 'https://crm.example',
    auth: { type: 'none' },
  }
  expect((await post('/integrations', integration)).status).toBe(200)
  expect((await connect('c', { credentials, provider_config_key: 'crm' })).status).toBe(201)
  expect((await api('/connections/c?provider_config_key=crm')).body.credentials).toEqual(credentials)
})

describe('what is too large is 413 with the limit', () => {
  test('metadata, also the sum of two changes; nothing is stored', async () => {
    const { post, patch, get } = await setUp()
    const big = { a: 'x'.repeat(150 * 1024) }
    const body = { provider_config_key: 'github', connection_id: 'user-1' }
    expect((await post('/connections/metadata', { ...body, metadata: big })).status).toBe(201)
    expect(await patch('/connections/metadata', { ...body, metadata: { b: big.a } })).toMatchObject({
      status: 413,
      body: { error: { code: 'too_large', message: expect.stringContaining('262144') } },
    })
    expect((await get('user-1')).metadata).toEqual(big)
  })

  test('an integration whose parts are small, and too large together', async () => {
    const { post } = await setUp()
    const fields = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`f${i}`, 'x'.repeat(65_000)]))
    const integration = { unique_key: 'big', provider: 'github', credentials: { fields } }
    expect(await post('/integrations', integration)).toMatchObject({
      status: 413,
      body: { error: { code: 'too_large', message: expect.stringContaining('1044480') } },
    })
  })
})

test('metadata of many connections: if one is unknown, none is changed', async () => {
  const { patch, get } = await setUp()
  const before = (await get('user-1')).metadata
  const body = { provider_config_key: 'github', connection_id: ['user-1', 'none'], metadata: { x: 1 } }
  expect(await patch('/connections/metadata', body)).toMatchObject({
    status: 404,
    body: {
      error: { code: 'unknown_connection', message: expect.stringContaining('none of the connections') },
    },
  })
  expect((await get('user-1')).metadata).toEqual(before)
})

test('names of prototypes are ordinary keys of metadata, connection config and tags', async () => {
  const { connect, get, patch } = await setUp()
  const named = { constructor: 'c', toString: 't', hasOwnProperty: 'h' }
  expect((await connect('p', { metadata: named, connection_config: named, tags: named })).status).toBe(201)
  await patch('/connections/metadata', {
    provider_config_key: 'github',
    connection_id: 'p',
    metadata: { valueOf: 1 },
  })
  expect(await get('p')).toMatchObject({
    metadata: { ...named, valueOf: 1 },
    connection_config: named,
    tags: named,
  })
})

test('a key __proto__ of metadata and connection config comes back', async () => {
  const { api } = await setUp()
  const body =
    '{"provider_config_key":"github","connection_id":"q","credentials":{"type":"NONE"},"metadata":{"__proto__":1},"connection_config":{"__proto__":"x"}}'
  const headers = { 'content-type': 'application/json' }
  expect((await api('/connections', { method: 'POST', body, headers })).status).toBe(201)
  const { text } = await api('/connections/q?provider_config_key=github')
  expect(text).toContain('"metadata":{"__proto__":1}')
  expect(text).toContain('"connection_config":{"__proto__":"x"}')
})

test('the paths of old clients do what the new ones do', async () => {
  const { api, post, patch, get } = await setUp()
  const imported = {
    provider_config_key: 'github',
    connection_id: 'i',
    access_token: 'a',
    no_expiration: true,
  }
  expect(await post('/connection', imported)).toMatchObject({ status: 201, body: imported })
  expect(await post('/connection', { ...imported, no_expiration: false })).toMatchObject({
    status: 400,
    body: { error: { errors: [{ path: ['expires_at'] }] } },
  })
  expect((await get('i')).credentials).toMatchObject({ type: 'OAUTH2', access_token: 'a' })
  expect((await api('/connection/i?provider_config_key=github')).body.connection_id).toBe('i')
  expect((await api('/connection?connectionId=i')).body.connections).toHaveLength(1)
  const body = { provider_config_key: 'github', connection_id: 'i', metadata: { a: 1 } }
  expect((await post('/connection/metadata', body)).status).toBe(201)
  expect((await patch('/connection/metadata', { ...body, metadata: { b: 2 } })).status).toBe(200)
  expect((await patch('/connection/i/metadata?provider_config_key=github', { c: 3 })).body).toEqual({ c: 3 })
  expect((await get('i')).metadata).toEqual({ a: 1, b: 2, c: 3 })
  const headers = { 'Provider-Config-Key': 'github' }
  const replaced = await api('/connection/i/metadata', { method: 'POST', json: { d: 4 }, headers })
  expect(replaced).toMatchObject({ status: 201, body: { d: 4 } })
  expect((await api('/config')).body.configs[0].unique_key).toBe('github')
  expect((await api('/config/github')).body.config.unique_key).toBe('github')
  const deleted = await api('/connection/i?provider_config_key=github', { method: 'DELETE' })
  expect(deleted.body).toEqual({ success: true })
})

test('connect sessions are not offered, and the answer says what to do', async () => {
  const { post } = await setUp()
  for (const path of ['/connect/sessions', '/connect/sessions/reconnect', '/integrations/quickstart']) {
    expect(await post(path, {})).toMatchObject({ status: 404, body: { error: { code: 'not_offered' } } })
  }
  expect((await post('/connect/sessions', {})).body.error.message).toContain('POST /connections')
})

test('deployments of compiled code are not offered, and the answer names `syncline deploy`', async () => {
  const { post } = await setUp()
  for (const path of ['/sync/deploy', '/sync/deploy/confirmation']) {
    const answer = await post(path, { flowConfigs: [], reconcile: false })
    expect(answer).toMatchObject({
      status: 404,
      body: { error: { code: 'not_offered', message: expect.stringContaining('`syncline deploy`') } },
    })
  }
})

test('an integration keeps what clients of other engines give it', async () => {
  const { api, post, patch } = await setUp()
  const credentials = {
    type: 'CUSTOM',
    client_id: 'i',
    client_secret: 's',
    app_id: '7',
    app_link: 'https://a.example',
    private_key: 'pem',
  }
  const notes = { forward_webhooks: false, custom: { a: 'b' }, integration_config: { __x: 'y' } }
  expect(
    await post('/integrations', { unique_key: 'n', provider: 'github', credentials, ...notes }),
  ).toMatchObject({
    status: 200,
    body: { data: { logo: '', ...notes } },
  })
  const { data } = (await api('/integrations/n?include=webhook&include=credentials')).body
  expect(data).toMatchObject({ webhook_url: null, credentials })
  expect((await api('/integrations/github?include=credentials')).body.data.credentials).toBeNull()
  expect((await patch('/integrations/n', { forward_webhooks: true })).body.data.forward_webhooks).toBe(true)
})

test('a rename takes the connections along, and is refused while syncs are deployed', async () => {
  const { api, post, patch, environment } = await setUp()
  expect(await patch('/integrations/github', { unique_key: 'hub', display_name: 'Hub' })).toMatchObject({
    status: 409,
    body: { error: { code: 'in_use', message: expect.stringContaining('DELETE /deployments/issues') } },
  })
  expect((await api('/integrations/github')).body.data.display_name).toBe('GitHub')
  await post('/integrations', {
    unique_key: 'old',
    provider: 'github',
    credentials: { client_secret: 'sesame' },
  })
  await post('/connections', {
    provider_config_key: 'old',
    connection_id: 'c',
    credentials: { type: 'API_KEY', apiKey: 'k' },
  })
  const schema = { type: 'object' }
  const add = { provider_config_key: 'old', name: 'add', description: 'Adds', bundle: 'x', version: '1' }
  const actions = [{ ...add, input_schema: schema, output_schema: schema }]
  expect((await post('/deployments', { actions })).status).toBe(200)
  const { uid } = await world.catalog.connections.fresh(environment, 'old', 'c')
  const connection = { integration: 'old', id: 'c' }
  const { key } = await createApiKey(world.catalog, { environment, label: 'c', connection, scopes: ['read'] })
  expect((await patch('/integrations/old', { unique_key: 'github' })).body.error.code).toBe('already_exists')
  const renamed = await patch('/integrations/old', { unique_key: 'new', display_name: 'New' })
  expect(renamed.body.data).toMatchObject({ unique_key: 'new', display_name: 'New' })
  const moved = (await api('/connections/c?provider_config_key=new')).body
  expect(moved).toMatchObject({ uid, credentials: { apiKey: 'k' } })
  const shown = (await api('/integrations/new?include=credentials')).body
  expect(shown.data.credentials.client_secret).toBe('sesame')
  expect((await api('/integrations/old')).status).toBe(404)
  const action = await api('/deployments/add?provider_config_key=new')
  expect(action.body).toMatchObject({ name: 'add', provider_config_key: 'new', input_schema: schema })
  expect(await world.catalog.apiKeys.fresh(key.id)).toMatchObject({ connection: { integration: 'new' } })
  expect((await post('/deployments', { syncs: [aSync({ provider_config_key: 'new' })] })).status).toBe(200)
})

test.each<Fields>([
  { base_url: 'https://x.example/a\r\nb' },
  { headers: { 'x-a': 'a\r\nx-b: c' } },
  { headers: { 'x\r\na': 'a' } },
  { auth: { type: 'header', name: 'x-key', prefix: 'a\r\nb' } },
])('an integration that would break out of a header or URL is refused: %j', async (fields) => {
  const { post } = await setUp()
  const integration = { unique_key: 'bad', provider: 'x', base_url: 'https://x.example', ...fields }
  expect((await post('/integrations', integration)).status).toBe(400)
})

test.each([
  'evil.example/',
  'evil.example#',
  'evil.example?',
  'a@evil.example',
  'evil.example:80',
  'a\r\nb',
  'a\\b',
])('a connection config that would change the host of the base URL is refused: %j', async (tenant) => {
  const { post } = await setUp()
  await post('/integrations', {
    unique_key: 't',
    provider: 't',
    base_url: 'https://${connectionConfig.tenant}.t.example',
    connection_config: { tenant: { description: 'The tenant', pattern: '(?s).*' } },
  })
  const connection = {
    provider_config_key: 't',
    credentials: { type: 'NONE' },
    connection_config: { tenant },
  }
  expect((await post('/connections', connection)).status).toBe(400)
  expect((await post('/connections', { ...connection, connection_config: { tenant: 'acme' } })).status).toBe(
    201,
  )
})
