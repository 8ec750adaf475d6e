import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type StandInApi, startStandInApi } from './stand-in-api.ts'
import { ask, startWorld, type World } from './world.ts'

let world: World
let key: string
let api: StandInApi
let other: StandInApi

beforeAll(async () => {
  api = await startStandInApi()
  other = await startStandInApi()
  world = await startWorld({ variables: { EGRESS_ALLOW_HOSTS: '127.0.0.1' } })
  key = (await world.environment()).key
  await ask(world.url, key, '/integrations', {
    method: 'POST',
    json: { unique_key: 'acme', provider: 'acme', base_url: `${api.url}/v1`, auth: { type: 'bearer' } },
  })
  await ask(world.url, key, '/connections', {
    method: 'POST',
    json: {
      provider_config_key: 'acme',
      connection_id: 'demo',
      credentials: { type: 'API_KEY', apiKey: 'k3y' },
    },
  })
})
afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
  api?.stop()
  other?.stop()
})
beforeEach(() => {
  api.requests.length = 0
  other.requests.length = 0
  api.answer = (_, response) => void response.end('ok')
})

const call = (path: string, init: RequestInit = {}) =>
  fetch(`${world.url}/proxy${path}`, {
    ...init,
    headers: {
      authorization: `Bearer ${key}`,
      'provider-config-key': 'acme',
      'connection-id': 'demo',
      'base-url-override': '',
      'nango-activity-log-id': '',
      ...(init.headers as Record<string, string>),
    },
  })

test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'])(
  '%s goes to the API with credentials, path and query as they are',
  async (method) => {
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const body = Buffer.from([0, 255, 1, 254])
    const answer = await call('/a%20b/c%2Fd?x=1&x=2&y[]=%E2%82%AC&z', {
      method,
      ...(hasBody && { body }),
      headers: { 'content-type': 'application/x-thing', 'nango-proxy-X-Own': 'own', 'x-other': 'not sent' },
    })
    expect(answer.status).toBe(200)
    const [request] = api.requests
    expect(request).toMatchObject({ method, url: '/v1/a%20b/c%2Fd?x=1&x=2&y[]=%E2%82%AC&z' })
    expect(request?.headers).toMatchObject({ authorization: 'Bearer k3y', 'x-own': 'own' })
    expect(request?.headers).not.toHaveProperty('x-other')
    expect(request?.headers).not.toHaveProperty('connection-id')
    if (hasBody) expect(request?.body).toEqual(body)
  },
)

test('Idempotency-Key goes to the API, which decides what it means: no answer is given again by the gateway', async () => {
  for (const n of [1, 2]) {
    api.answer = (_, response) => void response.writeHead(201).end(`made ${n}`)
    const answer = await call('/charges', {
      method: 'POST',
      body: '{}',
      headers: { 'idempotency-key': 'one' },
    })
    expect([answer.status, await answer.text()]).toEqual([201, `made ${n}`])
    expect(answer.headers.get('idempotency-replayed')).toBeNull()
  }
  expect(api.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['one', 'one'])
})

test('status, headers and bytes of the answer are passed on, but not cookies', async () => {
  const bytes = gzipSync('packed')
  api.answer = (_, response) =>
    void response
      .writeHead(418, {
        'content-type': 'application/x-tea',
        'content-encoding': 'gzip',
        'set-cookie': 'a=b',
        'x-request-id': 'theirs',
        'content-length': bytes.length,
        link: '<b>; rel=next',
      })
      .end(bytes)
  const answer = await call('/tea', { headers: { 'accept-encoding': 'gzip' } })
  expect(answer.status).toBe(418)
  expect(await answer.text()).toBe('packed')
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/x-tea',
    'x-upstream-request-id': 'theirs',
    link: '<b>; rel=next',
    'content-encoding': 'gzip',
  })
  expect(answer.headers.get('set-cookie')).toBeNull()
  const plain = await call('/tea', { headers: { decompress: 'true', 'accept-encoding': 'identity' } })
  expect(plain.headers.get('content-encoding')).toBeNull()
  expect(await plain.text()).toBe('packed')
})

test('a large body is streamed both ways', async () => {
  api.answer = ({ body }, response) => void response.end(body)
  const body = Buffer.alloc(20 * 1024 * 1024, 7)
  const answer = await call('/large', { method: 'POST', body, headers: { 'content-type': 'video/mp4' } })
  expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true)
})

