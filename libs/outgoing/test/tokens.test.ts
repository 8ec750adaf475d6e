import { setTimeout as sleep } from 'node:timers/promises'
import {
  type AuthScheme,
  type Credentials,
  Keyring,
  openToken,
  sealCredentials,
  sealToken,
} from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { eventually, namespace, servers } from '@syncline/testkit'
import {
  type AuthorizationServer,
  answers,
  CLIENT,
  startAuthorizationServer,
} from '@syncline/testkit/authorization-server'
import { afterAll, beforeAll, expect, test as plainTest } from 'vitest'
import { spawnTokenProcess } from './spawn-token-process.ts'
import { openTokenWorld, type Place, type TokenWorld, type TokenWorldConfig } from './token-world.ts'

let open: AsyncDisposableStack
let config: TokenWorldConfig
let world: TokenWorld

beforeAll(async () => {
  open = new AsyncDisposableStack()
  config = {
    natsUrl: servers().nats.url,
    redisUrl: servers().redis.url,
    prefix: namespace(),
    keyring: Keyring.generate('test'),
  }
  world = open.use(await openTokenWorld(config))
})
afterAll(() => open.disposeAsync())
/** Each test has a server of its own: most of them wait, and do so side by side. */
const { concurrent: test } = plainTest.extend<{ server: AuthorizationServer }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads which fixtures it needs from the pattern
  server: async ({}, use) => {
    await using server = await startAuthorizationServer()
    await use(server)
  },
})

const placement = { in: 'header', name: 'authorization', prefix: 'Bearer ' } as const
const request = {
  method: 'POST',
  body: 'form',
  client_auth: 'body',
  headers: {},
  params: {},
  token_path: 'access_token',
  expires_in_path: 'expires_in',
  refresh_token_path: 'refresh_token',
} as const
const oauth2 = (server: AuthorizationServer): AuthScheme => ({
  type: 'oauth2',
  token: { ...request, url: `${server.url}/token` },
  placement,
})
const soon = () => AbortSignal.timeout(60_000)
const expired = (refresh_token: string): Credentials => ({
  type: 'OAUTH2',
  access_token: 'old-access-token',
  refresh_token,
  expires_at: '2026-01-01T00:00:00Z',
})

/** A connection whose access token has expired, with a new grant. */
async function expiredConnection(server: AuthorizationServer): Promise<Place & { grantId: string }> {
  const { refresh_token, grantId } = await server.authorize()
  const at = await world.connect({ auth: oauth2(server), app: CLIENT, credentials: expired(refresh_token) })
  return { ...at, grantId }
}

/** Its token was made almost an hour ago. */
async function agedTo({ environment, integration, connection: id }: Place, { leftMs }: { leftMs: number }) {
  await world.catalog.connections.update(
    (present) => {
      const token = openToken(world.keyring, present)
      if (token === undefined) throw new Error(`connection ${id} of ${integration} has no token`)
      const expiresAt = Date.now() + leftMs
      const aged = { ...token, expiresAt, obtainedAt: expiresAt - 3_600_000 }
      return { ...present, sealedToken: sealToken(world.keyring, aged, present) }
    },
    environment,
    integration,
    id,
  )
}

const another = () => openTokenWorld(config)

async function isGood(server: AuthorizationServer, token: string | undefined): Promise<boolean> {
  const { status } = await fetch(`${server.url}/api`, { headers: { authorization: `Bearer ${token}` } })
  return status === 200
}

test('a token that has expired is renewed before its use; the new one is stored with its refresh token, and used from then on', async ({
  server,
}) => {
  const at = await expiredConnection(server)
  const { token } = await world.tokens.access(at, soon())
  expect(await isGood(server, token?.accessToken)).toBe(true)
  const stored = openToken(world.keyring, await world.connection(at))
  expect(stored).toMatchObject({ accessToken: token?.accessToken, refreshToken: expect.any(String) })
  expect(JSON.stringify(await world.connection(at))).not.toContain(token?.accessToken)
  await using other = await another()
  expect((await other.tokens.access(at, soon())).token?.accessToken).toBe(token?.accessToken)
  expect(server.tokenRequests).toEqual(['/token'])
})

