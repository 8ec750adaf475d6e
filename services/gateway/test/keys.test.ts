import { createHash } from 'node:crypto'
import { createRoutes, type Route } from '@syncline/api'
import { connectBus } from '@syncline/bus'
import { keyScopes } from '@syncline/catalog'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ofOneConnection } from '../src/http/authorize.ts'
import { ADMIN_KEY, ask, furnish, HEADERS, startWorld, type World } from './world.ts'

let world: World
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const admin = (path: string, init?: Parameters<typeof ask>[3]) => ask(world.url, ADMIN_KEY, path, init)
const post = (path: string, json: unknown) => admin(path, { method: 'POST', json })
const keys = () => `/environments/${home.environment}/keys`
const make = async (facts: object) => (await post(keys(), { label: 'test', ...facts })).body

/** One request to each route that needs a key; what a route makes of it does not matter. */
async function sendAll(key: string | undefined, names: { integration: string; connection: string }) {
  const { integration, connection } = names
  const answers: { route: Route; status: number; text: string }[] = []
  for (const route of Object.values(createRoutes({ records: 500 })) as Route[]) {
    if (route.scope === 'none') continue
    const path = route.url.replace(/:\w+/g, '0123456789abcdef')
    const query = new URLSearchParams({
      provider_config_key: integration,
      connection_id: connection,
      syncs: '*',
      sync_name: 'issues',
    })
    const byHeaders = ofOneConnection[`${route.method} ${route.url}`] === 'headers'
    const answer = await ask(world.url, key, `${path}?${byHeaders ? 'model=GithubIssue' : query}`, {
      method: route.method,
      headers: { 'provider-config-key': integration, 'connection-id': connection },
      ...(route.method !== 'GET' && { json: {} }),
    })
    answers.push({ route, status: answer.status, text: answer.text })
  }
  return answers
}

const named = { integration: 'github', connection: 'user-1' }

test('keys and environments come in pages, each once, with a link to the next one', async () => {
  const { name } = await world.environment()
  const path = `/environments/${name}/keys`
  for (const label of ['a', 'b', 'c', 'd']) await post(path, { label })
  const found: string[] = []
  let next: string | undefined = `${path}?limit=2`
  while (next !== undefined) {
    const { status, body, headers } = await admin(next)
    expect(status).toBe(200)
    expect(body.keys.length).toBeLessThanOrEqual(2)
    found.push(...body.keys.map(({ label }: { label: string }) => label))
    next = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]
    expect(body.next_cursor === null).toBe(next === undefined)
    // The place of a key in the list stays when it is deleted.
    const last = body.keys.at(-1)
    if (last.label === 'a') await admin(`${path}/${last.id}`, { method: 'DELETE' })
  }
  expect(found).toEqual(['test', 'a', 'b', 'c', 'd'])
  expect((await admin(path)).body.next_cursor).toBe(null)
  expect((await admin(`${path}?cursor=x`)).body.error.code).toBe('invalid_cursor')
  const { headers, body } = await admin('/environments?limit=1')
  expect(headers.get('link')).toBe(`</environments?limit=1&cursor=${body.next_cursor}>; rel="next"`)
})

