import { setDefaultCACertificates } from 'node:tls'
import { certificate, freePort } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { json, standIn } from './stand-in.ts'
import { createWorld } from './world.ts'

let world: Awaited<ReturnType<typeof createWorld>>
beforeAll(async () => {
  setDefaultCACertificates([certificate.cert])
  world = await createWorld()
})
afterAll(() => world?.[Symbol.asyncDispose]())

/** Credentials in a header, and default headers. */
const inHeader = {
  auth: { type: 'header' as const, name: 'X-Key', prefix: '' },
  headers: { 'X-Tenant': 't' },
}
const inQuery = { auth: { type: 'query' as const, name: 'key' } }
const ok = () => standIn((_, response) => json(response, 'ok'))
const sees = ({ headers }: { headers: Record<string, unknown> } = { headers: {} }) => [
  headers['x-key'],
  headers['x-tenant'],
  headers['x-own'],
]

test('credentials and default headers go to the origin of the base URL only, and a warning says so once', async () => {
  await using api = await ok()
  await using other = await ok()
  const at = await world.connect(`${api.url}/v1`, { integration: inHeader })
  const own = { headers: { 'x-own': 'y' } }

  expect(await world.call(at, { endpoint: '/a', ...own })).toMatchObject({
    warnings: [],
    url: `${api.url}/v1/a`,
  })
  await world.call(at, { endpoint: `${api.url}/beside`, ...own })
  const { warnings } = await world.call(at, { endpoint: `${other.url}/next`, ...own })
  await world.call(at, { endpoint: '/next', baseUrl: other.url, ...own })

  expect(api.requests.map(sees)).toEqual([
    ['k3y', 't', 'y'],
    ['k3y', 't', 'y'],
  ])
  expect(other.requests.map(sees)).toEqual([
    [undefined, undefined, 'y'],
    [undefined, undefined, 'y'],
  ])
  expect(warnings).toEqual([
    `requests to ${other.url} get neither credentials nor default headers, because the base URL of integration '${at.integration}' is at ${api.url}. They are sent by https only`,
  ])
})

test('a host that the integration allows gets them', async () => {
  await using api = await ok()
  await using other = await ok()
  const allowedHosts = [`127.0.0.1:${other.port}`]
  const at = await world.connect(api.url, { integration: { ...inHeader, allowedHosts } })
  expect(await world.call(at, { endpoint: `${other.url}/a` })).toMatchObject({ warnings: [], status: 200 })
  await world.call(at, { endpoint: '/a', baseUrl: other.url })
  expect(other.requests.map(sees)).toEqual([
    ['k3y', 't', undefined],
    ['k3y', 't', undefined],
  ])

  const query = await world.connect(api.url, { integration: { ...inQuery, allowedHosts } })
  await world.call(query, { endpoint: `${other.url}/b?x=a%20b` })
  await world.call(query, { endpoint: `${other.url}/b?key=old` })
  await world.call(await world.connect(api.url, { integration: inQuery }), { endpoint: `${other.url}/c` })
  expect(other.requests.map(({ url }) => url).slice(2)).toEqual(['/b?x=a%20b&key=k3y', '/b?key=k3y', '/c'])
})

test('what an operator makes reachable does not get credentials for that', async () => {
  await using api = await ok()
  await using other = await ok()
  await using allowing = await createWorld({
    allowHosts: [`127.0.0.1:${api.port}`, `127.0.0.1:${other.port}`],
  })
  const at = await allowing.connect(api.url, { integration: inHeader })
  expect(await allowing.call(at, { endpoint: `${other.url}/` })).toMatchObject({ status: 200 })
  expect(other.requests.map(sees)).toEqual([[undefined, undefined, undefined]])
})