test('runs of several runners that need a token at once make one request', async ({ server }) => {
  const at = await expiredConnection(server)
  await using others = new AsyncDisposableStack()
  const worlds = [world, ...(await Promise.all([another(), another(), another()]))]
  for (const other of worlds.slice(1)) others.use(other)
  // A slow server: all of them wait meanwhile.
  server.faults.push(async () => {
    await sleep(500)
    return false
  })
  const all = await Promise.all(
    worlds.flatMap(({ tokens }) => Array.from({ length: 50 }, () => tokens.access(at, soon()))),
  )
  expect(new Set(all.map(({ token }) => token?.accessToken)).size).toBe(1)
  expect(await isGood(server, all[0]?.token?.accessToken)).toBe(true)
  expect(server.tokenRequests).toHaveLength(1)
})

test('refresh tokens that are replaced with each use are never used twice, over many refreshes by several runners', async ({
  server,
}) => {
  server.lifetimeS = 1
  const at = await expiredConnection(server)
  await using other = await another()
  const seen = new Set<string | undefined>()
  while (seen.size < 4) {
    const both = await Promise.all([world.tokens.access(at, soon()), other.tokens.access(at, soon())])
    for (const { token } of both) seen.add(token?.accessToken)
    await sleep(50)
  }
  expect((await world.connection(at)).needsReauth).toBeUndefined()
  expect(server.tokenRequests.length).toBeGreaterThanOrEqual(seen.size)
})

test('a token is renewed ahead of its end, by one process, while it is used on', async ({ server }) => {
  const at = await expiredConnection(server)
  const { token } = await world.tokens.access(at, soon())
  await agedTo(at, { leftMs: 120_000 })
  const answer = Promise.withResolvers<void>()
  server.faults.push(async () => {
    await answer.promise
    return false
  })
  const now = async () => (await world.tokens.access(at, soon())).token?.accessToken
  await eventually(
    async () => {
      expect(await now()).toBe(token?.accessToken)
      expect(server.tokenRequests).toHaveLength(2)
    },
    { everyMs: 50 },
  )
  expect(await now()).toBe(token?.accessToken)
  answer.resolve()
  await eventually(async () => expect(await now()).not.toBe(token?.accessToken), { everyMs: 50 })
  expect(server.tokenRequests).toHaveLength(2)
})

test('a 401 renews the token once; one that another process has renewed is taken without a request', async ({
  server,
}) => {
  const at = await expiredConnection(server)
  const used = await world.tokens.access(at, soon())
  await using other = await another()
  const [here, there] = await Promise.all([
    world.tokens.renew(at, used, soon()),
    other.tokens.renew(at, used, soon()),
  ])
  expect([here, there]).toEqual([true, true])
  expect(server.tokenRequests).toHaveLength(2)
  const now = await world.tokens.access(at, soon())
  expect(now.token?.accessToken).not.toBe(used.token?.accessToken)
})

test('an API that refuses tokens just made does not make us ask for more and more', async ({ server }) => {
  const at = await expiredConnection(server)
  let renewals = 0
  for (let n = 0; n < 4; n++) {
    const used = await world.tokens.access(at, soon())
    if (await world.tokens.renew(at, used, soon())) renewals++
  }
  expect(renewals).toBe(1)
  expect(server.tokenRequests).toHaveLength(2)
})

test('a grant that was revoked is asked for twice, then the connection needs new credentials, for all processes', async ({
  server,
}) => {
  const at = await expiredConnection(server)
  await server.revoke(at.grantId)
  const refused = { code: 'invalid_credentials', message: expect.stringContaining('POST /connections') }
  await using other = await another()
  const all = await Promise.allSettled([world, other].map(({ tokens }) => tokens.access(at, soon())))
  expect(all).toMatchObject([{ reason: refused }, { reason: refused }])
  expect(server.tokenRequests).toHaveLength(2)
  expect(await world.connection(at)).toMatchObject({
    needsReauth: { reason: expect.stringContaining('invalid_grant') },
    unpublished: { kind: 'needs_reauth' },
  })
  await expect(other.tokens.access(at, soon())).rejects.toMatchObject(refused)
  expect(server.tokenRequests).toHaveLength(2)
  // New credentials: both go on.
  await world.reauthorize(at, expired((await server.authorize()).refresh_token))
  const now = await other.tokens.access(at, soon())
  expect(await isGood(server, now.token?.accessToken)).toBe(true)
  expect((await world.tokens.access(at, soon())).token).toEqual(now.token)
})

