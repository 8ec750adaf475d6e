import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { aSync, ask, startWorld, type World } from './world.ts'

let world: World
let answer: (request: IncomingMessage, response: ServerResponse) => void
let requests: string[] = []
const server = createServer((request, response) => {
  requests.push(`${request.method} ${request.url} ${request.headers.authorization}`)
  answer(request, response)
})
let host: string

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  world = await startWorld({ variables: { EGRESS_ALLOW_HOSTS: host } })
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  server.close()
})
beforeEach(() => {
  requests = []
  answer = (_, response) => response.end('{}')
})

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const acme = {
  name: 'acme',
  display_name: 'Acme',
  docs: 'https://docs.acme.example',
  base_url: 'https://api.acme.example',
  auth: { type: 'bearer' },
  budget: { requests: 10, per: '1s' },
  verify: { path: '/me' },
}

async function environment() {
  const { name, key } = await world.environment()
  const api = (path: string, init?: Parameters<typeof ask>[3]) => ask(world.url, key, path, init)
  const post = (path: string, json: unknown) => api(path, { method: 'POST', json })
  return { name, api, post, deploy: (...providers: unknown[]) => post('/deployments', { providers }) }
}

test('a deployed provider is listed beside those that come with Syncline, and integrations have its settings', async () => {
  const { api, post, deploy } = await environment()
  const deployed = await deploy(acme)
  expect(deployed.status).toBe(200)
  expect(deployed.body).toEqual({
    providers: [{ name: 'acme', base_url: acme.base_url, auth: 'bearer', changed: true }],
    syncs: [],
    actions: [],
    removed: [],
  })
  expect((await deploy(acme)).body.providers).toMatchObject([{ changed: false }])

  const { body: list } = await api('/providers')
  expect(list.data).toContainEqual({
    auth_mode: 'API_KEY',
    categories: [],
    logo_url: '',
    proxy: { base_url: acme.base_url },
    name: 'acme',
    display_name: 'Acme',
    docs: acme.docs,
    source: 'deployed',
    deployed_at: INSTANT,
    base_url: acme.base_url,
    auth: 'bearer',
  })
  expect(list.data).toContainEqual(expect.objectContaining({ name: 'github', source: 'first_party' }))

  const made = await post('/integrations', { unique_key: 'a', provider: 'acme', headers: { 'x-a': '1' } })
  expect(made.body.data).toMatchObject({
    display_name: 'Acme',
    base_url: acme.base_url,
    auth: { type: 'bearer' },
    headers: { 'x-a': '1' },
    budget: { key: 'connection', requests: 10, per: '1s' },
  })
  expect((await api('/providers/acme')).body.data).toMatchObject({
    source: 'deployed',
    verify: { method: 'GET', path: '/me' },
    integrations: ['a'],
  })
  expect((await api('/providers/github')).body.data).toMatchObject({
    source: 'first_party',
    integrations: [],
  })
  expect(await api('/providers/nobody')).toMatchObject({
    status: 404,
    body: { error: { code: 'unknown_provider' } },
  })
})

test('integrations follow when their provider is deployed again, and a provider of the same name wins', async () => {
  const { api, post, deploy } = await environment()
  await post('/integrations', { unique_key: 'github', provider: 'github' })
  const baseUrl = async () => (await api('/integrations/github')).body.data.base_url
  expect(await baseUrl()).toBe('https://api.github.com')
  await deploy({ name: 'github', extends: 'github', base_url: 'https://ghe.example/api/v3' })
  expect((await api('/integrations/github')).body.data).toMatchObject({
    base_url: 'https://ghe.example/api/v3',
    pagination: { type: 'link' },
  })
  expect((await api('/providers/github')).body.data).toMatchObject({ extends: 'github', source: 'deployed' })
  await api('/providers/github', { method: 'DELETE' })
  await eventually(async () => expect(await baseUrl()).toBe('https://api.github.com'))
})