test('credentials that went by https do not go by http', async () => {
  await using api = await standIn(
    (request, response) => {
      if (request.url === '/down') response.writeHead(302, { location: `${plain.url}/there` }).end()
      else json(response, 'ok')
    },
    { tls: true },
  )
  await using plain = await ok()
  await using other = await standIn((_, response) => json(response, 'ok'), { tls: true })
  const allowedHosts = [`127.0.0.1:${plain.port}`, `127.0.0.1:${other.port}`]
  const at = await world.connect(api.url, { integration: { ...inHeader, allowedHosts } })
  expect(await world.call(at, { endpoint: `${other.url}/a` })).toMatchObject({ warnings: [] })
  expect(await world.call(at, { endpoint: '/down' })).toMatchObject({
    status: 200,
    url: `${plain.url}/there`,
    warnings: [expect.stringContaining('They are sent by https only')],
  })
  await world.call(at, { endpoint: `${plain.url}/direct` })
  expect(api.requests.map(sees)).toEqual([['k3y', 't', undefined]])
  expect(other.requests.map(sees)).toEqual([['k3y', 't', undefined]])
  expect(plain.requests.map(sees)).toEqual([
    [undefined, undefined, undefined],
    [undefined, undefined, undefined],
  ])
  const foreign = await world.connect('https://127.0.0.1:1', { integration: inHeader })
  expect((await world.call(foreign, { endpoint: `${api.url}/a` })).warnings).toEqual([
    expect.stringMatching(
      /because the base URL of integration 'api\d+' is at https:\/\/127.0.0.1:1\. If this host belongs to the API, add '127.0.0.1:\d+' to allowed_hosts/,
    ),
  ])
})

test('the base URL of a connection is what its config makes of it; a value cannot change the host', async () => {
  await using api = await ok()
  await using other = await ok()
  const template = `http://${'${connectionConfig.host}'}:${api.port}/v1`
  const as = (host: string) =>
    world.connect(template, { integration: inHeader, connection: { connectionConfig: { host } } })
  const at = await as('127.0.0.1')
  await world.call(at, { endpoint: '/a' })
  await world.call(at, { endpoint: `${api.url}/b` })
  expect(api.requests.map(sees)).toEqual([
    ['k3y', 't', undefined],
    ['k3y', 't', undefined],
  ])
  for (const host of [
    `127.0.0.1:${other.port}/`,
    `127.0.0.1:${other.port}?`,
    `127.0.0.1:${other.port}#`,
    `127.0.0.1:${other.port}\\`,
    'x@127.0.0.1',
  ]) {
    const { error } = await world.call(await as(host), { endpoint: '/a' })
    expect(error?.message).toMatch(/of (a|the) host/)
  }
  expect(other.requests).toEqual([])
})

test('each redirect decides anew who gets credentials', async () => {
  await using other = await ok()
  await using allowed = await standIn((request, response) => {
    if (request.url?.startsWith('/on')) response.writeHead(302, { location: `${other.url}/c` }).end()
    else json(response, 'ok')
  })
  await using api = await standIn((request, response) => {
    const to = { '/allowed': allowed.url, '/other': other.url, '/on': allowed.url }[request.url ?? '']
    response.writeHead(302, { location: `${to}${request.url}` }).end()
  })
  const allowedHosts = [`127.0.0.1:${allowed.port}`]
  const at = await world.connect(api.url, { integration: { ...inHeader, allowedHosts } })
  const own = { headers: { 'x-own': 'y' } }

  expect(await world.call(at, { endpoint: '/allowed', ...own })).toMatchObject({ warnings: [], status: 200 })
  expect(allowed.requests.map(sees)).toEqual([['k3y', 't', 'y']])
  expect(await world.call(at, { endpoint: '/other', ...own })).toMatchObject({
    warnings: [expect.any(String)],
  })
  await world.call(at, { endpoint: '/other', keepAuthOnRedirect: true, ...own })
  await world.call(at, { endpoint: '/on', ...own })
  expect(other.requests.map(sees)).toEqual([
    [undefined, undefined, undefined],
    [undefined, undefined, 'y'],
    [undefined, undefined, undefined],
  ])
})

