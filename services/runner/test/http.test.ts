import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { RunOutcome } from '@syncline/proto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Changes, createWorld, type World } from './world.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

async function api(handler: Handler) {
  const requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
    handler(request, response, body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const json = (response: ServerResponse, value: unknown, status = 200, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world?.[Symbol.asyncDispose]())

/** Runs a function; what it returns comes back by its log. */
async function result(url: string, exec: string, { integration, ...changes }: Changes = {}) {
  await world.deploy(
    `const value = await (async () => { ${exec} })(); await nango.log('value ' + JSON.stringify(value ?? null))`,
    {
      integration: { baseUrl: url, ...integration },
      ...changes,
    },
  )
  const end = await world.run(changes.api === undefined ? {} : { api: changes.api })
  const log = world.log(end.runId)
  const line = log.find((text) => text.startsWith('info value '))
  return { end, log, value: line && JSON.parse(line.slice(11)) }
}

test('a request has base URL, params, credentials and default headers; the answer is data, status and headers', async () => {
  await using server = await api((_, response) => json(response, { ok: true }, 201, { 'X-Total': '5' }))
  const { value } = await result(
    `${server.url}/${'${connectionConfig.space}'}/v1`,
    `const { data, status, headers } = await nango.post({ endpoint: '/items', params: { page: 2 }, data: { a: 1 }, headers: { 'X-Own': 'y' } })
     return [data, status, headers['x-total']]`,
    {
      integration: { auth: { type: 'bearer' }, headers: { 'X-Version': '3', 'x-own': 'default' } },
      connection: { connectionConfig: { space: 'acme' } },
      credentials: { type: 'API_KEY', apiKey: 'k' },
    },
  )
  expect(value).toEqual([{ ok: true }, 201, '5'])
  expect(server.requests).toMatchObject([
    {
      method: 'POST',
      url: '/acme/v1/items?page=2',
      body: '{"a":1}',
      headers: {
        authorization: 'Bearer k',
        'x-version': '3',
        'x-own': 'y',
        'content-type': 'application/json',
        'user-agent': 'syncline',
      },
    },
  ])
})

test('a refusal rejects with status, data and headers, once', async () => {
  await using server = await api((_, response) => json(response, { reason: 'no' }, 404, { 'x-id': '7' }))
  const { value } = await result(
    server.url,
    `try { await nango.get({ endpoint: '/gone', retries: 3 }) } catch (e) {
       return [e.status, e.response.status, e.response.data, e.response.headers['x-id'], e.message, e instanceof Error] }`,
  )
  expect(value).toEqual([
    404,
    404,
    { reason: 'no' },
    '7',
    'GET /gone: request failed with status code 404',
    true,
  ])
  expect(server.requests).toHaveLength(1)
})

test('429 and 5xx are tried again after a wait that grows, or the longer one they ask for, and each wait is in the log', async () => {
  let tries = 0
  await using server = await api((request, response) => {
    if (request.url === '/first') return void json(response, 1)
    tries++
    if (tries === 1) json(response, {}, 429, { 'retry-after': '0' })
    else if (tries === 2) json(response, {}, 503, { 'x-wait': '6.1' })
    else json(response, 'done')
  })
  const { value, log } = await result(
    server.url,
    `await nango.get({ endpoint: '/first' })
     return (await nango.get({ endpoint: '/x?secret=1', retries: 5, retryHeader: { after: 'x-wait' } })).data`,
    // Requests to an API that has answered 429 go slowly for a while: the other tests have another one.
    { api: 'limited' },
  )
  expect(value).toBe('done')
  expect(log.filter((line) => line.startsWith('warn'))).toEqual([
    expect.stringMatching(/^warn GET \/x: answered 429; trying again in (1\.[5-9]|2\.\d|3\.0) s \(1 of 5\)$/),
    'warn GET /x: answered 503; trying again in 6.1 s (2 of 5)',
  ])
})

test('without retries the first failure counts', async () => {
  await using server = await api((_, response) => json(response, {}, 500))
  const { end } = await result(server.url, `return nango.get({ endpoint: '/x' })`)
  expect(end).toMatchObject({ outcome: RunOutcome.FAILED, error: expect.stringContaining('status code 500') })
  expect(server.requests).toHaveLength(1)
})

test('answers of every kind arrive as asked for', async () => {
  const bytes = Buffer.from([0, 255, 254, 10])
  await using server = await api((request, response) => {
    if (request.url === '/bytes') response.end(bytes)
    else if (request.url === '/gzip')
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"z":1}'))
    else if (request.url === '/empty') response.writeHead(204).end()
    else if (request.url === '/latin1')
      response
        .writeHead(200, { 'content-type': 'application/json; charset=iso-8859-1' })
        .end('["\u00fc"]', 'latin1')
    else response.end('{"not json')
  })
  const { value } = await result(
    server.url,
    `const get = async (endpoint, responseType) => (await nango.get({ endpoint, responseType })).data
     const buffer = await get('/bytes', 'arraybuffer')
     return [Buffer.isBuffer(buffer), [...buffer], await get('/gzip'), await get('/gzip', 'text'), await get('/empty'), await get('/text'), await get('/latin1')]`,
  )
  expect(value).toEqual([true, [...bytes], { z: 1 }, '{"z":1}', '', '{"not json', ['ü']])
})

test('bodies of every kind go out as they are meant', async () => {
  await using server = await api((_, response) => json(response, {}))
  await result(
    server.url,
    `const post = (data, headers) => nango.post({ endpoint: '/', data, headers })
     await post({ a: 1 }, { 'Content-Type': 'application/x-www-form-urlencoded' })
     await post(new URLSearchParams({ b: '2' }))
     await post('{"c":3}')
     await post(Buffer.from('d'))
     await post('plain', { 'content-type': 'text/plain' })
     await nango.delete({ endpoint: '/' })`,
  )
  expect(server.requests.map(({ body, headers }) => [body, headers['content-type']])).toEqual([
    ['a=1', 'application/x-www-form-urlencoded'],
    ['b=2', 'application/x-www-form-urlencoded'],
    ['{"c":3}', 'application/json'],
    ['d', 'application/octet-stream'],
    ['plain', 'text/plain'],
    ['', undefined],
  ])
})

test('redirects are followed; credentials go to the same origin only', async () => {
  await using other = await api((_, response) => json(response, 'there'))
  await using server = await api((request, response) => {
    if (request.url === '/a') response.writeHead(302, { location: '/b' }).end()
    else if (request.url === '/b') response.writeHead(307, { location: `${other.url}/c` }).end()
    else response.writeHead(302, { location: '/loop' }).end()
  })
  const auth = {
    integration: {
      auth: { type: 'header' as const, name: 'X-Key', prefix: '' },
      headers: { 'x-tenant': 't' },
    },
    credentials: { type: 'API_KEY', apiKey: 'k' },
  }
  const own = `headers: { 'X-Own': 'o' }`
  const { value } = await result(
    server.url,
    `return (await nango.get({ endpoint: '/a', ${own} })).data`,
    auth,
  )
  expect(value).toBe('there')
  const sent = ({ headers }: { headers: IncomingMessage['headers'] }) =>
    ['x-key', 'x-tenant', 'x-own'].map((name) => headers[name])
  expect(server.requests.map(sent)).toEqual([
    ['k', 't', 'o'],
    ['k', 't', 'o'],
  ])
  expect(other.requests.map(sent)).toEqual([[undefined, undefined, undefined]])

  await result(
    server.url,
    `await nango.get({ endpoint: '/a', ${own}, forwardHeadersOnRedirect: true })`,
    auth,
  )
  expect(other.requests.slice(1).map(sent)).toEqual([[undefined, undefined, 'o']])

  const { end } = await result(server.url, `await nango.get({ endpoint: '/loop' })`)
  expect(end.error).toContain('redirects, as did 5 requests before it')
})

test('a link to another origin goes without credentials, which the log of the run says once', async () => {
  await using other = await api((_, response) => json(response, []))
  await using server = await api((_, response) =>
    json(response, [1], 200, { link: `<${other.url}/page2>; rel="next"` }),
  )
  const { log } = await result(
    server.url,
    `for await (const page of nango.paginate({ endpoint: '/page1', paginate: { type: 'link', link_rel_in_response_header: 'next' } }));
     await nango.get({ endpoint: '/again', baseUrlOverride: '${other.url}' })`,
    { integration: { auth: { type: 'bearer' } }, credentials: { type: 'API_KEY', apiKey: 'k' } },
  )
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer k'])
  expect(other.requests.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    ['/page2', undefined],
    ['/again', undefined],
  ])
  expect(log.filter((line) => line.startsWith('warn'))).toEqual([
    `warn requests to ${other.url} get neither credentials nor default headers, because the base URL of integration 'api' is at ${server.url}. They are sent by https only`,
  ])
})