describe('every route', () => {
  test('without a key is a 401', async () => {
    for (const { route, status } of await sendAll(undefined, named))
      expect({ route, status }).toEqual({ route, status: 401 })
  })

  test.each([...keyScopes, 'all', 'admin', 'connection'])(
    'answers a key of %s as the contract says',
    async (kind) => {
      const scopes = kind === 'all' ? [...keyScopes] : [kind]
      const connection = { provider_config_key: 'github', connection_id: 'user-1' }
      const key =
        kind === 'admin'
          ? ADMIN_KEY
          : (await make(kind === 'connection' ? { connection } : { scopes })).secret
      for (const { route, status, text } of await sendAll(key, named)) {
        const name = `${route.method} ${route.url}`
        const mayCall =
          kind === 'connection'
            ? name in ofOneConnection || route.url === '/me'
            : scopes.includes(route.scope) || (route.url === '/me' && kind !== 'admin')
        if (mayCall) expect([401, 403], `${name}: ${text}`).not.toContain(status)
        else
          expect({ name, status, text }).toMatchObject({
            name,
            status: 403,
            text: expect.stringContaining('"forbidden"'),
          })
      }
    },
  )

  test('tells a key of another environment nothing about this one', async () => {
    const other = await world.environment()
    for (const { route, text } of await sendAll(other.key, named)) {
      for (const secret of [home.uid, 'acme/shop', 'secret-token', home.environment])
        expect(text, route.url).not.toContain(secret)
    }
  })

  test('refuses a key of one connection when it names another one, whether that exists or not', async () => {
    const { secret } = await make({ connection: { provider_config_key: 'github', connection_id: 'user-1' } })
    await home.api('/connections', {
      method: 'POST',
      json: { provider_config_key: 'github', connection_id: 'user-2', credentials: { type: 'NONE' } },
    })
    const there = await sendAll(secret, { integration: 'github', connection: 'user-2' })
    const notThere = await sendAll(secret, { integration: 'github', connection: 'user-3' })
    for (const [index, { route, status, text }] of there.entries()) {
      if (route.url === '/me') continue
      expect({ url: route.url, status }).toEqual({ url: route.url, status: 403 })
      const withoutId = (body = '') => body.replace(/"request_id":"[^"]*"/, '')
      expect(withoutId(text)).toBe(withoutId(notThere[index]?.text))
    }
  })
})

test('a body is not read before the key was refused', async () => {
  const { secret } = await make({ scopes: ['read'] })
  const answer = await ask(world.url, secret, '/sync/trigger', {
    method: 'POST',
    body: 'no json',
    headers: { 'content-type': 'application/json' },
  })
  expect(answer).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
  expect(answer.body.error.message).toContain("scope 'operate'")
})

test('a key without the scope secrets sees connections without credentials, and may not ask for them', async () => {
  const { secret } = await make({ scopes: ['read', 'operate'] })
  const get = (query: string) =>
    ask(world.url, secret, `/connections/user-1?provider_config_key=github${query}`)
  expect((await get('')).body).toMatchObject({ connection_id: 'user-1', credentials: {} })
  expect((await get('')).text).not.toContain('secret-token')
  for (const flag of ['refresh_token=true', 'force_refresh=1'])
    expect(await get(`&${flag}`)).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
  expect((await ask(world.url, secret, '/integrations/github?include=credentials')).status).toBe(403)
  expect((await ask(world.url, secret, '/integrations/github')).status).toBe(200)
  expect((await ask(world.url, secret, '/environment-variables')).status).toBe(403)
  const made = await ask(world.url, secret, '/connections', {
    method: 'POST',
    json: {
      provider_config_key: 'github',
      connection_id: 'user-4',
      credentials: { type: 'API_KEY', apiKey: 'secret-token' },
    },
  })
  expect(made).toMatchObject({ status: 201, body: { credentials: {} } })
  const mine = await home.api('/connections/user-1?provider_config_key=github')
  expect(mine.body.credentials).toEqual({ type: 'API_KEY', apiKey: 'secret-token' })
})

test('a key is made, shown once, listed with its last use, changed and deleted', async () => {
  const made = await post(keys(), { label: 'reports', scopes: ['read'], expires_at: '2099-01-01T00:00:00Z' })
  expect(made.status).toBe(201)
  expect(made.headers.get('cache-control')).toBe('no-store')
  const { secret, ...key } = made.body
  expect(key).toMatchObject({
    environment: home.environment,
    label: 'reports',
    scopes: ['read'],
    connection: null,
    expires_at: '2099-01-01T00:00:00.000Z',
    last_used_at: null,
    secrets: [{ hint: secret.slice(-4), expires_at: null }],
  })
  const one = `${keys()}/${key.id}`
  expect((await admin(one)).body).toEqual(key)
  const me = await ask(world.url, secret, '/me')
  expect(me.body).toEqual({
    id: key.id,
    environment: home.environment,
    label: 'reports',
    scopes: ['read'],
    connection: null,
    expires_at: key.expires_at,
  })
  await expect
    .poll(async () => Date.parse((await admin(one)).body.last_used_at ?? 0))
    .toBeGreaterThan(Date.now() - 60_000)
  expect((await admin(keys())).text).not.toContain(secret)
  const changed = await admin(one, {
    method: 'PATCH',
    json: { label: 'all', scopes: ['read', 'secrets'], expires_at: null },
  })
  expect(changed.body).toMatchObject({ label: 'all', scopes: ['read', 'secrets'], expires_at: null })
  await expect.poll(async () => (await ask(world.url, secret, '/environment-variables')).status).toBe(200)
  expect((await admin(one, { method: 'DELETE' })).body).toEqual({ success: true })
  await expect.poll(async () => (await ask(world.url, secret, '/me')).status).toBe(401)
  expect((await admin(one)).body.error.code).toBe('not_found')
  const logged = world.log
    .filter((line) => line.includes(`"key":"${key.id}"`))
    .map((line) => JSON.parse(line).msg)
  expect(logged).toEqual(['key created', 'key changed', 'key deleted'])
  expect(world.log.join('')).not.toContain(secret)
})