test('credentials in the query are added after a redirect where it does not carry them, and not told to the function', async () => {
  await using other = await ok()
  await using api = await standIn((request, response) => {
    const [path] = request.url?.split('?') ?? []
    const locations: Record<string, string> = {
      '/a': '/end?x=1',
      '/b': '/end?key=other&x=2',
      '/c': `/end?key=k3y&x=3`,
      '/d': `${other.url}/end?x=4`,
    }
    const location = locations[path ?? '']
    if (location) response.writeHead(302, { location }).end()
    else json(response, 'ok', 200)
  })
  const at = await world.connect(api.url, { integration: inQuery })
  const urls = []
  for (const endpoint of ['/a', '/b', '/c', '/d', '/end']) urls.push((await world.call(at, { endpoint })).url)
  expect(api.requests.map(({ url }) => url)).toEqual([
    '/a?key=k3y',
    '/end?x=1&key=k3y',
    '/b?key=k3y',
    '/end?key=other&x=2',
    '/c?key=k3y',
    '/end?key=k3y&x=3',
    '/d?key=k3y',
    '/end?key=k3y',
  ])
  expect(other.requests.map(({ url }) => url)).toEqual(['/end?x=4'])
  expect(urls).toEqual([
    `${api.url}/end?x=1`,
    `${api.url}/end?key=other&x=2`,
    `${api.url}/end?x=3`,
    `${other.url}/end?x=4`,
    `${api.url}/end`,
  ])
})

test('no error tells credentials', async () => {
  const at = await world.connect(`http://127.0.0.1:${await freePort()}`, { integration: inQuery })
  const refused = await world.call(at, { endpoint: '/a?b=c', retries: 1 })
  expect(refused.error).toMatchObject({ code: 'ECONNREFUSED' })
  expect(refused.warnings).toHaveLength(1)
  await using loop = await standIn((request, response) => {
    response.writeHead(302, { location: request.url === '/a?key=k3y' ? request.url : 'http://?k3y' }).end()
  })
  const texts = [String(refused.error?.stack), ...refused.warnings]
  for (const endpoint of ['/a', '/b']) {
    const { error } = await world.call(await world.connect(loop.url, { integration: inQuery }), { endpoint })
    texts.push(String(error))
  }
  const bad = { auth: { type: 'header' as const, name: 'x-key', prefix: '' } }
  const unsendable = await world.connect(loop.url, {
    integration: bad,
    credentials: { type: 'API_KEY', apiKey: 'k3y\n' },
  })
  texts.push(String((await world.call(unsendable, { endpoint: '/a' })).error))
  expect(texts).toHaveLength(5)
  for (const text of texts) expect(text).not.toContain('k3y')
})

test('a call that waits for its quota is sent with the credentials of then', async () => {
  await using api = await ok()
  const at = await world.connect(api.url, { integration: inHeader })
  const take = vi.spyOn(world.outgoing.budgets, 'take').mockImplementationOnce(async () => {
    await world.setKey(at, 'n3w')
    return { waitMs: 3_600_000, ahead: 1 }
  })
  expect(await world.call(at, { endpoint: '/a' })).toMatchObject({ status: 200, waits: [3_600_000] })
  expect(api.requests.map(sees)).toEqual([['n3w', 't', undefined]])
  expect(take).toHaveBeenCalledTimes(2)
  vi.restoreAllMocks()
})

test('what another host says is nothing about the API: no token is renewed, no quota learned', async () => {
  await using other = await standIn((_, response) => json(response, {}, 401))
  await using api = await standIn((request, response) => {
    if (request.url === '/away') response.writeHead(302, { location: other.url }).end()
    else json(response, {}, 401)
  })
  const renew = vi.spyOn(world.outgoing.tokens, 'renew').mockResolvedValue(true)
  const learn = vi.spyOn(world.outgoing.budgets, 'learn')
  const take = vi.spyOn(world.outgoing.budgets, 'take')
  const at = await world.connect(api.url, { integration: inHeader })
  expect(await world.call(at, { endpoint: other.url })).toMatchObject({ status: 401 })
  expect(take).not.toHaveBeenCalled()
  expect(await world.call(at, { endpoint: '/away' })).toMatchObject({ status: 401 })
  expect([renew, learn].map(({ mock }) => mock.calls.length)).toEqual([0, 0])
  const last = await world.call(at, { endpoint: '/', retries: 0 })
  expect(last).toMatchObject({ status: 401, waits: [] })
  expect(last.holds).toContain(0) // the first answer takes no memory while the second request may wait
  expect(api.requests).toHaveLength(3) // once again with the new token
  expect(renew).toHaveBeenCalledOnce()
  vi.restoreAllMocks()
})

