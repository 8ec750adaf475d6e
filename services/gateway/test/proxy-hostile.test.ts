import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rawAsk, rawRequest } from './raw-request.ts'
import { type StandInApi, startStandInApi } from './stand-in-api.ts'
import { ask, startWorld, type World } from './world.ts'

const MIB = 1024 * 1024

let api: StandInApi
let other: StandInApi
let world: World
let key: string

beforeAll(async () => {
  api = await startStandInApi()
  other = await startStandInApi()
  world = await startWorld({ variables: { EGRESS_ALLOW_HOSTS: new URL(api.url).host } })
  key = await furnished(world)
})
afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
  api?.stop()
  other?.stop()
})
beforeEach(() => {
  for (const each of [api, other]) {
    each.requests.length = 0
    each.receive = undefined
    each.answer = (_, response) => void response.end('ok')
  }
})

/** The key of a new environment with connections to the stand-in. */
async function furnished(of: World): Promise<string> {
  const { key } = await of.environment()
  const json = { unique_key: 'acme', provider: 'acme', base_url: api.url, auth: { type: 'bearer' } }
  await ask(of.url, key, '/integrations', { method: 'POST', json })
  for (const connection_id of ['a', 'b', 'c'])
    await ask(of.url, key, '/connections', {
      method: 'POST',
      json: {
        provider_config_key: 'acme',
        connection_id,
        credentials: { type: 'API_KEY', apiKey: 'k3y' },
      },
    })
  return key
}

type Init = RequestInit & { duplex?: 'half'; headers?: Record<string, string> }
const callOf =
  (of: World, key: string) =>
  (path: string, { headers, ...init }: Init = {}) =>
    fetch(`${of.url}/proxy${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${key}`,
        'provider-config-key': 'acme',
        'connection-id': 'a',
        ...headers,
      },
    })
const call = (path: string, init?: Init) => callOf(world, key)(path, init)
const codeOf = async (answer: Response) => ((await answer.json()) as { error: { code: string } }).error.code
const head = (line: string, own: string[] = []) => [
  `${line} HTTP/1.1`,
  'Host: x',
  `Authorization: Bearer ${key}`,
  'Provider-Config-Key: acme',
  'Connection-Id: a',
  ...own,
]

describe('bodies', () => {
  test('bytes are the same in both directions, also compressed ones and single ones', async () => {
    api.answer = ({ body, headers }, response) =>
      void response
        .writeHead(200, {
          'content-type': 'application/octet-stream',
          ...(headers['content-encoding'] && { 'content-encoding': headers['content-encoding'] }),
        })
        .end(body)
    const random = randomBytes(3 * MIB + 1)
    for (const body of [
      random,
      random.subarray(0, 1),
      random.subarray(0, MIB),
      random.subarray(0, MIB + 1),
    ]) {
      const answer = await call('/x', { method: 'PUT', body })
      expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true)
    }
    const packed = gzipSync(random.subarray(0, 1000))
    const answer = await call('/x', { method: 'POST', body: packed, headers: { 'content-encoding': 'gzip' } })
    expect(api.requests.at(-1)?.body.equals(packed)).toBe(true)
    expect(Buffer.from(await answer.arrayBuffer()).equals(random.subarray(0, 1000))).toBe(true)
  })

  test.each([
    ['a small one with its length', 1000, false, 'length'],
    ['a small one in chunks', 1000, true, 'length'],
    ['a large one with its length', 2 * MIB, false, 'length'],
    ['a large one in chunks', 2 * MIB, true, 'chunks'],
  ])('%s reaches the API, with its length where that is known', async (_, size, isChunked, by) => {
    const bytes = Buffer.alloc(size, 1)
    const body = isChunked ? new Blob([bytes]).stream() : bytes
    expect((await call('/x', { method: 'POST', body, duplex: 'half' })).status).toBe(200)
    const [{ headers, body: received } = {}] = api.requests
    expect(received?.length).toBe(size)
    expect(headers?.['content-length']).toBe(by === 'length' ? String(size) : undefined)
    expect(headers?.['transfer-encoding']).toBe(by === 'length' ? undefined : 'chunked')
  })

  test('a request without a body reaches the API without one, whatever its method', async () => {
    await call('/x', { method: 'DELETE' })
    await call('/x', { method: 'POST' })
    expect(api.requests.map(({ headers }) => headers['content-length'])).toEqual([undefined, '0'])
    expect(api.requests.map(({ headers }) => headers['transfer-encoding'])).toEqual([undefined, undefined])
  })

  test('more than 100 MiB is a 413 before the API is asked', async () => {
    const answer = await rawAsk(world.url, [
      ...head('POST /proxy/x').filter((line) => !line.startsWith('Host')),
      `Content-Length: ${100 * MIB + 1}`,
    ])
    expect(answer.status).toBe(413)
    expect(answer.text).toContain('"body_too_large"')
    expect(api.requests).toEqual([])
  })

  test('HEAD, 204 and 304 have no body, and HEAD keeps the length', async () => {
    api.answer = ({ url }, response) => {
      if (url === '/none') response.writeHead(204).end()
      else if (url === '/same') response.writeHead(304, { etag: '"x"' }).end()
      else response.writeHead(200, { 'content-length': '12345', etag: '"y"' }).end()
    }
    const headed = await call('/file', { method: 'HEAD' })
    expect([headed.status, headed.headers.get('content-length'), await headed.text()]).toEqual([
      200,
      '12345',
      '',
    ])
    const none = await call('/none', { method: 'DELETE' })
    expect([none.status, await none.text()]).toEqual([204, ''])
    const same = await call('/same')
    expect([same.status, same.headers.get('etag'), await same.text()]).toEqual([304, '"x"', ''])
  })

  test('decompress undoes what is encoded, leaves the rest, and breaks off where the encoding is broken', async () => {
    const types: Record<string, [encoding: string | undefined, body: Buffer]> = {
      '/twice': ['gzip, gzip', gzipSync(gzipSync('text'))],
      '/plain': [undefined, Buffer.from('text')],
      '/unknown': ['snappy', Buffer.from('text')],
      '/broken': ['gzip', gzipSync(randomBytes(100_000)).subarray(0, 50_000)],
      '/none': ['gzip', Buffer.alloc(0)],
    }
    api.answer = ({ url }, response) => {
      const [encoding, body] = types[url] ?? [undefined, Buffer.alloc(0)]
      response.writeHead(200, encoding === undefined ? {} : { 'content-encoding': encoding }).end(body)
    }
    const get = (path: string) =>
      call(path, { headers: { decompress: 'true', 'accept-encoding': 'identity' } })
    for (const [path, text] of [
      ['/twice', 'text'],
      ['/plain', 'text'],
      ['/unknown', 'text'],
      ['/none', ''],
    ] as const) {
      const answer = await get(path)
      expect([path, answer.status, await answer.text()]).toEqual([path, 200, text])
    }
    await expect(get('/broken').then((answer) => answer.arrayBuffer())).rejects.toThrow()
  })
})