test('a process that gets the lease after another one has found the grant revoked does not ask again', async ({
  server,
}) => {
  const at = await expiredConnection(server)
  await server.revoke(at.grantId)
  await using other = await another()
  const before = await world.connection(at)
  await expect(world.tokens.access(at, soon())).rejects.toMatchObject({ code: 'invalid_credentials' })
  // What the other one reads before it has the lease is from before that.
  const { connections } = other.catalog
  const fresh = connections.fresh.bind(connections)
  let reads = 0
  connections.fresh = async (...place) => (++reads === 1 ? before : await fresh(...place))
  await expect(other.tokens.access(at, soon())).rejects.toMatchObject({ code: 'invalid_credentials' })
  expect(reads).toBeGreaterThan(1)
  expect(server.tokenRequests).toHaveLength(2)
})

test('one refusal is not final', async ({ server }) => {
  const at = await expiredConnection(server)
  server.faults.push(answers(400, { error: 'invalid_grant' }))
  const { token } = await world.tokens.access(at, soon())
  expect(await isGood(server, token?.accessToken)).toBe(true)
  expect((await world.connection(at)).needsReauth).toBeUndefined()
})

test('credentials that somebody gives meanwhile win over the token that was got with those before', async ({
  server,
}) => {
  const at = await expiredConnection(server)
  const { refresh_token } = await server.authorize()
  server.faults.push(async () => {
    await world.reauthorize(at, { type: 'OAUTH2', access_token: 'given-token', refresh_token })
    return false
  })
  expect((await world.tokens.access(at, soon())).token).toMatchObject({ accessToken: 'given-token' })
  expect((await world.connection(at)).sealedToken).toBeUndefined()
})

test.for([
  ['5xx', answers(503, { error: 'temporarily_unavailable' }), /503 \(temporarily_unavailable\)/],
  ['a page of HTML', answers(502, '<h1>Bad gateway</h1>'), /502 with text\/html/],
] as const)('%s is tried again at once, and passes', async ([_, fault, message], { server }) => {
  const at = await expiredConnection(server)
  server.faults.push(fault, fault)
  expect(await isGood(server, (await world.tokens.access(at, soon())).token?.accessToken)).toBe(true)
  const bad = await expiredConnection(server)
  server.faults.push(fault, fault, fault)
  await expect(world.tokens.access(bad, soon())).rejects.toThrow(message)
})

test.for([
  [
    'a page of HTML with status 200',
    answers(200, '<h1>Sign in</h1>'),
    /200 with text\/html \(no token at 'access_token'\)/,
  ],
  ['a redirect', answers(302, {}, { location: 'http://127.0.0.1:1/steal' }), /answered 302/],
  [
    "a client that is not the connection's",
    answers(401, { error: 'invalid_client' }),
    /401 \(invalid_client\)/,
  ],
  ['429', answers(429, { error: 'slow_down' }), /429 \(slow_down\)/],
] as const)(
  '%s is no fault of the connection: all processes wait before they ask again, and the error says how long',
  async ([_, fault, message], { server }) => {
    const at = await expiredConnection(server)
    server.faults.push(fault, fault, fault)
    const failed = { code: 'unavailable', message: expect.stringMatching(message) }
    await using other = await another()
    await expect(world.tokens.access(at, soon())).rejects.toMatchObject(failed)
    const requests = server.tokenRequests.length
    server.faults.length = 0
    await expect(other.tokens.access(at, soon())).rejects.toThrow(/tried again in \d s: try again later/)
    expect(server.tokenRequests).toHaveLength(requests)
    expect((await world.connection(at)).needsReauth).toBeUndefined()
    await eventually(async () => {
      expect(await isGood(server, (await other.tokens.access(at, soon())).token?.accessToken)).toBe(true)
    })
  },
)