test('retries wait as the API asks, never less than our own growing wait', async () => {
  const answers: [number, Record<string, string>][] = [
    [429, { 'retry-after': '0' }],
    [503, { 'retry-after': '7200' }],
    [500, { 'x-reset': '99999999999' }],
    [429, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }],
    [200, {}],
  ]
  await using api = await standIn((_, response) => {
    const [status, headers] = answers.shift() ?? [599, {}]
    json(response, {}, status, headers)
  })
  const retry = { statuses: [420], at: 'x-reset' }
  const at = await world.connect(api.url, { integration: { retry } })
  const { status, waits, warnings } = await world.call(at, { endpoint: '/x?secret=1', retries: 5 })
  expect(status).toBe(200)
  const [first, asked, third, fourth] = waits as [number, number, number, number]
  expect(asked).toBe(7_200_000)
  for (const [wait, most] of [
    [first, 3000],
    [third, 12_000],
    [fourth, 24_000],
  ] as const) {
    expect(wait).toBeGreaterThanOrEqual(most / 2)
    expect(wait).toBeLessThanOrEqual(most)
  }
  expect(warnings[1]).toBe('GET /x: answered 503; trying again in 7200.0 s (2 of 5)')
})

test('a POST is repeated only if the API has not processed it, or the function says that it may be', async () => {
  const statuses: number[] = []
  await using api = await standIn((_, response) => json(response, {}, statuses.shift() ?? 200))
  const at = await world.connect(api.url)
  const post = async (given: object, ...answered: number[]) => {
    api.requests.splice(0)
    statuses.splice(0, statuses.length, ...answered)
    const { status } = await world.call(at, {
      endpoint: '/',
      method: 'POST',
      body: { text: '{}' },
      retries: 3,
      ...given,
    })
    return [status, api.requests.length]
  }
  expect(await post({}, 429, 503, 200)).toEqual([200, 3])
  expect(await post({}, 500)).toEqual([500, 1])
  expect(await post({ idempotent: true }, 500, 502)).toEqual([200, 3])
  expect(await post({ retryOn: [500] }, 500, 502)).toEqual([502, 2])
  expect(await post({ method: 'PUT' }, 500, 502)).toEqual([200, 3])
})

test('a POST whose connection broke is not repeated, one that found no connection is', async () => {
  await using api = await standIn((_, response) => response.destroy())
  const at = await world.connect(api.url)
  const post = { endpoint: '/', method: 'POST' as const, body: { text: '{}' }, retries: 2 }
  expect(await world.call(at, post)).toMatchObject({ error: { code: 'UND_ERR_SOCKET' }, waits: [] })
  expect(api.requests).toHaveLength(1)
  const idempotent = await world.call(at, { ...post, idempotent: true })
  expect(idempotent.waits).toHaveLength(2)
  const nobody = await world.connect(`http://127.0.0.1:${await freePort()}`)
  expect((await world.call(nobody, post)).waits).toHaveLength(2)
})

test('a plain 403 is final', async () => {
  await using api = await standIn((request, response) => {
    json(response, {}, 403, request.url === '/limited' ? { 'x-remaining': '0' } : { 'x-remaining': '9' })
  })
  const at = await world.connect(api.url, {
    integration: { retry: { statuses: [403], remaining: 'x-remaining' } },
  })
  expect(await world.call(at, { endpoint: '/plain', retries: 3 })).toMatchObject({ status: 403, waits: [] })
  expect((await world.call(at, { endpoint: '/limited', retries: 3 })).waits).toHaveLength(3)
})
