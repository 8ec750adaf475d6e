import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { ADMIN_KEY, ask, startWorld, type World } from './world.ts'

let world: World
let dev: { name: string; key: string }
let prod: { name: string; key: string }
const PASSWORD = 'a password of Ann'

beforeAll(async () => {
  world = await startWorld()
  ;[dev, prod] = [await world.environment(), await world.environment()]
  await admin(`/environments/${dev.name}/users`, 'POST', {
    name: 'ann',
    password: PASSWORD,
    scopes: ['read'],
  })
})
afterAll(() => world[Symbol.asyncDispose]())

const admin = (path: string, method: string, json?: unknown) =>
  ask(world.url, ADMIN_KEY, path, { method, json })

/** A browser: it keeps the cookie, and its pages say the environment. */
class Browser {
  cookie = ''

  async send(path: string, { environment = dev.name, headers = {}, ...init }: Init = {}) {
    const answer = await ask(world.url, undefined, path, {
      ...init,
      headers: {
        'sec-fetch-site': 'same-origin',
        ...(environment && { 'x-syncline-environment': environment }),
        ...(this.cookie && { cookie: this.cookie }),
        ...headers,
      },
    })
    const [given] = answer.headers.getSetCookie()
    if (given) this.cookie = given.split(';')[0] ?? ''
    return answer
  }

  logIn(json: unknown, headers: Record<string, string> = {}) {
    return this.send('/session', { method: 'POST', json, environment: '-', headers })
  }
}

interface Init {
  method?: string
  json?: unknown
  environment?: string
  headers?: Record<string, string>
}

const scopes = ['read', 'operate', 'deploy', 'secrets']

describe('a session', () => {
  test('by a key has its scopes, in a cookie that scripts and other sites cannot use', async () => {
    const browser = new Browser()
    const { status, body, headers } = await browser.logIn({ key: dev.key })
    expect(status).toBe(200)
    expect(body).toEqual({ environments: [{ name: dev.name, scopes, user: null }], admin: false })
    expect(headers.get('set-cookie')).toMatch(
      /^syncline_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/,
    )
    expect((await browser.send('/me')).body).toMatchObject({ environment: dev.name, scopes })
    expect((await browser.send('/session')).body).toEqual(body)
  })

  test('by a password has the scopes of the user, and what they lack is forbidden', async () => {
    const browser = new Browser()
    const { body } = await browser.logIn({ environment: dev.name, user: 'ann', password: PASSWORD })
    expect(body.environments).toEqual([{ name: dev.name, scopes: ['read'], user: 'ann' }])
    expect((await browser.send('/schedules')).status).not.toBe(401)
    const refused = await browser.send('/sync/trigger', { method: 'POST', json: {} })
    expect(refused.body.error).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('operate'),
    })
    const { users } = (await admin(`/environments/${dev.name}/users`, 'GET')).body
    expect(users).toMatchObject([{ name: 'ann', last_used_at: expect.any(String) }])
  })

  test('opens several environments and the routes of the admin, each by its name', async () => {
    const browser = new Browser()
    await browser.logIn({ key: dev.key })
    const first = browser.cookie
    await browser.logIn({ key: ADMIN_KEY })
    const { body } = await browser.logIn({ key: prod.key })
    expect(body).toMatchObject({ environments: [{ name: dev.name }, { name: prod.name }], admin: true })
    for (const { name } of [dev, prod])
      expect((await browser.send('/me', { environment: name })).body.environment).toBe(name)
    expect((await browser.send('/environments', { environment: '-' })).status).toBe(200)
    expect((await browser.send('/environments', { environment: dev.name })).status).toBe(403)
    expect((await browser.send('/me', { environment: 'another' })).body.error.code).toBe('no_session')
    // Each login has a new id, so one that somebody else knew before is worth nothing.
    browser.cookie = first
    expect((await browser.send('/me')).body.error.code).toBe('no_session')
  })

  test('ends by logging out, of one environment or of all', async () => {
    const browser = new Browser()
    await browser.logIn({ key: dev.key })
    await browser.logIn({ key: prod.key })
    const { cookie } = browser
    await browser.send(`/session?environment=${dev.name}`, { method: 'DELETE' })
    expect((await browser.send('/me')).status).toBe(401)
    expect((await browser.send('/me', { environment: prod.name })).status).toBe(200)
    const out = await browser.send('/session', { method: 'DELETE' })
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
    browser.cookie = cookie
    expect((await browser.send('/session')).body.error.code).toBe('no_session')
  })

  test('ends with its key, its user or its password', async () => {
    const { body: key } = await admin(`/environments/${dev.name}/keys`, 'POST', { label: 'browser' })
    await admin(`/environments/${dev.name}/users`, 'POST', { name: 'bob', password: PASSWORD })
    const [byKey, byUser] = [new Browser(), new Browser()]
    await byKey.logIn({ key: key.secret })
    await byUser.logIn({ environment: dev.name, user: 'bob', password: PASSWORD })
    expect((await byKey.send('/me')).status).toBe(200)
    await admin(`/environments/${dev.name}/keys/${key.id}`, 'DELETE')
    await expect.poll(async () => (await byKey.send('/me')).status).toBe(401)
    expect((await byUser.send('/me')).status).toBe(200)
    const scopes = ['read', 'operate']
    const changed = await admin(`/environments/${dev.name}/users/bob`, 'PATCH', { scopes })
    expect(changed.body).toMatchObject({ name: 'bob', scopes, last_used_at: expect.any(String) })
    await expect.poll(async () => (await byUser.send('/me')).body.scopes).toEqual(scopes)
    await admin(`/environments/${dev.name}/users/bob/password`, 'PUT', { password: 'another password' })
    await expect.poll(async () => (await byUser.send('/me')).body.error?.code).toBe('no_session')
    await byUser.logIn({ environment: dev.name, user: 'bob', password: 'another password' })
    await admin(`/environments/${dev.name}/users/bob`, 'DELETE')
    await expect.poll(async () => (await byUser.send('/me')).status).toBe(401)
  })

  test('counts for nothing without the header, and is refused from pages of other sites', async () => {
    const browser = new Browser()
    await browser.logIn({ key: dev.key })
    expect((await browser.send('/me', { environment: '' })).body.error.code).toBe('missing_auth_header')
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }
    for (const path of ['/me', '/session']) {
      const { status, body } = await browser.send(path, { headers: foreign })
      expect([status, body.error.code]).toEqual([403, 'forbidden'])
    }
    const login = await new Browser().logIn({ key: dev.key }, foreign)
    expect([login.status, login.headers.getSetCookie()]).toEqual([403, []])
    // A browser on a page without TLS sends no Sec-Fetch-Site.
    const plain = await ask(world.url, undefined, '/me', {
      headers: { origin: 'http://evil.test', cookie: browser.cookie, 'x-syncline-environment': dev.name },
    })
    expect(plain.status).toBe(403)
  })

  test('is not opened by a key of one connection', async () => {
    const at = { provider_config_key: 'github', connection_id: 'user-1' }
    await ask(world.url, dev.key, '/integrations', {
      method: 'POST',
      json: { unique_key: 'github', provider: 'github' },
    })
    await ask(world.url, dev.key, '/connections', {
      method: 'POST',
      json: { ...at, credentials: { type: 'NONE' } },
    })
    const made = await admin(`/environments/${dev.name}/keys`, 'POST', { label: 'one', connection: at })
    expect((await new Browser().logIn({ key: made.body.secret })).body.error.code).toBe('forbidden')
  })
})