test('a server that does not answer is left after 15 s, and asked again', async ({ server }) => {
  const at = await expiredConnection(server)
  server.faults.push(() => true)
  const startedAt = Date.now()
  expect(await isGood(server, (await world.tokens.access(at, soon())).token?.accessToken)).toBe(true)
  expect(Date.now() - startedAt).toBeGreaterThan(14_000)
  expect(server.tokenRequests).toHaveLength(2)
})

test('a token without a refresh token is used until it ends; then the connection needs new credentials', async ({
  server,
}) => {
  const credentials = { type: 'OAUTH2', access_token: 'given', expires_at: Date.now() / 1000 + 3600 } as const
  const at = await world.connect({ auth: oauth2(server), app: CLIENT, credentials })
  const used = await world.tokens.access(at, soon())
  expect(used.token).toMatchObject({ accessToken: 'given' })
  expect(await world.tokens.renew(at, used, soon())).toBe(false)
  await world.reauthorize(at, { ...credentials, expires_at: 1 })
  await expect(world.tokens.access(at, soon())).rejects.toMatchObject({ code: 'invalid_credentials' })
  expect((await world.connection(at)).needsReauth?.reason).toContain('no refresh token')
  expect(server.tokenRequests).toHaveLength(0)
})

test('a vendor whose server hangs holds up only its own connections', async ({ server }) => {
  await using hanging = await startAuthorizationServer()
  hanging.faults.push(...Array.from({ length: 100 }, () => () => true))
  const auth: AuthScheme = { type: 'oauth2', token: { ...request, url: `${hanging.url}/token` }, placement }
  const at = await world.connect({ auth, app: CLIENT, credentials: expired('r') })
  const { environment, integration } = at
  const present = await world.connection(at)
  const gone = new AbortController()
  const waiting = Array.from({ length: 20 }, async (_, n) => {
    const id = `c${n}`
    const place = { environment, integration, id }
    const sealedCredentials = sealCredentials(world.keyring, expired('r'), place)
    await world.catalog.connections.create(
      { ...present, id, uid: id, sealedCredentials },
      environment,
      integration,
      id,
    )
    await world.tokens.access({ environment, integration, connection: id }, gone.signal).catch(() => {})
  })
  await eventually(() => expect(hanging.tokenRequests).toHaveLength(8))
  const other = await expiredConnection(server)
  expect(await isGood(server, (await world.tokens.access(other, soon())).token?.accessToken)).toBe(true)
  // None of them has ended yet: another one would have been sent.
  expect(hanging.tokenRequests).toHaveLength(8)
  gone.abort()
  await Promise.all(waiting)
})

test('settings that somebody tries do no harm to the connection, however they fail', async ({ server }) => {
  const at = await expiredConnection(server)
  const { settings } = await world.tokens.access({ ...at, settings: tried(server) }, soon())
  expect(settings.baseUrl).toBe('https://tried.test')
  const other = await expiredConnection(server)
  for (const status of [401, 503]) {
    const refused = answers(status, { error: 'invalid_grant' })
    server.faults.push(refused, refused, refused)
    const failed = world.tokens.access({ ...other, settings: tried(server) }, soon())
    await expect(failed).rejects.toThrow(`${status} (invalid_grant)`)
    server.faults.length = 0
  }
  expect((await world.connection(other)).needsReauth).toBeUndefined()
  expect(await isGood(server, (await world.tokens.access(other, soon())).token?.accessToken)).toBe(true)
})

const tried = (server: AuthorizationServer) => ({
  baseUrl: 'https://tried.test',
  allowedHosts: [],
  auth: oauth2(server),
  headers: {},
})

test('a refresh that somebody asks for is made, and puts a connection right that needed new credentials', async ({
  server,
}) => {
  const at = await expiredConnection(server)
  server.faults.push(answers(400, { error: 'invalid_grant' }), answers(400, { error: 'invalid_grant' }))
  await expect(world.tokens.access(at, soon())).rejects.toMatchObject({ code: 'invalid_credentials' })
  expect((await world.connection(at)).needsReauth).toBeDefined()
  const { token } = await world.tokens.refresh(at, soon())
  expect(await isGood(server, token?.accessToken)).toBe(true)
  expect((await world.tokens.refresh(at, soon())).token?.accessToken).not.toBe(token?.accessToken)
  const { needsReauth, unpublished } = await world.connection(at)
  expect([needsReauth, unpublished?.kind]).toEqual([undefined, 'reauthorized'])
})