test('after a rotation both secrets work, after one without overlap the new one only', async () => {
  const { id, secret: first } = await make({})
  const status = async (secret: string) => (await ask(world.url, secret, '/me')).status
  const second = (await post(`${keys()}/${id}/rotate`, {})).body
  expect(second.secrets).toHaveLength(2)
  const inADay = Date.parse(second.secrets[1].expires_at) - Date.now()
  expect(inADay).toBeGreaterThan(86_300_000)
  expect(inADay).toBeLessThanOrEqual(86_400_000)
  expect([await status(first), await status(second.secret)]).toEqual([200, 200])
  const third = (await post(`${keys()}/${id}/rotate`, { overlap_seconds: 0 })).body
  expect(third.secrets).toHaveLength(1)
  expect(await status(third.secret)).toBe(200)
  await expect.poll(() => status(first)).toBe(401)
  await expect.poll(() => status(second.secret)).toBe(401)
})

test('a key that an older build stored works, and is listed', async () => {
  const secret = `sk_${home.environment}_${'ab'.repeat(32)}`
  const hash = createHash('sha256').update(secret).digest('hex')
  const createdAt = new Date().toISOString()
  await using bus = await connectBus({ url: world.natsUrl, prefix: world.prefix, replicas: 1 }, 'test')
  const old = { hash, environment: home.environment, label: 'old', hint: 'abab', createdAt }
  await bus.jetstream.publish(`$KV.${world.prefix}_catalog.key.${hash}`, JSON.stringify(old))
  expect((await ask(world.url, secret, '/me')).body).toMatchObject({ label: 'old', scopes: keyScopes })
  expect((await admin(keys())).body.keys).toContainEqual(expect.objectContaining({ id: hash, label: 'old' }))
  const rotated = (await post(`${keys()}/${hash}/rotate`, {})).body.secret
  expect((await ask(world.url, rotated, '/me')).status).toBe(200)
  expect((await ask(world.url, secret, '/me')).status).toBe(200)
})