describe('an API that misbehaves', () => {
  test('an answer that breaks off is not taken for a complete one', async () => {
    api.receive = (_, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('half', () => response.destroy())
    }
    await expect(call('/x').then((answer) => answer.text())).rejects.toThrow()
    api.receive = (_, response) => response.write('half', () => response.destroy())
    await expect(call('/x').then((answer) => answer.text())).rejects.toThrow()
  })

  test('headers are passed on as the bytes that they are', async () => {
    api.receive = (_, response) => {
      const name = Buffer.from('naïve-中.txt').toString('latin1')
      response.writeHead(200, { 'content-disposition': `attachment; filename="${name}"`, 'x-latin': '\xe9' })
      response.end('ok')
    }
    const answer = await call('/x')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('ok')
    expect(Buffer.from(String(answer.headers.get('content-disposition')), 'latin1').toString()).toBe(
      'attachment; filename="naïve-中.txt"',
    )
  })

  test('more than 64 KiB of headers are a 502', async () => {
    api.receive = (_, response) => void response.writeHead(200, { 'x-big': 'x'.repeat(70_000) }).end()
    const answer = await call('/x')
    expect([answer.status, await codeOf(answer)]).toEqual([502, 'upstream_failed'])
  })

  test('hundreds of headers are passed on; none of them is of our connection', async () => {
    const many = Object.fromEntries(Array.from({ length: 800 }, (_, n) => [`x-h-${n}`, String(n)]))
    api.receive = (_, response) =>
      void response
        .writeHead(200, { ...many, connection: 'x-hop, close', 'x-hop': '1', 'keep-alive': 'timeout=9' })
        .end('ok')
    const { headers } = await call('/x')
    expect(headers.get('x-h-799')).toBe('799')
    expect(headers.get('x-hop')).toBeNull()
    expect(headers.get('keep-alive')).not.toBe('timeout=9')
  })

  test('redirects are followed only to where the operator lets requests go, and not for ever', async () => {
    const port = new URL(other.url).port
    for (const location of [
      `http://127.0.0.1:${port}/`,
      `http://localhost:${port}/`,
      `http://[::1]:${port}/`,
      `http://[::ffff:127.0.0.1]:${port}/`,
      `http://2130706433:${port}/`,
      'http://10.0.0.1/',
      'http://169.254.169.254/latest/meta-data/',
      'http://0.0.0.0/',
      'file:///etc/passwd',
      'http://',
      '/loop',
    ]) {
      api.answer = (_, response) => void response.writeHead(302, { location }).end()
      const answer = await call('/x')
      expect([location, answer.status, await codeOf(answer)]).toEqual([location, 502, 'upstream_failed'])
    }
    expect(other.requests).toEqual([])
  })
})