test('while NATS is away after a refresh, the token waits in Redis, and is used when it is in the catalog', async ({
  server,
}) => {
  const at = await expiredConnection(server)
  await using other = await another()
  const { connections } = other.catalog
  const update = connections.update.bind(connections)
  let away = 2
  connections.update = (...args) => {
    if (away-- > 0) throw new AppError('unavailable', 'the catalog does not answer')
    return update(...args)
  }
  const { token } = await other.tokens.access(at, soon())
  expect(away).toBe(-1)
  expect(await isGood(server, token?.accessToken)).toBe(true)
  expect(openToken(world.keyring, await world.connection(at))).toEqual(token)
  expect(other.log.join()).toContain('a token is not stored yet')
  expect(server.tokenRequests).toHaveLength(1)
})

test('a caller that goes away does not stop the refresh of the others', async ({ server }) => {
  const at = await expiredConnection(server)
  server.faults.push(async () => {
    await sleep(300)
    return false
  })
  const gone = world.tokens.access(at, AbortSignal.timeout(50))
  const stays = world.tokens.access(at, soon())
  await expect(gone).rejects.toMatchObject({ name: 'TimeoutError' })
  expect(await isGood(server, (await stays).token?.accessToken)).toBe(true)
  expect(server.tokenRequests).toHaveLength(1)
})

test('a runner that is killed after a refresh, before the first use, leaves a connection that works', async ({
  server,
}) => {
  const at = await expiredConnection(server)
  await using killed = await spawnTokenProcess({ config, at, calls: 1 })
  killed.begin()
  const { tokens } = await killed.line()
  await killed.kill()
  const now = await world.tokens.access(at, soon())
  expect(now.token?.accessToken).toBe(tokens?.[0])
  expect(await isGood(server, now.token?.accessToken)).toBe(true)
  // Its refresh token is the newest one.
  expect(await isGood(server, (await world.tokens.refresh(at, soon())).token?.accessToken)).toBe(true)
  expect(server.tokenRequests).toHaveLength(2)
})

test('a runner that is killed when it has the token, before the catalog has it: the next one stores it, without a request', async ({
  server,
}) => {
  const at = await expiredConnection(server)
  await using killed = await spawnTokenProcess({ config, at, calls: 1, hangsAtStore: true })
  killed.begin()
  expect(await killed.line()).toEqual({ storing: true })
  await killed.kill()
  const { token } = await world.tokens.access(at, soon())
  expect(await isGood(server, token?.accessToken)).toBe(true)
  expect(openToken(world.keyring, await world.connection(at))).toEqual(token)
  expect(server.tokenRequests).toHaveLength(1)
  expect(await isGood(server, (await world.tokens.refresh(at, soon())).token?.accessToken)).toBe(true)
})

test('no secret is in a log, an error, or what Redis and the catalog hold', async ({ server }) => {
  const at = await expiredConnection(server)
  const { refreshToken } = (await world.tokens.access(at, soon())).token ?? {}
  const echo = `the token ${refreshToken} of ${CLIENT.client_secret} is bad`
  server.faults.push(answers(400, { error: 'invalid_grant', error_description: echo }))
  server.faults.push(answers(400, { error: 'invalid_grant', error_description: echo }))
  const error: unknown = await world.tokens.refresh(at, soon()).catch((error: unknown) => error)
  const keys = await world.redis.keys(`${config.prefix}:*`)
  const values = await Promise.all(keys.map((key) => world.redis.get(key).catch(() => '')))
  const all = [
    String(error),
    JSON.stringify(error),
    ...world.log,
    ...values,
    JSON.stringify(await world.connection(at)),
  ].join('\n')
  expect(all).toContain('the token … of … is bad')
  for (const secret of [refreshToken, 'old-access-token', CLIENT.client_secret])
    expect(all).not.toContain(secret)
})