test('pages are followed by link, cursor and offset, to the end', async () => {
  await using server = await api((request, response) => {
    const url = new URL(request.url ?? '', 'http://x')
    const page = Number(url.searchParams.get('page') ?? 1)
    const link =
      page < 30 ? { link: `<http://${request.headers.host}/link?page=${page + 1}>; rel="next"` } : {}
    if (url.pathname === '/link') return json(response, [{ id: page }], 200, link)
    const after = Number(url.searchParams.get('after') ?? 0)
    return json(response, { items: after < 30 ? [after] : [], next: after + 1 })
  })
  const { value } = await result(
    server.url,
    `const count = async (endpoint, paginate) => { let n = 0; for await (const page of nango.paginate({ endpoint, paginate })) n += page.length; return n }
     return [await count('/link', {}),
       await count('/cursor', { type: 'cursor', cursor_name_in_request: 'after', cursor_path_in_response: 'next', response_path: 'items' }),
       await count('/offset', { type: 'offset', offset_name_in_request: 'after', response_path: 'items' })]`,
    { integration: { pagination: { type: 'link', link_rel_in_response_header: 'next' } } },
  )
  expect(value).toEqual([30, 30, 30])
})

test.each([
  ['a private address', `baseUrlOverride: 'http://10.0.0.1'`, 'not a public address'],
  ['the metadata service', `baseUrlOverride: 'http://169.254.169.254'`, 'not a public address'],
  ['loopback in another spelling', `baseUrlOverride: 'http://0x7f.1'`, 'cannot be reached'],
  ['loopback over IPv6', `baseUrlOverride: 'http://[::1]:80'`, 'not a public address'],
  ['a name of this machine', `baseUrlOverride: 'http://localhost:80'`, 'not a public address'],
  ['another scheme', `baseUrlOverride: 'file:///etc'`, "'file:'"],
  ['a user in the URL', `baseUrlOverride: 'http://u:p@127.0.0.1'`, 'user name'],
  ['a header with a line break', `headers: { 'x-a': 'b\\r\\nc: d' }`, 'line breaks'],
])('%s is refused', async (_, request, message) => {
  const { end } = await result('http://127.0.0.1:9', `await nango.get({ endpoint: '/', ${request} })`)
  expect(end).toMatchObject({ outcome: RunOutcome.FAILED, error: expect.stringContaining(message) })
})