describe('Base-Url-Override', () => {
  test.each([
    ['an inner host', () => other.url],
    ['a host by another scheme', () => api.url.replace('http:', 'https:')],
    ['another port of the host', () => `${api.url}1`.slice(0, -2)],
    ['a public host', () => 'https://example.com'],
    ['the host as a user name', () => `http://${new URL(api.url).host}@example.com/`],
  ])('%s is refused', async (_, url) => {
    const answer = await call('/x', { headers: { 'base-url-override': url() } })
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'base_url_override_not_allowed'])
    expect(other.requests).toEqual([])
  })

  test.each(['ftp://127.0.0.1/', 'nothing', '//example.com', 'javascript:1', 'x'.repeat(3000)])(
    'what is no URL of HTTP is refused (%#)',
    async (url) => {
      const answer = await call('/x', { headers: { 'base-url-override': url } })
      expect([answer.status, await codeOf(answer)]).toEqual([400, 'invalid_headers'])
    },
  )
})

test('a request is repeated only if that cannot process it twice, or its client says so', async () => {
  api.answer = ({ url }, response) => {
    if (url.startsWith('/reset')) response.destroy()
    else response.writeHead(Number(url.slice(1, 4))).end('no')
  }
  const triesOf = async (method: string, path: string, headers: Record<string, string> = {}) => {
    const answer = await call(path, { method, headers: { retries: '1', ...headers } })
    await answer.text()
    return [answer.status, api.requests.filter((it) => it.url === path && it.method === method).length]
  }
  const found = await Promise.all([
    triesOf('GET', '/500'),
    triesOf('PUT', '/502'),
    triesOf('DELETE', '/504'),
    triesOf('GET', '/reset-get'),
    triesOf('POST', '/500'),
    triesOf('PATCH', '/502'),
    triesOf('POST', '/reset-post'),
    triesOf('POST', '/503'),
    triesOf('POST', '/500-on', { 'retry-on': '500' }),
    triesOf('GET', '/404'),
    triesOf('GET', '/409', { 'retry-on': '409,423' }),
    triesOf('GET', '/501'),
    triesOf('GET', '/500-none', { retries: '0' }),
  ])
  expect(found).toEqual([
    [500, 2],
    [502, 2],
    [504, 2],
    [502, 2],
    [500, 1],
    [502, 1],
    [502, 1],
    [503, 2],
    [500, 2],
    [404, 1],
    [409, 2],
    [501, 1],
    [500, 1],
  ])
})