test('what extends a provider is deployed again with it, or the deployment is refused', async () => {
  const { api, deploy } = await environment()
  await deploy(
    { ...acme, connection_config: { sub: { description: 'sub' } } },
    { name: 'acme-eu', extends: 'acme', base_url: 'https://${connectionConfig.sub}.acme.example' },
  )
  const again = await deploy({
    ...acme,
    connection_config: { sub: { description: 'sub' } },
    headers: { 'x-a': '1' },
  })
  expect(again.body.providers).toMatchObject([
    { name: 'acme', changed: true },
    { name: 'acme-eu', changed: true },
  ])
  expect((await api('/providers/acme-eu')).body.data.headers).toEqual({ 'x-a': '1' })
  const refused = await deploy(acme)
  expect(refused.body.error).toMatchObject({
    code: 'invalid_body',
    message: expect.stringContaining("'acme-eu'"),
  })
  expect((await api('/providers/acme')).body.data.headers).toEqual({ 'x-a': '1' })
})

test('what extends it over another one is deployed again too, and nothing else', async () => {
  const { deploy } = await environment()
  await deploy(
    acme,
    { name: 'b', extends: 'acme' },
    { name: 'c', extends: 'b' },
    { name: 'd', extends: 'github' },
  )
  const again = await deploy({ ...acme, headers: { 'x-a': '1' } })
  expect(again.body.providers.map((it: { name: string }) => it.name)).toEqual(['acme', 'b', 'c'])
})

test.each([
  [{ base_url: 'ftp://x' }, ['providers', '1', 'base_url']],
  [{ base_urls: 'x' }, ['providers', '1']],
  [{ base_url: undefined }, ['providers', '1', 'base_url']],
  [{ extends: 'nobody' }, ['providers', '1', 'extends']],
  [{ name: 'good' }, ['providers', '1', 'name']],
  [{ base_url: 'https://${connectionConfig.x}' }, ['providers', '1', 'connection_config']],
  [{ budget: { requests: 1, per: 'soon' } }, ['providers', '1', 'budget', 'per']],
])('a deployment with a provider that has %j deploys nothing at all', async (fields, path) => {
  const { api, post } = await environment()
  await post('/integrations', { unique_key: 'github', provider: 'github' })
  const refused = await post('/deployments', {
    providers: [
      { ...acme, name: 'good' },
      { ...acme, ...fields },
    ],
    syncs: [aSync()],
  })
  expect(refused).toMatchObject({ status: 400, body: { error: { code: 'invalid_body' } } })
  expect(refused.body.error.errors[0].path).toEqual(path)
  expect((await api('/providers/good')).status).toBe(404)
  expect((await api('/deployments')).body.syncs).toEqual([])
})

test('a deployment with a sync that is wrong deploys no provider', async () => {
  const { api, post } = await environment()
  expect((await post('/deployments', { providers: [acme], syncs: [aSync()] })).status).toBe(404)
  expect((await api('/providers/acme')).status).toBe(404)
  expect(await post('/deployments', {})).toMatchObject({ status: 400 })
})

test('a provider that something needs is not deleted', async () => {
  const { api, post, deploy } = await environment()
  await deploy(acme, { name: 'acme-eu', extends: 'acme' })
  await post('/integrations', { unique_key: 'eu', provider: 'acme-eu' })
  await post('/integrations', { unique_key: 'own', provider: 'acme-eu', base_url: 'https://own.example' })
  const remove = (name: string) => api(`/providers/${name}`, { method: 'DELETE' })
  expect(await remove('acme')).toMatchObject({
    status: 409,
    body: { error: { code: 'in_use', message: expect.stringContaining("'acme-eu'") } },
  })
  expect((await remove('acme-eu')).body.error.message).toContain("integration 'eu'")
  await api('/integrations/eu', { method: 'DELETE' })
  expect(await remove('acme-eu')).toMatchObject({ status: 200 })
  expect(await remove('acme')).toMatchObject({ status: 200 })
  expect((await remove('acme')).body.error.code).toBe('unknown_provider')
  expect((await remove('github')).body.error.code).toBe('unknown_provider')
  expect((await api('/integrations/own')).body.data.base_url).toBe('https://own.example')
})

