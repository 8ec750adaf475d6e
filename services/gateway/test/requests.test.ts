import { request } from 'node:http'
import { connectBus } from '@syncline/bus'
import { keyIdOf } from '@syncline/catalog'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, furnish, HEADERS, piece, startWorld, type World } from './world.ts'

let world: World
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld({ variables: { BODY_MAX_BYTES: '2000' } })
  home = await furnish(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const records = '/records?model=GithubIssue'

test.each([
  ['no key', {}, 'missing_auth_header'],
  ['no scheme', { authorization: 'abc' }, 'malformed_auth_header'],
  ['an empty key', { authorization: 'Bearer ' }, 'malformed_auth_header'],
  ['another scheme', { authorization: 'Basic abc' }, 'malformed_auth_header'],
  ['a key that nobody has', { authorization: 'Bearer sk_dev_abc' }, 'unknown_api_key'],
])('%s is a 401', async (_, headers, code) => {
  const answer = await ask(world.url, undefined, records, { headers })
  expect(answer.status).toBe(401)
  expect(answer.body).toEqual({
    error: { code, message: expect.any(String), request_id: answer.headers.get('x-request-id') },
  })
})

test('a revoked key opens nothing', async () => {
  const { key } = await world.environment()
  expect((await ask(world.url, key, '/environment-variables')).status).toBe(200)
  await world.catalog.apiKeys.delete(keyIdOf(key))
  await expect.poll(async () => (await ask(world.url, key, '/environment-variables')).status).toBe(401)
})

test('a key is known as soon as it was made', async () => {
  const { key } = await world.environment()
  expect((await ask(world.url, key, '/environment-variables')).status).toBe(200)
})

test('keys that nobody has cost NATS next to nothing, however many are sent', async () => {
  await using bus = await connectBus({ url: world.natsUrl, prefix: world.prefix, replicas: 1 }, 'spy')
  let reads = 0
  const readsOfKeys = [
    `$JS.API.DIRECT.GET.KV_${world.prefix}_catalog.>`,
    `$JS.API.STREAM.MSG.GET.KV_${world.prefix}_catalog`,
  ]
  for (const subject of readsOfKeys) bus.connection.subscribe(subject, { callback: () => void reads++ })
  await bus.connection.flush()
  const started = Date.now()
  for (let batch = 0; batch < 20; batch++) {
    const asked = Array.from({ length: 50 }, (_, n) =>
      ask(world.url, `sk_dev_${batch}_${n}`, '/environment-variables'),
    )
    for (const answer of await Promise.all(asked)) expect(answer.body.error.code).toBe('unknown_api_key')
  }
  const { key } = await world.environment()
  await expect.poll(async () => (await ask(world.url, key, '/environment-variables')).status).toBe(200)
  await bus.connection.flush()
  const seconds = (Date.now() - started) / 1000
  // The test makes a key too, and that reads.
  expect(reads).toBeLessThanOrEqual(20 + Math.ceil(seconds) * 20 + 5)
  expect(reads).toBeGreaterThan(0)
})

test('health needs no key', async () => {
  const answer = await ask(world.url, undefined, '/health')
  expect(answer.body).toEqual({
    status: 'ok',
    checks: { nats: 'ok', redis: 'ok', records: 'ok', scheduler: 'ok' },
  })
})

test('a service that cannot reach its own server is not healthy', async () => {
  world.recordsHealth.clickhouse = 'no answer within 2000 ms'
  const health = () => ask(world.url, undefined, '/health')
  await expect.poll(health).toMatchObject({
    status: 503,
    body: {
      status: 'failing',
      checks: { nats: 'ok', redis: 'ok', records: 'clickhouse: no answer within 2000 ms', scheduler: 'ok' },
    },
  })
  world.recordsHealth.clickhouse = 'ok'
  await expect.poll(health).toMatchObject({ status: 200 })
})

test('an unknown route is a JSON 404, whatever the key', async () => {
  const answer = await ask(world.url, undefined, '/nothing/here?secret=1')
  expect(answer.status).toBe(404)
  expect(answer.body).toEqual({
    error: { code: 'not_found', message: 'there is no GET /nothing/here', request_id: expect.any(String) },
  })
})

test('a path that is no URL is a 400 in the same shape', async () => {
  const answer = await home.api('/sync/%zz/variant/a', { method: 'POST', json: {} })
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_uri_params' } } })
})

test('a body that is not JSON is a 400, and without a key a 401', async () => {
  const init = { method: 'POST', body: '{"syncs":', headers: { 'content-type': 'application/json' } }
  const answer = await ask(world.url, home.key, '/sync/trigger', init)
  expect((await ask(world.url, undefined, '/sync/trigger', init)).status).toBe(401)
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_json' } } })
})

test('a key that is the name of a prototype is a key like others', async () => {
  const init = {
    method: 'POST',
    body: '{"__proto__":{"x":1}}',
    headers: { 'content-type': 'application/json' },
  }
  const { error } = (await home.api('/sync/trigger', init)).body
  expect(error).toMatchObject({
    code: 'invalid_body',
    message: expect.stringContaining('Unrecognized key: "__proto__"'),
  })
})

test('another content type is a 415', async () => {
  const init = { method: 'POST', body: 'a=1', headers: { 'content-type': 'text/plain' } }
  const answer = await home.api('/sync/trigger', init)
  expect(answer).toMatchObject({ status: 415, body: { error: { code: 'invalid_content_type' } } })
})

test('a body without a content type is read as JSON', async () => {
  const { hostname, port } = new URL(world.url)
  const status = Promise.withResolvers<number | undefined>()
  const headers = { authorization: `Bearer ${home.key}` }
  request({ hostname, port, path: '/sync/trigger', method: 'POST', headers }, (response) => {
    response.resume()
    status.resolve(response.statusCode)
  }).end('{"syncs":[],"provider_config_key":"github"}')
  expect(await status.promise).toBe(200)
})

test('a content type without a body is no fault', async () => {
  const headers = { 'content-type': 'application/json' }
  expect((await home.api('/environment-variables', { headers })).status).toBe(200)
})

test('a body over the limit is a 413', async () => {
  const answer = await home.api('/sync/trigger', { method: 'POST', json: { syncs: ['x'.repeat(3000)] } })
  expect(answer).toMatchObject({ status: 413, body: { error: { code: 'body_too_large' } } })
})

test('a trailing slash is tolerated', async () => {
  world.records.listRecords = () => piece('[]')
  expect((await home.api('/records/?model=GithubIssue', { headers: HEADERS })).status).toBe(200)
})

test('unknown keys are named, in query and body', async () => {
  const query = await home.api(`${records}&modle=x`, { headers: HEADERS })
  expect(query.body.error).toMatchObject({
    code: 'invalid_query_params',
    message: 'Unrecognized key: "modle"',
    errors: [{ code: 'unrecognized_keys', message: 'Unrecognized key: "modle"', path: [] }],
  })
  const body = await home.api('/sync/pause', {
    method: 'POST',
    json: { syncs: [], provider_config_key: 'github', a: 1 },
  })
  expect(body.body.error).toMatchObject({ code: 'invalid_body', errors: [{ code: 'unrecognized_keys' }] })
})

test('every part of an issue path is text', async () => {
  const answer = await home.api('/sync/start', {
    method: 'POST',
    json: { syncs: ['a', 1], provider_config_key: 'github' },
  })
  expect(answer.body.error).toMatchObject({
    code: 'invalid_body',
    message: 'syncs.1: Invalid input',
    errors: [{ code: 'invalid_union', message: 'Invalid input', path: ['syncs', '1'] }],
  })
})

test('the key is checked before the request, the request before its names', async () => {
  const bad = { method: 'POST', json: { syncs: 'x', provider_config_key: 'nope' } }
  expect((await ask(world.url, undefined, '/sync/start', bad)).status).toBe(401)
  expect((await home.api('/sync/start', bad)).body.error.code).toBe('invalid_body')
  const unknown = { method: 'POST', json: { syncs: ['x'], provider_config_key: 'nope' } }
  expect((await home.api('/sync/start', unknown)).body.error.code).toBe('unknown_integration')
})

test('an unforeseen fault is a 500 that says nothing of the inside, and the log says all under its id', async () => {
  const identity = [home.environment, 'github', 'broken']
  const connection = await world.catalog.connections.get(home.environment, 'github', 'user-1')
  const broken = { ...connection, id: 'broken', sealedCredentials: 'v1.test.AAAA' }
  await world.catalog.connections.create(broken, ...identity)
  const path = '/connections/broken?provider_config_key=github'
  await expect.poll(async () => (await home.api(path)).status).toBe(500)
  const answer = await home.api(path)
  const id = String(answer.headers.get('x-request-id'))
  expect(answer.body).toEqual({
    error: { code: 'server_error', message: expect.stringContaining(id), request_id: id },
  })
  expect(answer.text).not.toMatch(/auth|tag|cipher|seal/i)
  expect(world.log.find((line) => line.includes('request failed') && line.includes(id))).toContain('stack')
})

test('the log has neither keys, nor credentials, nor names of customers', async () => {
  await home.api('/connections/user-1?provider_config_key=github')
  await home.api('/records?model=GithubIssue&ids=confidential-id', { headers: HEADERS })
  const log = world.log.join('')
  expect(log).toContain('"route":"/connections/:connectionId"')
  for (const secret of [home.key, 'secret-token', 'confidential-id', 'user-1', 'acme/shop']) {
    expect(log).not.toContain(secret)
  }
})