describe('bounds', () => {
  test('too many requests of a connection, an environment or the gateway are a 503, and what ends makes room', async () => {
    await using small = await startWorld({
      variables: {
        EGRESS_ALLOW_HOSTS: '127.0.0.1',
        PROXY_MAX: '3',
        PROXY_MAX_PER_ENVIRONMENT: '2',
        PROXY_MAX_PER_CONNECTION: '1',
      },
    })
    const [own, foreign] = [callOf(small, await furnished(small)), callOf(small, await furnished(small))]
    const held: ServerResponse[] = []
    api.answer = (_, response) => void held.push(response)
    const to = (connection: string) => ({ headers: { 'connection-id': connection } })
    const refused = async (answer: Promise<Response>, text: string) => {
      const { status, headers, ...rest } = await answer.then(async (it) => ({
        status: it.status,
        headers: it.headers,
        body: await it.text(),
      }))
      expect([status, headers.get('retry-after')]).toEqual([503, '2'])
      expect(rest.body).toContain(text)
    }
    const first = own('/held', to('a'))
    await expect.poll(() => held.length).toBe(1)
    await refused(own('/x', to('a')), "connection 'a'")
    const second = own('/held', to('b'))
    await expect.poll(() => held.length).toBe(2)
    await refused(own('/x', to('c')), 'this environment')
    const third = foreign('/held', to('a'))
    await expect.poll(() => held.length).toBe(3)
    await refused(foreign('/x', to('b')), 'this gateway')
    for (const response of held.splice(0)) response.end('done')
    for (const answer of await Promise.all([first, second, third])) expect(await answer.text()).toBe('done')
    api.answer = (_, response) => void response.end('ok')
    await eventually(async () => expect((await own('/x', to('a'))).status).toBe(200))
  })

  describe('deadlines', () => {
    let short: World
    let shortCall: ReturnType<typeof callOf>
    let shortKey: string

    beforeAll(async () => {
      short = await startWorld({
        variables: {
          EGRESS_ALLOW_HOSTS: '127.0.0.1',
          PROXY_MAX_PER_CONNECTION: '1',
          PROXY_ANSWER_TIMEOUT_MS: '1000',
          PROXY_TIMEOUT_MS: '2000',
        },
      })
      shortKey = await furnished(short)
      shortCall = callOf(short, shortKey)
    })
    afterAll(() => short?.[Symbol.asyncDispose]())

    /** One request may be under way, so this shows that the one before has ended. */
    const isFree = () =>
      eventually(async () => {
        api.receive = undefined
        expect((await shortCall('/free')).status).toBe(200)
      })

    test('an API that does not begin its answer is a 504, and the call to it ends', async () => {
      const begun = Promise.withResolvers<ServerResponse>()
      api.answer = (_, response) => begun.resolve(response)
      const answer = shortCall('/x')
      const closed = begun.promise.then((response) => once(response, 'close'))
      expect([(await answer).status, await codeOf(await answer)]).toEqual([504, 'deadline_exceeded'])
      await closed
      api.answer = (_, response) => void response.end('ok')
      await isFree()
    })

    test('a body that never ends is broken off at the deadline', async () => {
      const closed = Promise.withResolvers<void>()
      api.receive = (_, response) => {
        const timer = setInterval(() => response.write('.'), 50)
        response.on('close', () => {
          clearInterval(timer)
          closed.resolve()
        })
      }
      const answer = await shortCall('/x')
      expect(answer.status).toBe(200)
      await expect(answer.text()).rejects.toThrow()
      await closed.promise
      await isFree()
    })

    test('a client that does not read holds no more than buffers, and is closed at the deadline', async () => {
      const OFFERED = 1024 * MIB
      let sent = 0
      const closed = Promise.withResolvers<void>()
      api.receive = async (_, response) => {
        response.on('close', () => closed.resolve())
        const chunk = Buffer.alloc(MIB)
        while (sent < OFFERED && !response.destroyed) {
          sent += chunk.length
          if (!response.write(chunk)) await Promise.race([once(response, 'drain'), closed.promise])
        }
      }
      const before = process.memoryUsage().arrayBuffers
      const { hostname, port } = new URL(short.url)
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      socket.write(
        [
          'GET /proxy/x HTTP/1.1',
          'Host: x',
          `Authorization: Bearer ${shortKey}`,
          'Provider-Config-Key: acme',
          'Connection-Id: a',
          '\r\n',
        ].join('\r\n'),
      )
      await once(socket, 'readable')
      const gone = once(socket, 'close')
      // A byte now and then.
      const reader = setInterval(() => socket.read(1), 100)
      let most = 0
      const meter = setInterval(() => {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before)
      }, 20)
      await closed.promise
      clearInterval(meter)
      // Two connections of this machine, each with buffers of the operating system.
      expect(sent).toBeLessThan(100 * MIB)
      expect(most).toBeLessThan(32 * MIB)
      clearInterval(reader)
      socket.resume()
      await gone
      await isFree()
    })
  })
})

describe('a client that goes away', () => {
  test('during the answer ends the call to the API', async () => {
    const closed = Promise.withResolvers<void>()
    api.receive = (_, response) => {
      response.on('close', () => closed.resolve())
      response.write('begin')
    }
    const client = new AbortController()
    const answer = await call('/x', { signal: client.signal })
    expect(answer.status).toBe(200)
    client.abort()
    await closed.promise
  })

  test.each([
    ['a small body', 1000],
    ['a large body', 8 * MIB],
  ])('while it sends %s, the API gets no whole request', async (_, size) => {
    const ends: string[] = []
    const begun = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<void>()
    api.receive = (request) => {
      begun.resolve()
      let received = 0
      request.on('data', (chunk: Buffer) => {
        received += chunk.length
      })
      request.on('error', () => {})
      request.on('close', () => {
        ends.push(request.complete ? `complete after ${received}` : 'broken off')
        ended.resolve()
      })
    }
    await rawRequest(world.url, async (socket) => {
      socket.write(`${head('POST /proxy/x', [`Content-Length: ${size}`]).join('\r\n')}\r\n\r\n`)
      // Enough of a large one that the call to the API has begun.
      socket.write(Buffer.alloc(size - 100), () => {
        if (size < MIB) socket.destroy()
      })
      if (size >= MIB) {
        await begun.promise
        socket.destroy()
        await ended.promise
      }
    })
    expect(ends).toEqual(size < MIB ? [] : ['broken off'])
    api.receive = undefined
    expect((await call('/after')).status).toBe(200)
  })
})