test('an integration whose provider is gone does not break the list', async () => {
  const { name, api, post, deploy } = await environment()
  await deploy(acme)
  await post('/integrations', { unique_key: 'a', provider: 'acme' })
  await world.catalog.providers.delete(name, 'acme')
  await eventually(async () => {
    const { status, body } = await api('/integrations')
    expect(status).toBe(200)
    expect(body.data).toMatchObject([{ unique_key: 'a', base_url: null, auth: { type: 'none' } }])
  })
})

test('credentials of an app are sealed, shown on demand only, and replaced as a whole', async () => {
  const { name, api, post } = await environment()
  const app = { type: 'OAUTH2', client_id: 'id-1', client_secret: 'sesame', scopes: 'a,b' }
  const made = await post('/integrations', { unique_key: 'github', provider: 'github', credentials: app })
  expect(made.text).not.toContain('sesame')
  expect((await api('/integrations')).text).not.toContain('id-1')
  expect(JSON.stringify(await world.catalog.integrations.get(name, 'github'))).not.toContain('sesame')
  const shown = async () => (await api('/integrations/github?include=credentials')).body.data.credentials
  expect(await shown()).toEqual({ ...app, webhook_secret: null, fields: { scopes: 'a,b' } })
  await api('/integrations/github', { method: 'PATCH', json: { display_name: 'Hub' } })
  expect(await shown()).toMatchObject({ client_secret: 'sesame' })
  await api('/integrations/github', {
    method: 'PATCH',
    json: { credentials: { private_key: 'pem', fields: { app_id: '7' } } },
  })
  expect(await shown()).toEqual({
    type: 'APP',
    app_id: '7',
    app_link: null,
    private_key: 'pem',
    fields: { app_id: '7' },
  })
  const wrong = await api('/integrations/github', { method: 'PATCH', json: { credentials: { secret: 'x' } } })
  expect(wrong.body.error.code).toBe('invalid_body')
  expect((await api('/integrations/github?include=all')).body.error.code).toBe('invalid_query_params')
})

test('an integration takes every setting of a provider file', async () => {
  const { api, post } = await environment()
  const settings = {
    allowed_hosts: ['files.example'],
    budget: { key: 'app', requests: 5, per: '2m' },
    verify: { method: 'GET', path: '/me', headers: {} },
    consistency_lag: '90m',
    expose_tokens: true,
  }
  await post('/integrations', { unique_key: 'x', provider: 'x', base_url: 'https://x.example' })
  const patched = await api('/integrations/x', { method: 'PATCH', json: settings })
  expect(patched.body.data).toMatchObject(settings)
})

test('a setting of an integration that becomes null is the provider’s again', async () => {
  const { name, api, post, deploy } = await environment()
  await deploy(acme)
  const own = { base_url: 'https://own.example', headers: { 'x-a': '1' }, credentials: { client_id: 'id' } }
  await post('/integrations', { unique_key: 'a', provider: 'acme', ...own })
  const patch = (key: string, json: unknown) => api(`/integrations/${key}`, { method: 'PATCH', json })
  const patched = await patch('a', { base_url: null, credentials: null })
  expect(patched.body.data).toMatchObject({ base_url: acme.base_url, headers: { 'x-a': '1' } })
  await eventually(async () =>
    expect((await world.catalog.integrations.get(name, 'a')).sealedApp).toBeUndefined(),
  )
  await post('/integrations', { unique_key: 'b', provider: 'nobody', base_url: 'https://b.example' })
  expect((await patch('b', { base_url: null })).body.error.errors[0].path).toEqual(['base_url'])
})

