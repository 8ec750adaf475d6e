import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rawAsk, rawRequest } from './raw-request.ts'
import { ask, furnish, HEADERS, piece, startWorld, type World } from './world.ts'

const MIB = 1024 * 1024

let world: World
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const auth = () => `Authorization: Bearer ${home.key}`
const JSON_TYPE = 'Content-Type: application/json'

test('without a valid key nothing of a body is read', async () => {
  const unending = (head: string[]) =>
    rawRequest(world.url, async (socket) => {
      socket.write(`${[...head, 'Host: x', JSON_TYPE, 'Transfer-Encoding: chunked'].join('\r\n')}\r\n\r\n`)
      // The body never ends, and its first bytes are not JSON.
      socket.write('5\r\n{{{{{\r\n')
    })
  const started = performance.now()
  for (const head of [
    ['POST /sync/trigger HTTP/1.1'],
    ['POST /deployments HTTP/1.1', 'Authorization: Bearer nobody'],
    ['POST /nothing HTTP/1.1'],
    ['PUT /sync/trigger HTTP/1.1'],
  ]) {
    expect([401, 404, 405]).toContain((await unending(head)).status)
  }
  expect(performance.now() - started).toBeLessThan(40_000) // the body of each may take a minute
})

test('a hostile body of 30 MB costs next to nothing', async () => {
  const body = Buffer.alloc(30 * MIB, '[')
  const before = process.cpuUsage()
  const answers = await Promise.all(
    [undefined, home.key].map((key) =>
      rawAsk(
        world.url,
        [
          'POST /sync/trigger HTTP/1.1',
          ...(key ? [`Authorization: Bearer ${key}`] : []),
          JSON_TYPE,
          `Content-Length: ${body.length}`,
        ],
        body,
      ),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual([401, 413])
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(500)
})

test('a 413 says the limit and reaches a client that is still sending', async () => {
  for (const body of ['x'.repeat(2 * MIB), 'x'.repeat(40 * MIB)]) {
    const answer = await home.api('/connections/metadata', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
    expect(answer).toMatchObject({
      status: 413,
      body: { error: { code: 'body_too_large', message: `the body is longer than ${MIB} bytes` } },
    })
    expect(answer.headers.get('connection')).toBe('close')
  }
  const chunked = await rawRequest(world.url, async (socket) => {
    socket.write(
      `POST /sync/trigger HTTP/1.1\r\nHost: x\r\n${auth()}\r\n${JSON_TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    )
    const chunk = Buffer.alloc(64 * 1024, ' ')
    for (let n = 0; n < 40; n++) {
      socket.write(`${chunk.length.toString(16)}\r\n`)
      socket.write(chunk)
      socket.write('\r\n')
    }
  })
  expect(chunked.status).toBe(413)
})

test('a deployment may be larger than other requests', async () => {
  const json = { syncs: [], providers: [], more: 'x'.repeat(2 * MIB) }
  expect(await home.api('/deployments', { method: 'POST', json })).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_body' } },
  })
})

test('JSON that is nested deeply is a 400', async () => {
  for (const depth of [65, 5000, 100_000]) {
    const metadata = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    const body = `{"provider_config_key":"github","connection_id":"user-1","metadata":${metadata}}`
    const answer = await home.api('/connections/metadata', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_json' } } })
  }
})

test('a client that stops sending, or goes away, is nobody’s fault', async () => {
  const head = [
    'POST /sync/trigger HTTP/1.1',
    'Host: x',
    auth(),
    JSON_TYPE,
    'Content-Length: 1000',
    'X-Request-Id: aborted-upload',
  ]
  await rawRequest(world.url, async (socket) => {
    socket.write(`${head.join('\r\n')}\r\n\r\n{"a":`)
    await sleep(100)
    socket.destroy()
  })
  const lines = () => world.log.filter((line) => line.includes('aborted-upload')).join('')
  await expect.poll(lines).toContain('before its request had arrived')
  expect(lines()).not.toContain('request failed')
})

test('headers that are too long are a 431 in the shape of all errors', async () => {
  const { status, text } = await rawAsk(world.url, ['GET /health HTTP/1.1', `X: ${'x'.repeat(200_000)}`])
  expect(status).toBe(431)
  expect(text).toMatch(/"request_id":"[\w-]+"/)
})

test.each([
  [
    'a part of the path that is too long',
    `GET /connections/${'x'.repeat(5000)}?provider_config_key=github`,
    400,
  ],
  [
    'a part of the path that is too long, encoded',
    `GET /records/${'%F0%9F%98%80'.repeat(1000)}/history`,
    400,
  ],
  ['a path that is not UTF-8', 'GET /connections/%FF%FE?provider_config_key=github', 400],
  ['a path with half an escape', 'GET /connections/%E?provider_config_key=github', 400],
  ['a query that is not UTF-8', 'GET /connections?search=%FF', 400],
  ['a name in a query that is not UTF-8', 'GET /connections?%C3%28=1', 400],
  ['a method that nobody knows', 'BREW /connections', 400],
  ['a method that HTTP knows and the path does not', 'PROPFIND /connections', 405],
  ['TRACE', 'TRACE /connections', 405],
  ['another method', 'PUT /connections', 405],
  ['a path that does not exist', 'PUT /nothing', 404],
])('%s is refused', async (_, line, status) => {
  const answer = await rawAsk(world.url, [`${line} HTTP/1.1`, auth()])
  expect(answer.status).toBe(status)
  expect(answer.text).toContain('"request_id":')
})

test.each([
  ['no content type', [], '{"a":1}', 'invalid_body'],
  ['an empty content type', ['Content-Type: '], '{"a":1}', 'invalid_content_type'],
  ['a content type that is none', ['Content-Type: ;;;'], '{"a":1}', 'invalid_content_type'],
  [
    'a content type that begins like JSON',
    ['Content-Type: application/json-seq'],
    '{"a":1}',
    'invalid_content_type',
  ],
  ['a body that is not UTF-8', [JSON_TYPE], Buffer.from([0x22, 0xff, 0xfe, 0x22]), 'invalid_json'],
  ['an unknown encoding', [JSON_TYPE, 'Content-Encoding: snappy'], '{}', 'invalid_content_type'],
  ['an encoding that is not what it says', [JSON_TYPE, 'Content-Encoding: gzip'], '{}', 'invalid_body'],
])('%s: the error says so', async (_, headers, body, code) => {
  const answer = await rawAsk(
    world.url,
    ['POST /sync/trigger HTTP/1.1', auth(), ...headers, `Content-Length: ${body.length}`],
    body,
  )
  expect(answer.text).toContain(`"code":"${code}"`)
})

test('ids of dots, and with slashes, are ids like others', async () => {
  for (const id of ['.', '..', '...', 'a/b', '/', '%2F', 'a b', '%']) {
    if (id.includes('%')) continue
    const created = await home.api('/connections', {
      method: 'POST',
      json: { provider_config_key: 'github', connection_id: id, credentials: { type: 'NONE' } },
    })
    expect(created.status).toBe(201)
    const path = `/connections/${encodeURIComponent(id)}?provider_config_key=github`
    const read = await rawAsk(world.url, [`GET ${path} HTTP/1.1`, auth()])
    expect(read.status).toBe(200)
    expect(read.text).toContain(`"connection_id":${JSON.stringify(id)}`)
    const deleted = await rawAsk(world.url, [`DELETE ${path.replaceAll('.', '%2E')} HTTP/1.1`, auth()])
    expect(deleted.status).toBe(200)
  }
})

test('names of prototypes are names like others, in bodies and queries', async () => {
  const body = `{"provider_config_key":"github","connection_id":"user-1","metadata":{"__proto__":{"polluted":1},"constructor":{"prototype":2},"nested":{"__proto__":3}}}`
  const answer = await home.api('/connections/metadata', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })
  expect(answer.status).toBe(201)
  const metadata =
    '"metadata":{"__proto__":{"polluted":1},"constructor":{"prototype":2},"nested":{"__proto__":3}}'
  expect(answer.text).toContain(metadata)
  await expect
    .poll(async () => (await home.api('/connections/user-1?provider_config_key=github')).text)
    .toContain(metadata)
  expect({}).not.toHaveProperty('polluted')
})

test('a filter by tags is never dropped', async () => {
  const { api } = await furnish(world)
  await api('/connections', {
    method: 'POST',
    json: {
      provider_config_key: 'github',
      connection_id: 'tagged',
      credentials: { type: 'NONE' },
      tags: { constructor: 'x', 'a.b': 'y' },
    },
  })
  const found = async (query: string) => {
    const { status, body } = await api(`/connections?${query}`)
    return status === 200 ? body.connections.map((it: { connection_id: string }) => it.connection_id) : status
  }
  expect(await found('tags[constructor]=x')).toEqual(['tagged'])
  expect(await found('tags[a.b]=y')).toEqual(['tagged'])
  expect(await found('tags[constructor]=y')).toEqual([])
  expect(await found('tags[toString]=x')).toEqual([])
  for (const query of [
    'tags[__proto__]=x',
    'tags[]=x',
    'tags=x',
    'tags[a][b]=x',
    'tags[a]=x&tags[a]=y',
    'tags[]=',
  ]) {
    expect(await found(query)).toBe(400)
  }
})

test('HEAD answers like GET, without the body', async () => {
  const get = await ask(world.url, home.key, '/connections')
  const head = await ask(world.url, home.key, '/connections', { method: 'HEAD' })
  expect(head.status).toBe(200)
  expect(head.text).toBe('')
  expect(head.headers.get('etag')).toBe(get.headers.get('etag'))
  world.records.listRecords = () => piece('[]')
  const records = await home.api('/records?model=GithubIssue', { method: 'HEAD', headers: HEADERS })
  expect(records).toMatchObject({ status: 200, text: '' })
})

test('405 and OPTIONS say which methods a path has', async () => {
  const allowed = 'DELETE, GET, HEAD, OPTIONS, PATCH'
  const refused = await home.api('/integrations/github', { method: 'POST', json: {} })
  expect(refused).toMatchObject({ status: 405, body: { error: { code: 'method_not_allowed' } } })
  expect(refused.headers.get('allow')).toBe(allowed)
  const options = await ask(world.url, undefined, '/integrations/github/', { method: 'OPTIONS' })
  expect(options).toMatchObject({ status: 204, text: '' })
  expect(options.headers.get('allow')).toBe(allowed)
})

test('a page of any origin may call the API, and read what it needs of errors', async () => {
  const preflight = await ask(world.url, undefined, '/sync/trigger', {
    method: 'OPTIONS',
    headers: {
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type',
    },
  })
  const header = (name: string) => preflight.headers.get(`access-control-${name}`)
  expect(preflight.status).toBe(204)
  expect(header('allow-origin')).toBe('*')
  expect(header('allow-methods')).toContain('POST')
  expect(header('allow-headers')).toBe('authorization, content-type')
  expect(header('max-age')).toBe('600')
  for (const path of ['/sync/trigger', '/nothing', '/connections']) {
    const answer = await ask(world.url, undefined, path, { headers: { origin: 'https://app.example' } })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-expose-headers')).toContain('x-request-id')
  }
})

test('the operator may name the origins', async () => {
  await using closed = await startWorld({
    variables: { CORS_ORIGINS: 'https://a.example,https://b.example' },
  })
  const origin = async (given: string) =>
    (await ask(closed.url, undefined, '/health', { headers: { origin: given } })).headers
  expect((await origin('https://b.example')).get('access-control-allow-origin')).toBe('https://b.example')
  expect((await origin('https://c.example')).get('access-control-allow-origin')).toBeNull()
  expect((await origin('https://c.example')).get('vary')).toContain('origin')
})

test('nobody stores an answer that may hold secrets; others are asked for again', async () => {
  const headers = async (path: string) => (await home.api(path)).headers
  for (const path of ['/connections/user-1?provider_config_key=github', '/environment-variables']) {
    expect((await headers(path)).get('cache-control')).toBe('no-store')
    expect((await headers(path)).get('etag')).toBeNull()
  }
  expect((await headers('/connections')).get('cache-control')).toBe('private, no-cache')
  expect((await headers('/connections')).get('x-content-type-options')).toBe('nosniff')
})

test('what did not change is a 304', async () => {
  const { api } = await furnish(world)
  const first = await api('/connections')
  const etag = String(first.headers.get('etag'))
  expect(etag).toMatch(/^W\/"[\w-]+"$/)
  for (const given of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
    const again = await api('/connections', { headers: { 'if-none-match': given } })
    expect(again).toMatchObject({ status: 304, text: '' })
    expect(again.headers.get('etag')).toBe(etag)
  }
  await api('/connections/user-1?provider_config_key=github', { method: 'DELETE' })
  await expect
    .poll(async () => (await api('/connections', { headers: { 'if-none-match': etag } })).status)
    .toBe(200)
})

test('a long answer is compressed as the client asks, in one piece and in many; a short one is not', async () => {
  const rows = JSON.stringify(Array.from({ length: 200 }, (_, n) => ({ id: `record-${n}` })))
  const read = (encoding: string) =>
    fetch(`${world.url}/records?model=GithubIssue`, {
      headers: { ...HEADERS, authorization: `Bearer ${home.key}`, 'accept-encoding': encoding },
    })
  async function* pieces() {
    yield { records: Buffer.from(rows.slice(0, 1000)), nextCursor: '' }
    yield { records: Buffer.from(rows.slice(1000)), nextCursor: 'next' }
  }
  for (const listRecords of [() => piece(rows), pieces]) {
    world.records.listRecords = listRecords
    for (const [accepted, used] of [
      ['gzip', 'gzip'],
      ['br', 'br'],
      ['gzip;q=0.5, br', 'br'],
      ['gzip, deflate, br, zstd', 'zstd'],
      ['gzip;q=0, identity', null],
      ['identity', null],
    ] as const) {
      const answer = await read(accepted)
      expect(answer.headers.get('content-encoding')).toBe(used)
      expect(answer.headers.get('vary')).toContain('accept-encoding')
      expect(((await answer.json()) as { records: unknown[] }).records).toHaveLength(200)
    }
  }
  world.records.listRecords = () => piece('[]')
  expect((await read('gzip')).headers.get('content-encoding')).toBeNull()
})

test('a body may be compressed', async () => {
  const text = JSON.stringify({ provider_config_key: 'github', syncs: [] })
  for (const [encoding, body] of [
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
    ['identity', Buffer.from(text)],
  ] as const) {
    const answer = await rawAsk(
      world.url,
      [
        'POST /sync/trigger HTTP/1.1',
        auth(),
        JSON_TYPE,
        `Content-Encoding: ${encoding}`,
        `Content-Length: ${body.length}`,
      ],
      body,
    )
    expect(answer.status).toBe(200)
  }
})

test('the limit of a body is that of what comes out of it', async () => {
  const bomb = gzipSync(Buffer.alloc(200 * MIB, ' '))
  const answer = await rawAsk(
    world.url,
    [
      'POST /sync/trigger HTTP/1.1',
      auth(),
      JSON_TYPE,
      'Content-Encoding: gzip',
      `Content-Length: ${bomb.length}`,
    ],
    bomb,
  )
  expect(answer.status).toBe(413)
})

test('a request has the id that its client gave it, if that is one', async () => {
  const id = async (given: string) => {
    const answer = await ask(world.url, undefined, '/connections', { headers: { 'x-request-id': given } })
    expect(answer.body.error.request_id).toBe(answer.headers.get('x-request-id'))
    return answer.headers.get('x-request-id')
  }
  expect(await id('order-17.retry_2')).toBe('order-17.retry_2')
  expect(world.log.join('')).toContain('order-17.retry_2')
  for (const other of ['', 'a b', 'a"b', 'x'.repeat(129)]) expect(await id(other)).toMatch(/^[\da-f-]{36}$/)
})

test('slow headers and connections without a request end, and one too many makes room', async () => {
  await using small = await startWorld({ variables: { HTTP_MAX_CONNECTIONS: '20' } })
  const idle = await Promise.all(
    Array.from({ length: 20 }, () => fetch(`${small.url}/livez`).then((answer) => answer.text())),
  )
  expect(idle).toHaveLength(20)
  const health = () => rawAsk(small.url, ['GET /livez HTTP/1.1']).then(({ status }) => status)
  await expect.poll(health).toBe(200)
})

test('a 503 says when to try again', async () => {
  world.records.listRecords = () => piece('[]')
  await world.stopRecords()
  const answer = await home.api('/records?model=GithubIssue', { headers: HEADERS })
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toBe('2')
  await world.startRecords()
})