test.each([
  ['no label', {}, 'label'],
  ['an empty label', { label: '' }, 'label'],
  ['a scope that there is not', { label: 'x', scopes: ['root'] }, 'scopes.0'],
  ['no scopes', { label: 'x', scopes: [] }, 'scopes'],
  ['admin', { label: 'x', scopes: ['admin'] }, 'scopes.0'],
  ['an expiry in the past', { label: 'x', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
  [
    'a connection with more than read',
    {
      label: 'x',
      scopes: ['operate'],
      connection: { provider_config_key: 'github', connection_id: 'user-1' },
    },
    'scopes',
  ],
])('a key with %s is refused', async (_, json, field) => {
  const answer = await post(keys(), json)
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_body' } } })
  expect(answer.body.error.errors[0].path.join('.')).toBe(field)
})

test('a key of another environment is not found under this one', async () => {
  const other = await world.environment()
  const { id } = (await ask(world.url, other.key, '/me')).body
  expect((await admin(`${keys()}/${id}`)).body.error.code).toBe('not_found')
  expect((await admin(`${keys()}/${id}`, { method: 'DELETE' })).body.error.code).toBe('not_found')
  expect((await ask(world.url, other.key, '/me')).status).toBe(200)
})

describe('environments', () => {
  test('are made, listed page by page, limited, and made once only', async () => {
    const name = `a-${world.prefix}`
    expect(await post('/environments', { name, weight: 2 })).toMatchObject({
      status: 201,
      body: { name, max_runs: null, weight: 2 },
    })
    expect((await post('/environments', { name })).body.error.code).toBe('already_exists')
    expect((await post('/environments', { name: 'Big' })).body.error.code).toBe('invalid_body')
    const change = (json: object) => admin(`/environments/${name}`, { method: 'PATCH', json })
    expect((await change({ max_runs: 5 })).body).toMatchObject({ max_runs: 5, weight: 2 })
    expect((await change({ max_runs: null, weight: null })).body).toMatchObject({ max_runs: null, weight: 1 })
    expect((await change({})).status).toBe(400)
    const names: string[] = []
    for (let cursor = ''; ; ) {
      const page = (await admin(`/environments?limit=1${cursor && `&cursor=${cursor}`}`)).body
      names.push(...page.environments.map((it: { name: string }) => it.name))
      if (page.next_cursor === null) break
      cursor = page.next_cursor
    }
    expect(names).toEqual([...names].sort())
    expect(names).toEqual(expect.arrayContaining([name, home.environment]))
  })

  test('are deleted with all that is in them, if the name is confirmed, and others stay', async () => {
    const gone = await furnish(world)
    await gone.api('/environment-variables/TOKEN', { method: 'PUT', json: { value: 'x' } })
    const path = `/environments/${gone.environment}`
    const createdAt = (await admin(path)).body.created_at
    expect((await admin(path, { method: 'DELETE' })).status).toBe(400)
    const wrong = await admin(`${path}?confirm=${home.environment}`, { method: 'DELETE' })
    expect(wrong.body.error).toMatchObject({ code: 'invalid_query_params', errors: [{ path: ['confirm'] }] })
    expect((await gone.api('/me')).status).toBe(200)
    expect((await admin(`${path}?confirm=${gone.environment}`, { method: 'DELETE' })).body).toEqual({
      success: true,
    })
    // The scheduler is told to remove what it keeps.
    expect(world.commands.filter(({ environment }) => environment === gone.environment)).toMatchObject([
      { action: { $case: 'removeEnvironment', value: { createdAt } } },
    ])
    const { catalog } = world
    await expect
      .poll(() => [
        ...[catalog.connections, catalog.integrations, catalog.syncs, catalog.variables].flatMap((it) =>
          (it as typeof catalog.variables).list(gone.environment),
        ),
        ...catalog.apiKeys.list().filter((key) => key.environment === gone.environment),
      ])
      .toEqual([])
    expect((await gone.api('/me')).status).toBe(401)
    expect((await admin(path)).body.error.code).toBe('unknown_environment')
    expect((await home.api('/connections/user-1?provider_config_key=github')).status).toBe(200)
  })

  test('a deletion that has stopped half-way can be sent again', async () => {
    const gone = await furnish(world)
    const { id } = (await gone.api('/me')).body
    await world.catalog.apiKeys.delete(id)
    await world.catalog.connections.delete(gone.environment, 'github', 'user-1')
    const path = `/environments/${gone.environment}?confirm=${gone.environment}`
    expect((await admin(path, { method: 'DELETE' })).status).toBe(200)
    expect((await admin(path, { method: 'DELETE' })).status).toBe(404)
  })
})

test('without an admin key these routes say what to do, and no key opens them', async () => {
  await using closed = await startWorld({ variables: { SYNCLINE_ADMIN_KEY: '' } })
  const { key } = await closed.environment()
  const answer = await ask(closed.url, key, '/environments')
  expect(answer).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
  expect(answer.body.error.message).toContain('SYNCLINE_ADMIN_KEY')
  expect((await ask(closed.url, ADMIN_KEY, '/environments')).status).toBe(401)
})

test('an admin key that is short is refused at the start', async () => {
  await expect(startWorld({ variables: { SYNCLINE_ADMIN_KEY: 'short' } })).rejects.toThrow('32')
})

test('records are read with a key of their connection', async () => {
  const { secret } = await make({ connection: { provider_config_key: 'github', connection_id: 'user-1' } })
  world.records.listRecords = async function* () {
    yield { records: Buffer.from('[]'), nextCursor: '' }
  }
  const read = (id: string) =>
    ask(world.url, secret, '/records?model=GithubIssue', { headers: { ...HEADERS, 'Connection-Id': id } })
  expect((await read('user-1')).status).toBe(200)
  expect((await read('user-2')).status).toBe(403)
})
