import { createHmac, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AuthScheme, type Credentials, Keyring } from '@syncline/catalog'
import { namespace, servers } from '@syncline/testkit'
import {
  type AuthorizationServer,
  CLIENT,
  startAuthorizationServer,
} from '@syncline/testkit/authorization-server'
import { exportJWK, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { z } from 'zod'
import { openTokenWorld, type TokenWorld } from './token-world.ts'

// How each auth form asks for its token, and where it finds it.

interface Asked {
  method: string
  url: string
  headers: Record<string, string | string[] | undefined>
  body: string
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pkcs1 = rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
const pkcs8 = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const asked: Asked[] = []
let answer: { status?: number; type?: string; body: string | object; headers?: Record<string, string> }
let open: AsyncDisposableStack
let world: TokenWorld
let server: AuthorizationServer
let url: string

beforeAll(async () => {
  open = new AsyncDisposableStack()
  const { nats, redis } = servers()
  const names = {
    natsUrl: nats.url,
    redisUrl: redis.url,
    prefix: namespace(),
    keyring: Keyring.generate('t'),
  }
  world = open.use(await openTokenWorld(names))
  server = open.use(
    await startAuthorizationServer([{ ...(await exportJWK(rsa.publicKey)), kid: 'k1', alg: 'RS256' }]),
  )
  const stub = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
    const { status = 200, type = 'application/json', headers } = answer
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
    response.writeHead(status, { 'content-type': type, ...headers }).end(text)
  }).listen(0, '127.0.0.1')
  open.defer(() => void stub.close())
  await once(stub, 'listening')
  url = `http://127.0.0.1:${(stub.address() as AddressInfo).port}` // it listens on TCP
})
afterAll(() => open.disposeAsync())
beforeEach(() => {
  asked.length = 0
})

type Given = Omit<Parameters<TokenWorld['connect']>[0], 'auth'> & { auth: z.input<typeof AuthScheme> }

/** The token of a new connection, and of what was asked for it. */
async function tokenOf({ auth, ...given }: Given) {
  const at = await world.connect({ ...given, auth: AuthScheme.parse(auth) })
  const { token } = await world.tokens.access(at, AbortSignal.timeout(30_000))
  return { at, token, lifeS: Math.round(((token?.expiresAt ?? 0) - (token?.obtainedAt ?? 0)) / 1000) }
}

const form = (text: string | undefined) => Object.fromEntries(new URLSearchParams(text))
const verify = async (jwt: string | undefined) => (await jwtVerify(jwt ?? '', rsa.publicKey)).payload
const expired = (refresh_token: string): Credentials => ({
  type: 'OAUTH2',
  access_token: 'old',
  refresh_token,
  expires_at: 1,
})

test.each(['app', 'basic'])(
  'oauth2: a real server takes the client %j, with its secret in body or header',
  async (client) => {
    const { refresh_token } = await server.authorize(client)
    const { token, lifeS } = await tokenOf({
      auth: {
        type: 'oauth2',
        token: { url: `${server.url}/token`, client_auth: client === 'basic' ? 'header' : 'body' },
      },
      app: { ...CLIENT, client_id: client },
      credentials: expired(refresh_token),
    })
    expect(token).toMatchObject({ accessToken: expect.any(String), refreshToken: expect.any(String) })
    expect(token?.refreshToken).not.toBe(refresh_token)
    expect(lifeS).toBe(3600)
  },
)

test('oauth2: answers in the form encoding, errors with status 200, a refresh URL, params and headers as templates', async () => {
  const auth: Given['auth'] = {
    type: 'oauth2',
    token: {
      url: 'https://unused.test',
      refresh_url: `${url}/\${connectionConfig.tenant}/refresh`,
      headers: { 'x-app': '${app.key}' },
      params: { resource: 'unused' },
      refresh_params: { scope: 'a ${connectionConfig.tenant}' },
    },
  }
  const given = {
    auth,
    app: { client_id: 'i', client_secret: 's', fields: { key: 'k' } },
    connectionConfig: { tenant: 't1' },
    credentials: expired('r1'),
  }
  answer = {
    type: 'application/x-www-form-urlencoded',
    body: 'access_token=a%2B1&expires_in=28800&refresh_token=r2&token_type=bearer',
  }
  const { token, lifeS } = await tokenOf(given)
  expect([token?.accessToken, token?.refreshToken, lifeS]).toEqual(['a+1', 'r2', 28_800])
  expect(asked).toMatchObject([{ method: 'POST', url: '/t1/refresh', headers: { 'x-app': 'k' } }])
  expect(form(asked[0]?.body)).toEqual({
    grant_type: 'refresh_token',
    refresh_token: 'r1',
    client_id: 'i',
    client_secret: 's',
    scope: 'a t1',
  })
  answer = { body: { error: 'bad_refresh_token' } }
  await expect(tokenOf(given)).rejects.toMatchObject({ code: 'invalid_credentials' })
})