test('wrong passwords are limited for one user and address, and tell nothing', async () => {
  const tries = []
  for (let i = 0; i < 11; i++)
    tries.push(
      await new Browser().logIn({ environment: dev.name, user: 'nobody', password: 'a wrong password' }),
    )
  expect(tries.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429])
  const [unknown] = tries
  const known = await new Browser().logIn({
    environment: dev.name,
    user: 'ann',
    password: 'a wrong password',
  })
  expect(known.body.error.message).toBe(unknown?.body.error.message)
  expect(known.body.error.code).toBe('wrong_login')
  // Another user is not locked out.
  const login = { environment: dev.name, user: 'ann', password: PASSWORD }
  expect((await new Browser().logIn(login)).status).toBe(200)
  expect(world.log.join('\n')).not.toContain(PASSWORD)
})

test('users are managed on the command line', async () => {
  const env = { SYNCLINE_URL: world.url, SYNCLINE_ADMIN_KEY: ADMIN_KEY }
  const made = await runCli(
    ['user', 'create', 'eve', '--env', dev.name, '--scopes', 'read,operate', '--json'],
    env,
  )
  const { password } = JSON.parse(made.out)
  const login = { environment: dev.name, user: 'eve' }
  expect((await new Browser().logIn({ ...login, password })).status).toBe(200)
  const changed = await runCli(['user', 'password', 'eve', '--env', dev.name], env)
  expect((await new Browser().logIn({ ...login, password: changed.out.trim() })).status).toBe(200)
  await runCli(['user', 'update', 'eve', '--env', dev.name, '--scopes', 'read'], env)
  expect((await runCli(['user', 'list', '--env', dev.name], env)).out).toMatch(/eve +read /)
  expect((await runCli(['user', 'delete', 'eve', '--env', dev.name], env)).code).toBe(0)
})