test('a redirect to a private address is refused', async () => {
  await using server = await api((_, response) =>
    response.writeHead(302, { location: 'http://192.168.0.1/' }).end(),
  )
  const { end } = await result(server.url, `await nango.get({ endpoint: '/' })`)
  expect(end.error).toContain('not a public address')
})

test('what decides where a request goes and ends is ours', async () => {
  await using server = await api((_, response) => json(response, 1))
  await result(
    server.url,
    `await nango.get({ endpoint: '/', headers: { Host: 'evil', 'Content-Length': '5', Connection: 'x' } })`,
  )
  expect(server.requests[0]?.headers.host).toBe(new URL(server.url).host)
})

test('an answer without end is cut off', async () => {
  await using server = await api((_, response) => {
    const chunk = Buffer.alloc(1 << 20)
    const more = () => {
      while (response.write(chunk));
    }
    response.on('drain', more)
    more()
  })
  const { end } = await result(server.url, `await nango.get({ endpoint: '/', responseType: 'arraybuffer' })`)
  expect(end.error).toContain('more than 52428800 bytes')
})

test('an answer that is small until it is unpacked is cut off', async () => {
  const bomb = gzipSync(Buffer.alloc(60 << 20))
  await using server = await api((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
  })
  const { end } = await result(server.url, `await nango.get({ endpoint: '/', responseType: 'arraybuffer' })`)
  expect(bomb.length).toBeLessThan(100_000)
  expect(end.error).toContain('more than 52428800 bytes')
})