test('a failed request is repeated as often as Retries says, with its body', async () => {
  api.answer = (_, response) => void response.writeHead(api.requests.length === 1 ? 503 : 200).end('x')
  const answer = await call('/again', { method: 'POST', body: '{"a":1}', headers: { retries: '1' } })
  expect(answer.status).toBe(200)
  expect(api.requests.map(({ body }) => body.toString())).toEqual(['{"a":1}', '{"a":1}'])
})

test('Base-Url-Override goes only where the integration sends credentials', async () => {
  const refused = await call('/x', { headers: { 'base-url-override': other.url } })
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: { code: 'base_url_override_not_allowed' } })
  expect(await (await call(`/${other.url}/x`)).json()).toMatchObject({
    error: { code: 'base_url_override_not_allowed' },
  })
  expect(other.requests).toEqual([])
  expect((await call('/x', { headers: { 'base-url-override': `${api.url}/v2` } })).status).toBe(200)
  expect(api.requests[0]?.url).toBe('/v2/x')
})

test('a redirect to another origin is followed without credentials and headers of the client', async () => {
  api.answer = (_, response) => void response.writeHead(302, { location: `${other.url}/file` }).end()
  expect((await call('/download', { headers: { 'nango-proxy-x-secret': 's' } })).status).toBe(200)
  expect(other.requests[0]?.headers).not.toHaveProperty('authorization')
  expect(other.requests[0]?.headers).not.toHaveProperty('x-secret')
})

test('a client that goes away ends the call to the API', async () => {
  const gone = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  api.answer = (_, response) => {
    response.on('close', () => gone.resolve())
    begun.resolve()
  }
  const client = new AbortController()
  const answer = call('/slow', { signal: client.signal }).catch(() => {})
  await begun.promise
  client.abort()
  await Promise.all([gone.promise, answer])
})

test('an API at an address that is not public is a 502', async () => {
  await ask(world.url, key, '/integrations', {
    method: 'POST',
    json: { unique_key: 'inner', provider: 'inner', base_url: 'http://10.0.0.1', auth: { type: 'bearer' } },
  })
  await ask(world.url, key, '/connections', {
    method: 'POST',
    json: {
      provider_config_key: 'inner',
      connection_id: 'demo',
      credentials: { type: 'API_KEY', apiKey: 'x' },
    },
  })
  expect((await call('/x', { headers: { 'provider-config-key': 'inner' } })).status).toBe(502)
})

test('an API that cannot be reached is a 502, without secrets in text or log', async () => {
  await ask(world.url, key, '/integrations', {
    method: 'POST',
    json: {
      unique_key: 'gone',
      provider: 'gone',
      base_url: 'http://127.0.0.1:1',
      auth: { type: 'query', name: 'key' },
    },
  })
  await ask(world.url, key, '/connections', {
    method: 'POST',
    json: {
      provider_config_key: 'gone',
      connection_id: 'demo',
      credentials: { type: 'API_KEY', apiKey: 'h1dden' },
    },
  })
  const answer = await call('/x?a=b', { headers: { 'provider-config-key': 'gone' } })
  expect(answer.status).toBe(502)
  const text = await answer.text()
  expect(JSON.parse(text)).toMatchObject({ error: { code: 'upstream_failed' } })
  expect(text + world.log.join()).not.toContain('h1dden')
})

test.each([
  ['an empty connection', { 'connection-id': '' }, 400, 'invalid_headers'],
  ['an unknown connection', { 'connection-id': 'nobody' }, 404, 'unknown_connection'],
  ['an unknown integration', { 'provider-config-key': 'none' }, 404, 'unknown_integration'],
  ['Retries that is none', { retries: 'x' }, 400, 'invalid_headers'],
  ['no key', { authorization: 'Bearer nothing' }, 401, 'unknown_api_key'],
])('%s is refused', async (_, headers, status, code) => {
  const answer = await call('/x', { headers })
  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({ error: { code } })
  expect(api.requests).toEqual([])
})

test('a quota that is used up for long is a 429 with Retry-After', async () => {
  api.answer = (_, response) => void response.writeHead(429, { 'retry-after': '600' }).end()
  const first = await call('/quota')
  expect(first.status).toBe(429)
  const second = await call('/quota')
  expect(second.status).toBe(429)
  expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(500)
  expect(await second.json()).toMatchObject({ error: { code: 'too_many_requests' } })
})