test('a connection without a part that the base URL needs, or with one that does not match, is refused', async () => {
  const { post, deploy } = await environment()
  await deploy({
    ...acme,
    base_url: 'https://${connectionConfig.subdomain}.acme.example',
    connection_config: { subdomain: { description: 'the part before .acme.example' } },
  })
  await post('/integrations', { unique_key: 'acme', provider: 'acme' })
  const connect = (connection_config?: Record<string, unknown>) =>
    post('/connections', {
      provider_config_key: 'acme',
      connection_id: 'c',
      credentials: { type: 'API_KEY', apiKey: 'k' },
      ...(connection_config && { connection_config }),
    })
  const refused = await connect()
  expect(refused).toMatchObject({ status: 400, body: { error: { code: 'invalid_body' } } })
  expect(refused.body.error.errors[0].path).toEqual(['connection_config', 'subdomain'])
  expect(refused.body.error.message).toContain('the part before .acme.example')
  expect((await connect({ subdomain: 'evil.example/' })).status).toBe(400)
  expect((await connect({ subdomain: 'shop' })).status).toBe(201)
  expect((await connect()).status).toBe(201) // as it is, but for the credentials
})

async function connected(file: Record<string, unknown>) {
  const { api, post, deploy } = await environment()
  await deploy(file)
  await post('/integrations', { unique_key: 'acme', provider: 'acme' })
  await post('/connections', {
    provider_config_key: 'acme',
    connection_id: 'user-1',
    credentials: { type: 'API_KEY', apiKey: 'secret-token' },
    connection_config: { team: 'blue' },
  })
  return {
    api,
    verify: (provider?: unknown, connection_id = 'user-1') =>
      post('/providers/verify', { provider, provider_config_key: 'acme', connection_id }),
  }
}

test('a provider file is tried with a connection before it is deployed', async () => {
  const { verify, api } = await connected(acme)
  const file = {
    ...acme,
    base_url: `http://${host}/api`,
    connection_config: { team: { description: 'team' } },
    verify: { method: 'POST', path: '/teams/${connectionConfig.team}', data: { a: 1 } },
  }
  const answered = await verify(file)
  expect(answered).toMatchObject({ status: 200, body: { ok: true, status: 200 } })
  expect(answered.body).toEqual({
    ok: true,
    status: 200,
    ms: expect.any(Number),
    request: `POST http://${host}/api/teams/\${connectionConfig.team}`,
  })
  expect(requests).toEqual(['POST /api/teams/blue Bearer secret-token'])
  expect((await api('/providers/acme')).body.data.base_url).toBe(acme.base_url)
})

test('a verify request is not sent without a part of the connection config that it needs', async () => {
  const { verify } = await connected(acme)
  const { body } = await verify({
    ...acme,
    base_url: `http://${host}`,
    connection_config: { region: { description: 'region' } },
    verify: { path: '/regions/${connectionConfig.region}' },
  })
  expect(body).toMatchObject({ ok: false, reason: expect.stringContaining("'region'") })
  expect(requests).toEqual([])
})

test('a refusal is answered with its status and the first characters, without secrets', async () => {
  const { verify } = await connected({ ...acme, base_url: `http://${host}` })
  answer = (request, response) =>
    response
      .writeHead(401)
      .end(`${request.headers.authorization ?? request.headers['x-api-key']} ${'no'.repeat(1000)}`)
  const refused = await verify()
  expect(refused.status).toBe(200)
  expect(refused.body).toMatchObject({ ok: false, status: 401, reason: 'the API answered 401' })
  expect(refused.body.body).toHaveLength(500)
  expect(refused.text).not.toContain('secret-token')
  expect(world.log.join()).not.toContain('secret-token')
  const expected = await verify({
    ...acme,
    base_url: `http://${host}`,
    verify: { path: '/me', statuses: [401] },
  })
  expect(expected.body.ok).toBe(true)
})