test('twelve answers of 50 MiB of control characters at once cost no more memory than the budget', async () => {
  const part = Buffer.alloc(1 << 20, 1)
  await using server = await api(async (_, response) => {
    for (let n = 0; n < 50; n++) if (!response.write(part)) await once(response, 'drain')
    response.end()
  })
  await using generous = await createWorld({ RUN_MEMORY_MB: '3000', RUN_BLOCKED_MS: '120000' })
  const before = process.memoryUsage.rss()
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss() - before)
  }, 20)
  await generous.deploy(
    `const length = async () => (await nango.get({ endpoint: '/', responseType: 'text' })).data.length
     const all = await Promise.all(Array.from({ length: 12 }, length))
     await nango.log('value ' + all.reduce((a, b) => a + b))`,
    { integration: { baseUrl: server.url } },
  )
  const end = await generous.run()
  clearInterval(watch)
  expect(generous.log(end.runId)).toContain(`info value ${12 * (50 << 20)}`)
  expect(most).toBeLessThan(600 << 20)
})

test('an answer that comes byte by byte is gathered, and a byte order mark is no part of a text', async () => {
  await using server = await api(async (_, response) => {
    for (const byte of Buffer.from('\ufeff{"ü":[1,2]}')) {
      response.write(Buffer.from([byte]))
      await new Promise(setImmediate)
    }
    response.end()
  })
  const { value } = await result(server.url, `return (await nango.get({ endpoint: '/' })).data`)
  expect(value).toEqual({ ü: [1, 2] })
})

test('uncontrolledFetch goes without credentials', async () => {
  await using server = await api((_, response) => json(response, { hi: 1 }, 418))
  const { value } = await result(
    'http://127.0.0.1:9',
    `const r = await nango.uncontrolledFetch({ url: new URL('${server.url}/x'), method: 'POST', body: 'b' })
     return [r.status, await r.json()]`,
    { integration: { auth: { type: 'bearer' } }, credentials: { type: 'API_KEY', apiKey: 'k' } },
  )
  expect(value).toEqual([418, { hi: 1 }])
  expect(server.requests).toMatchObject([{ method: 'POST', body: 'b' }])
  expect(server.requests[0]?.headers.authorization).toBeUndefined()
})

test('uncontrolledFetch gives the bytes, unpacked, and may not reach more than other requests', async () => {
  const bytes = Buffer.from([0, 255, 254, 128, 10])
  await using server = await api((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/x; charset=utf-16' })
    response.end(gzipSync(bytes))
  })
  const { value } = await result(
    'http://127.0.0.1:9',
    `const of = async (url) => nango.uncontrolledFetch({ url: new URL(url) })
     return [[...new Uint8Array(await (await of('${server.url}/x')).arrayBuffer())], await of('http://10.0.0.1/').catch((e) => e.message)]`,
  )
  expect(value).toEqual([[...bytes], expect.stringContaining('not a public address')])
})
