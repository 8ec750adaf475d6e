import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connectBus, subjects } from '@syncline/bus'
import type { Event } from '@syncline/events'
import { servers } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { furnish, startWorld, type World } from './world.ts'

let world: World
let url: string
const events: Event[] = []
/** What the token endpoint answers. */
let answer: { status: number; body: object }
let requests = 0
const open = new AsyncDisposableStack()

beforeAll(async () => {
  world = open.use(await startWorld({ variables: { EGRESS_ALLOW_HOSTS: '127.0.0.1' } }))
  const server = createServer((_, response) => {
    requests++
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  }).listen(0, '127.0.0.1')
  open.defer(() => void server.close())
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
  const { prefix } = world
  const bus = open.use(await connectBus({ url: servers().nats.url, prefix, replicas: 1 }, 'test'))
  bus.connection.subscribe(`${prefix}.event.connection.*.*`, {
    callback: (_error, message) => void events.push(subjects.event.codec.decode(message.data)),
  })
})
afterAll(() => open.disposeAsync())

const PATH = '/connections/c?provider_config_key=crm'

/** An environment with a connection whose token has expired. */
async function setUp() {
  const { api, environment } = await furnish(world)
  await api('/integrations', {
    method: 'POST',
    json: { unique_key: 'crm', provider: 'crm', base_url: url, auth: { type: 'oauth2', token: { url } } },
  })
  const credentials = {
    type: 'OAUTH2',
    access_token: 'a1',
    refresh_token: 'refresh-1',
    expires_at: '2026-01-01T00:00:00Z',
    config_override: { client_id: 'i', client_secret: 'client-secret' },
  }
  const connect = () =>
    api('/connections', {
      method: 'POST',
      json: { provider_config_key: 'crm', connection_id: 'c', credentials },
    })
  expect((await connect()).status).toBe(201)
  requests = 0
  events.length = 0
  return { api, environment, connect }
}

test('GET renews a token that has expired, and no other one; the refresh token is shown on demand', async () => {
  const { api } = await setUp()
  answer = { status: 200, body: { access_token: 'a2', refresh_token: 'r2', expires_in: 3600 } }
  const { status, body } = await api(PATH)
  expect(status).toBe(200)
  expect(body.credentials).toMatchObject({ type: 'OAUTH2', access_token: 'a2' })
  expect(Date.parse(body.credentials.expires_at)).toBeGreaterThan(Date.now())
  expect(body.credentials).not.toHaveProperty('refresh_token')
  expect(body.token).toEqual({ access_token: 'a2', expires_at: body.credentials.expires_at })
  expect((await api(`${PATH}&refresh_token=true`)).body.credentials.refresh_token).toBe('r2')
  expect(requests).toBe(1)
  answer = { status: 200, body: { access_token: 'a3', expires_in: 3600 } }
  expect((await api(`${PATH}&force_refresh=true`)).body.credentials.access_token).toBe('a3')
  expect((await api(`${PATH}&refresh_token=true`)).body.credentials).toMatchObject({
    access_token: 'a3',
    refresh_token: 'r2',
  })
  expect(requests).toBe(2)
})

test('what the provider refuses for good is 400, shows in the answers, and is told by an event; new credentials clear it', async () => {
  const { api, environment, connect } = await setUp()
  answer = { status: 400, body: { error: 'invalid_grant', error_description: 'refresh-1 was revoked' } }
  const refused = await api(`${PATH}&force_refresh=true`)
  expect(refused).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_credentials', message: expect.stringContaining('… was revoked') } },
  })
  const { status, body } = await api(PATH)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    errors: [{ type: 'auth', log_id: expect.any(String) }],
    needs_reauth: { reason: expect.stringContaining('invalid_grant') },
  })
  const { connections } = (await api('/connections')).body
  expect(connections).toContainEqual(
    expect.objectContaining({ connection_id: 'c', needs_reauth: body.needs_reauth, errors: body.errors }),
  )
  const source = `/environments/${environment}`
  const data = { provider_config_key: 'crm', connection_id: 'c' }
  const { since, reason } = body.needs_reauth
  const refusal = { source, type: 'connection.needs_reauth', time: since, data: { ...data, reason } }
  await expect.poll(() => events).toMatchObject([refusal])
  expect((await connect()).body).toMatchObject({ errors: [], needs_reauth: null })
  await expect.poll(() => events).toMatchObject([{}, { source, type: 'connection.reauthorized', data }])
  const published = () => world.catalog.connections.fresh(environment, 'crm', 'c')
  await expect.poll(async () => (await published()).unpublished).toBeUndefined()
  expect(events).toHaveLength(2)
  expect([refused.text, ...world.log].join()).not.toContain('refresh-1')
})

test('while the provider gives no token, GET is 424 and says when it is tried again', async () => {
  const { api } = await setUp()
  answer = { status: 503, body: { error: 'temporarily_unavailable' } }
  const first = await api(PATH)
  expect(first).toMatchObject({ status: 424, body: { error: { code: 'invalid_credentials' } } })
  const count = requests
  const second = await api(`${PATH}&force_refresh=true`)
  expect(second).toMatchObject({
    status: 424,
    body: { error: { message: expect.stringMatching(/503.*tried again in \d s/) } },
  })
  expect(requests).toBe(count)
})

test('a connection with a key of its own is not refreshed', async () => {
  const { api } = await setUp()
  const { status, body } = await api('/connections/user-1?provider_config_key=github&force_refresh=true')
  expect(status).toBe(200)
  expect(body.credentials).toEqual({ type: 'API_KEY', apiKey: 'secret-token' })
  expect(body).not.toHaveProperty('token')
})