test('oauth2: an answer without a refresh token keeps the one that there is; a text is a number of seconds too', async () => {
  answer = { body: { access_token: 'a', expires_in: '1800' } }
  const { token, lifeS } = await tokenOf({
    auth: { type: 'oauth2', token: { url } },
    credentials: {
      ...expired('r1'),
      config_override: { client_id: 'own', client_secret: 'own-s' },
    } as Credentials,
  })
  expect([token?.refreshToken, lifeS, form(asked[0]?.body).client_id]).toEqual(['r1', 1800, 'own'])
})

test('oauth2 without a client_id says what is missing', async () => {
  await expect(
    tokenOf({ auth: { type: 'oauth2', token: { url } }, credentials: expired('r') }),
  ).rejects.toThrow('has no client_id')
})

test('client credentials: a real server', async () => {
  const { token, lifeS } = await tokenOf({
    auth: { type: 'client_credentials', token: { url: `${server.url}/token`, client_auth: 'header' } },
    credentials: { type: 'OAUTH2_CC', ...CLIENT, client_id: 'machine' },
  })
  expect([typeof token?.accessToken, lifeS]).toEqual(['string', 3600])
})

test('a connection that is not stored yet gets a token once, which nobody keeps; a refresh token of it is not used', async () => {
  const token = { url: `${server.url}/token` }
  const credentials: Credentials = { type: 'OAUTH2_CC', ...CLIENT, client_id: 'machine' }
  const at = await world.connect({
    auth: { ...AuthScheme.parse({ type: 'client_credentials', token }) },
    credentials,
  })
  const tried = { connection: await world.connection(at), credentials }
  const before = server.tokenRequests.length
  const access = () => world.tokens.access({ ...at, tried }, AbortSignal.timeout(20_000))
  const [first, second] = [await access(), await access()]
  expect(first.token?.accessToken).toEqual(expect.any(String))
  expect(second.token).toEqual(first.token)
  expect(server.tokenRequests.length - before).toBe(1)
  expect((await world.connection(at)).sealedToken).toBeUndefined()

  const owned = await world.connect({
    auth: AuthScheme.parse({ type: 'oauth2', token }),
    credentials: expired('r'),
  })
  const of = { ...owned, tried: { connection: await world.connection(owned), credentials: expired('r') } }
  await expect(world.tokens.access(of, AbortSignal.timeout(20_000))).rejects.toMatchObject({
    code: 'invalid_credentials',
    message: expect.stringContaining('has expired'),
  })
  expect(server.tokenRequests.length - before).toBe(1)
})

test('client credentials: a client that is refused is refused as the credentials of the connection', async () => {
  await expect(
    tokenOf({
      auth: { type: 'client_credentials', token: { url: `${server.url}/token` } },
      credentials: { type: 'OAUTH2_CC', client_id: 'machine', client_secret: 'wrong' },
    }),
  ).rejects.toMatchObject({ code: 'invalid_credentials', message: expect.stringContaining('invalid_client') })
})

test('password: user and password in the body, and how long a token lives if the answer does not say', async () => {
  answer = { body: { access_token: 'a' } }
  const { token, lifeS } = await tokenOf({
    auth: { type: 'password', token: { url, body: 'json', lifetime_s: 600, params: { audience: 'x' } } },
    app: { client_id: 'i', client_secret: 's' },
    credentials: { type: 'BASIC', username: 'u', password: 'p' },
  })
  expect([token?.accessToken, lifeS]).toEqual(['a', 600])
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
    grant_type: 'password',
    username: 'u',
    password: 'p',
    client_id: 'i',
    client_secret: 's',
    audience: 'x',
  })
})