test('a refusal with status 200 is one', async () => {
  const verify = { path: '/auth.test', expect: { 'a.ok': true } }
  const connection = await connected({ ...acme, base_url: `http://${host}`, verify })
  const ask = async (body: string) => {
    answer = (_, response) => response.end(body)
    return (await connection.verify()).body
  }
  expect(await ask('{"a":{"ok":true}}')).toMatchObject({ ok: true, status: 200 })
  expect(await ask('{"a":{"ok":false}}')).toMatchObject({
    ok: false,
    reason: "the API answered 200, but 'a.ok' is false and not true",
    body: '{"a":{"ok":false}}',
  })
  expect(await ask('<html>')).toMatchObject({ ok: false, reason: expect.stringContaining('is absent') })
})

test.each([
  ['http://10.0.0.1', 'not a public address'],
  ['http://169.254.169.254', 'not a public address'],
  ['http://localhost:8080', 'not a public address'],
  ['http://[::1]:80', 'not a public address'],
])('a verify request does not reach %s', async (base_url, reason) => {
  const { verify } = await connected(acme)
  const { status, body } = await verify({ ...acme, base_url })
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { ok: false, reason: expect.stringContaining(reason) },
  })
})

test('a redirect to a private address is not followed', async () => {
  const { verify } = await connected({ ...acme, base_url: `http://${host}` })
  answer = (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/admin' }).end()
  expect((await verify()).body).toMatchObject({
    ok: false,
    reason: expect.stringContaining('public address'),
  })
})

test('an answer that is too large is no reason to hold it', async () => {
  const { verify } = await connected({ ...acme, base_url: `http://${host}` })
  answer = (_, response) => response.end(Buffer.alloc(8 * 1024 * 1024))
  expect((await verify()).body).toMatchObject({ ok: false, reason: expect.stringContaining('4194304 bytes') })
})

test('verify names what is unknown or missing', async () => {
  const { verify } = await connected({ ...acme, verify: undefined })
  expect((await verify(undefined, 'user-2')).body.error.code).toBe('unknown_connection')
  expect((await verify()).body.error.errors[0].path).toEqual(['provider', 'verify'])
  expect((await verify({ ...acme, extends: 'nobody' })).body.error.errors[0].path).toEqual([
    'provider',
    'extends',
  ])
  expect((await verify({ ...acme, foo: 1 })).body.error.errors[0].path).toEqual(['provider'])
})

test('a connection that is to be verified is stored only if its API accepts it', async () => {
  const { post, api, deploy } = await environment()
  await deploy({ ...acme, base_url: `http://${host}` })
  await post('/integrations', { unique_key: 'acme', provider: 'acme' })
  const connect = (apiKey: string, id = 'c') =>
    post('/connections?verify=true', {
      provider_config_key: 'acme',
      connection_id: id,
      credentials: { type: 'API_KEY', apiKey },
    })
  const stored = async () => (await api('/connections/c?provider_config_key=acme')).body.credentials?.apiKey
  answer = (request, response) =>
    response.writeHead(request.headers.authorization === 'Bearer good' ? 200 : 401).end('{}')
  expect(await connect('bad')).toMatchObject({
    status: 400,
    body: {
      error: { code: 'connection_test_failed', message: expect.stringContaining('the API answered 401') },
    },
  })
  expect(await stored()).toBeUndefined()
  expect((await connect('good')).status).toBe(201)
  // Credentials that do not work do not replace those that do.
  expect((await connect('bad')).status).toBe(400)
  expect(await stored()).toBe('good')
  expect(requests).toEqual(['GET /me Bearer bad', 'GET /me Bearer good', 'GET /me Bearer bad'])

  answer = (_, response) => response.destroy()
  expect((await connect('good', 'd')).body.error.code).toBe('connection_test_failed')
  await deploy({ ...acme, verify: undefined })
  expect((await connect('good')).body.error.errors).toMatchObject([{ path: ['verify'] }])
})

test('an environment sees no provider of another', async () => {
  const { deploy } = await environment()
  await deploy(acme)
  const foreign = await environment()
  expect((await foreign.api('/providers/acme')).status).toBe(404)
  const made = await foreign.post('/integrations', { unique_key: 'a', provider: 'acme' })
  expect(made.body.error.errors[0].path).toEqual(['base_url'])
})
