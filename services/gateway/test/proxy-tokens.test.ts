import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StandInApi, startStandInApi } from './stand-in-api.ts'
import { ask, startWorld, type World } from './world.ts'

const MIB = 1024 * 1024

let world: World
let api: StandInApi

beforeAll(async () => {
  api = await startStandInApi()
  world = await startWorld({ variables: { EGRESS_ALLOW_HOSTS: '127.0.0.1' } })
})
afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
  api?.stop()
})

/** An API whose tokens are `a<n>`, and which takes only the newest one. */
async function setUp({ expires_at }: { expires_at?: string } = {}) {
  const state = {
    valid: 1,
    tokenRequests: 0,
    token: (): { status: number; body: object } => ({
      status: 200,
      body: { access_token: `a${++state.valid}`, expires_in: 3600, scope: `scope-${state.valid}` },
    }),
  }
  api.requests.length = 0
  api.answer = ({ url, headers, body }, response) => {
    if (url === '/token') {
      state.tokenRequests++
      const { status, body } = state.token()
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    } else if (headers.authorization === `Bearer a${state.valid}`) response.end(`got ${body.length} bytes`)
    else response.writeHead(401).end('no')
  }
  const { key } = await world.environment()
  const send = (path: string, json: unknown) => ask(world.url, key, path, { method: 'POST', json })
  await send('/integrations', {
    unique_key: 'crm',
    provider: 'crm',
    base_url: api.url,
    auth: { type: 'oauth2', token: { url: `${api.url}/token` } },
  })
  const connect = (credentials: object) =>
    send('/connections', { provider_config_key: 'crm', connection_id: 'c', credentials })
  const credentials = {
    type: 'OAUTH2',
    access_token: 'a1',
    refresh_token: 'r1',
    ...(expires_at && { expires_at }),
    config_override: { client_id: 'i', client_secret: 's' },
    raw: { access_token: 'a1', scope: 'scope-1', team: 'blue' },
  }
  expect((await connect(credentials)).status).toBe(201)
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${world.url}/proxy${path}`, {
      ...init,
      headers: { authorization: `Bearer ${key}`, 'provider-config-key': 'crm', 'connection-id': 'c' },
    })
  const connection = (query = '') =>
    ask(world.url, key, `/connections/c?provider_config_key=crm${query}`).then(({ body }) => body)
  return { state, call, connection, connect }
}

const EXPIRED = '2026-01-01T00:00:00Z'
const toApi = () => api.requests.filter(({ url }) => url !== '/token')

test('twenty calls at once with a token that has expired get one new token, and each is sent once', async () => {
  const { state, call } = await setUp({ expires_at: EXPIRED })
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => call(`/items/${n}`)))
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
  expect(state.tokenRequests).toBe(1)
  expect(toApi()).toHaveLength(20)
})

test('a 401 gets one new token for all calls, and each is sent once more with its body', async () => {
  const { state, call } = await setUp()
  state.valid = 1.5 // none that anybody has
  const bodies = await Promise.all(
    Array.from({ length: 12 }, (_, n) => call('/items', { method: 'POST', body: 'x'.repeat(n + 1) })),
  ).then((answers) => Promise.all(answers.map((answer) => answer.text())))
  expect(bodies).toEqual(Array.from({ length: 12 }, (_, n) => `got ${n + 1} bytes`))
  expect(state.tokenRequests).toBe(1)
  const tokens = toApi().map(({ headers }) => headers.authorization)
  expect(tokens.filter((it) => it === 'Bearer a1').length).toBeLessThanOrEqual(12)
  expect(tokens.filter((it) => it === 'Bearer a2.5')).toHaveLength(12)
})

test('a 401 that a new token does not change is the answer', async () => {
  const { state, call } = await setUp()
  state.valid = 7
  state.token = () => ({ status: 200, body: { access_token: 'never-good', expires_in: 3600 } })
  const answer = await call('/items')
  expect([answer.status, await answer.text()]).toEqual([401, 'no'])
  expect(state.tokenRequests).toBe(1)
  expect(toApi()).toHaveLength(2)
})

test('a body that is too large to be kept is sent once: its 401 is the answer, and the next call has the new token', async () => {
  const { state, call } = await setUp()
  state.valid = 1.5
  const body = Buffer.alloc(2 * MIB)
  expect((await call('/items', { method: 'POST', body })).status).toBe(401)
  expect(toApi()).toHaveLength(1)
  expect(await (await call('/items', { method: 'POST', body })).text()).toBe(`got ${2 * MIB} bytes`)
  expect(state.tokenRequests).toBe(1)
})

test('while no token can be got, a call is a 424 that says when to try again, and the API is not asked', async () => {
  const { state, call } = await setUp({ expires_at: EXPIRED })
  state.token = () => ({ status: 503, body: { error: 'temporarily_unavailable' } })
  const answer = await call('/items')
  expect(answer.status).toBe(424)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await answer.json()).toMatchObject({
    error: {
      code: 'invalid_credentials',
      message: expect.stringMatching(/503.*tried again in \d+ s/),
      request_id: answer.headers.get('x-request-id'),
    },
  })
  expect(toApi()).toEqual([])
})

test('credentials that are refused for good are a 424 until there are new ones', async () => {
  const { state, call, connect } = await setUp({ expires_at: EXPIRED })
  state.token = () => ({ status: 400, body: { error: 'invalid_grant' } })
  for (let n = 0; n < 2; n++) {
    const answer = await call('/items')
    expect(answer.status).toBe(424)
    expect(await answer.json()).toMatchObject({
      error: { code: 'invalid_credentials', message: expect.stringContaining('needs new credentials') },
    })
  }
  expect(toApi()).toEqual([])
  await connect({ type: 'OAUTH2', access_token: 'a1', config_override: { client_id: 'i' } })
  await expect.poll(async () => (await call('/items')).status).toBe(200)
})

test('raw follows a renewal: new fields replace old ones, others stay, and no old refresh token is in it', async () => {
  const { state, call, connection } = await setUp({ expires_at: EXPIRED })
  state.token = () => ({
    status: 200,
    body: {
      access_token: `a${++state.valid}`,
      refresh_token: 'r2-secret',
      expires_in: 3600,
      scope: 'all',
      nested: { refresh: 'r2-secret', kept: 1 },
    },
  })
  expect((await call('/items')).status).toBe(200)
  const { credentials } = await connection()
  expect(credentials.raw).toEqual({
    access_token: 'a2',
    expires_in: 3600,
    expires_at: credentials.expires_at,
    scope: 'all',
    team: 'blue',
    nested: { kept: 1 },
  })
  expect((await connection('&refresh_token=true')).credentials.raw).toMatchObject({
    refresh_token: 'r2-secret',
    nested: { refresh: 'r2-secret', kept: 1 },
  })
})

test('an answer of a token server that is long, deep or no object does not hurt: raw has what is known', async () => {
  const { state, call, connection } = await setUp({ expires_at: EXPIRED })
  state.token = () => ({
    status: 200,
    body: { access_token: `a${++state.valid}`, expires_in: 3600, more: 'x'.repeat(100_000) },
  })
  expect((await call('/items')).status).toBe(200)
  expect((await connection()).credentials.raw).toMatchObject({ access_token: 'a2', scope: 'scope-1' })
})