test('jwt: the assertion of a service account (RFC 7523)', async () => {
  answer = { body: { access_token: 'a', expires_in: 3599 } }
  const { token } = await tokenOf({
    auth: {
      type: 'jwt',
      jwt: {
        algorithm: 'RS256',
        key: '${credentials.private_key}',
        header: { kid: '${credentials.private_key_id}' },
        claims: { iss: '${credentials.client_email}', aud: url, scope: 'x', jti: '${uuid}' },
      },
      token: { url },
    },
    credentials: {
      type: 'CUSTOM',
      private_key: pkcs8.replaceAll('\n', '\\n'),
      private_key_id: 'k1',
      client_email: 'me@x.test',
    },
  })
  expect(token?.accessToken).toBe('a')
  const { grant_type, assertion } = form(asked[0]?.body)
  expect(grant_type).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
  expect(await verify(assertion)).toMatchObject({ iss: 'me@x.test', aud: url, scope: 'x' })
})

test('jwt: an installation of an app, with the signed JWT in the header of the token request', async () => {
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
  answer = { status: 201, body: { token: 'ghs_1', expires_at: inAnHour } }
  const given: Given = {
    auth: {
      type: 'jwt',
      jwt: {
        algorithm: 'RS256',
        key: '${app.private_key}',
        claims: { iss: '${app.client_id}' },
        lifetime_s: 600,
      },
      token: {
        url: `${url}/app/installations/\${credentials.installation_id}/access_tokens`,
        headers: { authorization: 'Bearer ${jwt}' },
        body: 'json',
        client_auth: 'none',
        token_path: 'token',
        expires_at_path: 'expires_at',
        refused_statuses: [404],
      },
    },
    app: { client_id: 'Iv1.1', private_key: pkcs1 },
    credentials: { type: 'CUSTOM', installation_id: '77' },
  }
  const { token, lifeS } = await tokenOf(given)
  expect(token?.accessToken).toBe('ghs_1')
  expect(lifeS).toBeGreaterThan(3590)
  expect(asked).toMatchObject([{ url: '/app/installations/77/access_tokens', body: '{}' }])
  const payload = await verify(String(asked[0]?.headers.authorization).replace('Bearer ', ''))
  expect(payload.iss).toBe('Iv1.1')
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600)
  answer = { status: 404, body: { message: 'Not Found' } }
  await expect(tokenOf(given)).rejects.toMatchObject({ code: 'invalid_credentials' })
})

test('jwt: a client that proves itself by a signed JWT, on a real server', async () => {
  const { token } = await tokenOf({
    auth: {
      type: 'jwt',
      jwt: {
        algorithm: 'RS256',
        key: '${app.private_key}',
        header: { kid: 'k1' },
        claims: { iss: 'signed', sub: 'signed', aud: server.url, jti: '${uuid}' },
      },
      token: {
        url: `${server.url}/token`,
        client_auth: 'none',
        params: {
          grant_type: 'client_credentials',
          client_id: 'signed',
          client_assertion: '${jwt}',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        },
      },
    },
    app: { private_key: pkcs8 },
    credentials: { type: 'NONE' },
  })
  expect(token?.accessToken).toEqual(expect.any(String))
})

test('jwt: the signed JWT is the token', async () => {
  const { token, lifeS } = await tokenOf({
    auth: {
      type: 'jwt',
      jwt: {
        algorithm: 'HS256',
        key: '${credentials.secret}',
        key_encoding: 'hex',
        claims: { aud: '/admin/' },
        header: { kid: '${credentials.id}' },
        lifetime_s: 300,
      },
    },
    credentials: { type: 'CUSTOM', secret: '00ff'.repeat(8), id: 'key-1' },
  })
  const { payload, protectedHeader } = await jwtVerify(
    token?.accessToken ?? '',
    Buffer.from('00ff'.repeat(8), 'hex'),
  )
  expect(payload).toMatchObject({ aud: '/admin/' })
  expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'key-1' })
  expect(lifeS).toBeGreaterThanOrEqual(269)
})

test('a key that cannot sign is named by its place, never shown', async () => {
  const auth: Given['auth'] = { type: 'jwt', jwt: { algorithm: 'RS256', key: '${credentials.key}' } }
  const failed = tokenOf({ auth, credentials: { type: 'CUSTOM', key: 'not-a-key' } })
  await expect(failed).rejects.toThrow("the key '${credentials.key}' cannot sign a JWT with RS256")
  await expect(failed).rejects.not.toThrow('not-a-key')
})

test('two_step: a first call over the credentials gives the token at a path', async () => {
  answer = { body: { data: { session: { token: 't1', validUntil: Date.now() / 1000 + 900 } } } }
  const given: Given = {
    auth: {
      type: 'two_step',
      token: {
        url: `${url}/login`,
        body: 'json',
        headers: { 'x-key': '${credentials.key}' },
        params: {
          auth: { user: '${credentials.user}', tenant: '${connectionConfig.tenant}' },
          remember: true,
        },
        token_path: 'data.session.token',
        expires_at_path: 'data.session.validUntil',
      },
    },
    connectionConfig: { tenant: 't' },
    credentials: { type: 'CUSTOM', key: 'k', user: 'u' },
  }
  const { token, lifeS } = await tokenOf(given)
  expect(token?.accessToken).toBe('t1')
  expect(Math.abs(lifeS - 900)).toBeLessThanOrEqual(2)
  expect(asked).toMatchObject([{ url: '/login', headers: { 'x-key': 'k' } }])
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ auth: { user: 'u', tenant: 't' }, remember: true })
  answer = { status: 401, body: { errors: [{ message: 'Bad login' }] } }
  await expect(tokenOf(given)).rejects.toThrow('Bad login')
})

test('two_step: a GET with HTTP basic and params in the query', async () => {
  answer = { body: { access_token: 't' } }
  await tokenOf({
    auth: {
      type: 'two_step',
      token: { url, method: 'GET', body: 'query', client_auth: 'header', params: { ttl: 60 } },
    },
    credentials: { type: 'BASIC', username: 'u', password: 'p: ' },
  })
  const basic = `Basic ${Buffer.from('u:p: ').toString('base64')}`
  expect(asked).toMatchObject([
    { method: 'GET', url: '/?ttl=60', headers: { authorization: basic }, body: '' },
  ])
})

test("an instant of the server's clock is put right by the date of its answer", async () => {
  const behind = 2 * 3_600_000
  const date = new Date(Date.now() - behind).toUTCString()
  answer = {
    body: { access_token: 't', expires_at: (Date.now() - behind + 600_000) / 1000 },
    headers: { date },
  }
  const token = { url, expires_at_path: 'expires_at' }
  const { lifeS } = await tokenOf({ auth: { type: 'two_step', token }, credentials: { type: 'NONE' } })
  expect(Math.abs(lifeS - 600)).toBeLessThanOrEqual(2)
})

const callback_secret = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`

test('callback: the app of the user gives the token; the request is signed by Standard Webhooks', async () => {
  answer = { body: { access_token: 'theirs', expires_at: new Date(Date.now() + 600_000).toISOString() } }
  const auth: Given['auth'] = { type: 'callback', url: `${url}/tokens` }
  const { at, token } = await tokenOf({ auth, app: { callback_secret }, credentials: { type: 'CALLBACK' } })
  expect(token?.accessToken).toBe('theirs')
  const used = { integration: at.integration, connection: at.connection }
  const body = { environment: 'dev', provider_config_key: used.integration, connection_id: used.connection }
  expect(asked.map((each) => JSON.parse(each.body))).toEqual([{ ...body, reason: 'first' }])
  for (const { headers, body: text } of asked) {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers
    const expected = createHmac('sha256', '0123456789abcdef01234567')
      .update(`${id}.${timestamp}.${text}`)
      .digest('base64')
    expect(signature).toBe(`v1,${expected}`)
    expect(Math.abs(Date.now() / 1000 - Number(timestamp))).toBeLessThan(5)
  }
  const signal = AbortSignal.timeout(30_000)
  answer = { body: { access_token: 'theirs-2', expires_in: 0.1 } }
  await world.tokens.renew(at, await world.tokens.access(at, signal), signal)
  answer = { body: { access_token: 'theirs-3', expires_in: 600 } }
  await new Promise((resolve) => setTimeout(resolve, 150))
  await world.tokens.access(at, signal)
  expect(asked.map((each) => JSON.parse(each.body).reason)).toEqual(['first', 'rejected', 'expired'])
  // What the app says in place of a token.
  answer = { status: 400, body: { error: 'invalid_grant' } }
  await expect(world.tokens.refresh(at, signal)).rejects.toMatchObject({ code: 'invalid_credentials' })
})

test('callback: without a secret nothing is sent, and the error says what to set', async () => {
  await expect(
    tokenOf({ auth: { type: 'callback', url }, credentials: { type: 'CALLBACK' } }),
  ).rejects.toThrow('has no callback_secret')
  expect(asked).toEqual([])
})

test('token requests go to public addresses only', async () => {
  const failed = tokenOf({
    auth: { type: 'two_step', token: { url: 'http://169.254.169.254/latest' } },
    credentials: { type: 'NONE' },
  })
  await expect(failed).rejects.toThrow('http://169.254.169.254 cannot be reached: url_not_allowed')
})
