import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { metrics } from '@syncline/service'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawAsk, rawRequest } from './raw-request.ts'
import { type StandInApi, startStandInApi } from './stand-in-api.ts'
import { ask, furnish, piece, startWorld, type World } from './world.ts'

const MIB = 1024 * 1024
const JSON_TYPE = 'Content-Type: application/json'

const unhandled: unknown[] = []
const note = (error: unknown) => void unhandled.push(error)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => {
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

async function gauge(name: string): Promise<number> {
  const metric = metrics.registry.getSingleMetric(`syncline_${name}`)
  return (await metric?.get())?.values[0]?.value ?? 0
}
const noneOpen = () => eventually(async () => expect(await gauge('http_requests_open')).toBe(0))

/** Writes a byte at a time until the server has enough of it. */
async function dribble(socket: Socket, bytes = Infinity, everyMs = 30): Promise<void> {
  for (let sent = 0; sent < bytes && !socket.destroyed && socket.writable; sent++) {
    socket.write('a')
    await sleep(everyMs)
  }
}
const answersIn = (text: string) => text.match(/HTTP\/1\.1 \d+/g) ?? []

const PROXIED = ['Provider-Config-Key: acme', 'Connection-Id: c']

async function connectTo({ url }: StandInApi, { api }: Awaited<ReturnType<typeof furnish>>): Promise<void> {
  const json = { unique_key: 'acme', provider: 'acme', base_url: url, auth: { type: 'none' } }
  await api('/integrations', { method: 'POST', json })
  const connection = { provider_config_key: 'acme', connection_id: 'c', credentials: { type: 'NONE' } }
  await api('/connections', { method: 'POST', json: connection })
}

describe('slow clients', () => {
  const TIMEOUT_MS = 700
  let api: StandInApi
  let world: World
  let home: Awaited<ReturnType<typeof furnish>>

  beforeAll(async () => {
    api = await startStandInApi()
    world = await startWorld({
      variables: {
        HTTP_HEADERS_TIMEOUT_MS: String(TIMEOUT_MS),
        HTTP_BODY_TIMEOUT_MS: String(TIMEOUT_MS),
        HTTP_ANSWER_TIMEOUT_MS: String(TIMEOUT_MS),
        EGRESS_ALLOW_HOSTS: '127.0.0.1',
      },
    })
    home = await furnish(world)
  })
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
    api?.stop()
  })

  test('headers that come byte by byte are a 408 at the deadline, and so is a connection that sends nothing', async () => {
    const [slow, silent] = await Promise.all([
      rawRequest(world.url, (socket) => {
        socket.write('GET /livez HTTP/1.1\r\nHost: x\r\nX: ')
        void dribble(socket)
      }),
      rawRequest(world.url, () => {}),
    ])
    expect(slow).toMatchObject({ status: 408, text: expect.stringMatching(/"request_id":"[\w-]+"/) })
    expect(silent.status).toBe(408)
  })

  test('a body that comes byte by byte is a 408 with the id of the request, and its handler is not called', async () => {
    const before = world.commands.length
    const head = ['POST /sync/trigger HTTP/1.1', 'Host: x', `Authorization: Bearer ${home.key}`, JSON_TYPE]
    for (const own of ['Content-Length: 10000', 'Transfer-Encoding: chunked']) {
      const { status, text } = await rawRequest(world.url, (socket) => {
        socket.write(`${[...head, own, 'X-Request-Id: slow-body'].join('\r\n')}\r\n\r\n`)
        if (own.startsWith('T')) socket.write('fff\r\n')
        void dribble(socket)
      })
      expect([status, answersIn(text)]).toEqual([408, ['HTTP/1.1 408']])
      expect(text).toContain('"request_id":"slow-body"')
    }
    expect(world.commands.length).toBe(before)
    await noneOpen()
  })

  test('a body that goes on coming after its answer ends the connection without a second answer', async () => {
    const { status, text } = await rawRequest(world.url, (socket) => {
      socket.write('POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n')
      void dribble(socket)
    })
    expect([status, answersIn(text)]).toEqual([404, ['HTTP/1.1 404']])
    await noneOpen()
  })

  test('a body that is passed on to an API may take longer', async () => {
    await connectTo(api, home)
    const { status } = await rawRequest(world.url, async (socket) => {
      const head = [
        'POST /proxy/x HTTP/1.1',
        'Host: x',
        `Authorization: Bearer ${home.key}`,
        ...PROXIED,
        'Connection: close',
        'Content-Length: 40',
      ]
      socket.write(`${head.join('\r\n')}\r\n\r\n`)
      await dribble(socket, 40, (2 * TIMEOUT_MS) / 40)
    })
    expect(status).toBe(200)
    expect(api.requests[0]?.body.length).toBe(40)
  })

  test('an answer that its client does not read ends at the deadline, and so does the work for it', async () => {
    const ended = Promise.withResolvers<void>()
    let pieces = 0
    world.records.listRecords = async function* () {
      try {
        for (; pieces < 2000; pieces++)
          yield { records: Buffer.from(`[${'"x",'.repeat(16_000)}1]`), nextCursor: '' }
      } finally {
        ended.resolve()
      }
    }
    const { hostname, port } = new URL(world.url)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    const head = [
      'GET /records?model=GithubIssue HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${home.key}`,
      'Provider-Config-Key: github',
      'Connection-Id: user-1',
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    await once(socket, 'readable')
    const closed = once(socket, 'close')
    await noneOpen()
    await ended.promise
    expect(pieces).toBeLessThan(2000)
    socket.resume()
    await closed
  })
})

describe('many connections', () => {
  test('1 000 idle connections: a new one is answered, the one that is idle for longest makes room, memory is small', async () => {
    await using world = await startWorld({ variables: { HTTP_MAX_CONNECTIONS: '1000' } })
    const { hostname, port } = new URL(world.url)
    const before = process.memoryUsage()
    const closed: number[] = []
    const sockets = await Promise.all(
      Array.from({ length: 1000 }, async (_, n) => {
        const socket = connect(Number(port), hostname)
        socket.on('close', () => closed.push(n)).on('error', () => {})
        await once(socket, 'connect')
        return socket
      }),
    )
    await eventually(async () => expect(await gauge('http_connections')).toBe(1000))
    const now = process.memoryUsage()
    const perConnection = (now.rss - before.rss) / 1000
    // Of both ends, as the clients are in this process.
    expect(perConnection).toBeLessThan(50_000)
    for (let n = 0; n < 5; n++) {
      const answer = await rawAsk(world.url, ['GET /livez HTTP/1.1'])
      expect(answer.status).toBe(200)
    }
    await eventually(() => expect(closed.length).toBeGreaterThan(0))
    expect(closed.length).toBeLessThanOrEqual(5)
    expect(world.log.join('')).toContain('HTTP_MAX_CONNECTIONS is reached')
    for (const socket of sockets) socket.destroy()
    await eventually(async () => expect(await gauge('http_connections')).toBe(0))
  })

  test('if none is idle, a new one gets a 503 that says so, and those under way go on', async () => {
    await using world = await startWorld({ variables: { HTTP_MAX_CONNECTIONS: '5' } })
    const { key, api } = await furnish(world)
    const go = Promise.withResolvers<void>()
    let begun = 0
    world.records.listRecords = async function* () {
      begun++
      await go.promise
      yield* piece('[]')
    }
    const read = () =>
      rawAsk(world.url, [
        'GET /records?model=GithubIssue HTTP/1.1',
        `Authorization: Bearer ${key}`,
        'Provider-Config-Key: github',
        'Connection-Id: user-1',
      ])
    const underWay = Array.from({ length: 5 }, read)
    await expect.poll(() => begun).toBe(5)
    const refused = await rawAsk(world.url, ['GET /livez HTTP/1.1'])
    expect(refused.status).toBe(503)
    expect(refused.text).toMatch(/retry-after: 2\r\n/i)
    expect(refused.text).toMatch(/"unavailable".*5 connections, which is its limit/)
    go.resolve()
    for (const { status } of await Promise.all(underWay)) expect(status).toBe(200)
    await eventually(async () => expect((await api('/connections')).status).toBe(200))
  })
})

describe('connections', () => {
  let api: StandInApi
  let world: World
  let home: Awaited<ReturnType<typeof furnish>>

  beforeAll(async () => {
    api = await startStandInApi()
    world = await startWorld({ variables: { EGRESS_ALLOW_HOSTS: '127.0.0.1' } })
    home = await furnish(world)
    await connectTo(api, home)
  })
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
    api?.stop()
  })
  const auth = () => `Authorization: Bearer ${home.key}`

  test('uploads that break off anywhere leave nothing behind', async () => {
    api.receive = undefined
    const resources = () =>
      process.getActiveResourcesInfo().filter((it) => it === 'TCPSocketWrap' || it === 'Zlib').length
    await ask(world.url, home.key, '/connections')
    const before = resources()
    const begin = (line: string, own: string[], sent: Buffer | string) =>
      rawRequest(world.url, async (socket) => {
        socket.write(`${[line, 'Host: x', auth(), ...own].join('\r\n')}\r\n\r\n`)
        socket.write(sent)
        await sleep(20)
        socket.destroy()
      })
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => [
        begin('POST /sync/trigger HTTP/1.1', [JSON_TYPE, 'Content-Length: 1000'], 'x'.repeat(n)),
        begin(
          'POST /sync/trigger HTTP/1.1',
          [JSON_TYPE, 'Transfer-Encoding: chunked'],
          `ff\r\n${'x'.repeat(n)}`,
        ),
        begin(
          'POST /deployments HTTP/1.1',
          [JSON_TYPE, 'Content-Encoding: gzip', 'Content-Length: 1000000'],
          Buffer.from([0x1f, 0x8b, 8, 0, 0]),
        ),
        begin('POST /proxy/x HTTP/1.1', [...PROXIED, 'Content-Length: 1000'], 'x'.repeat(n)),
        begin('POST /proxy/x HTTP/1.1', [...PROXIED, 'Content-Length: 3000000'], Buffer.alloc(2 * MIB)),
        begin('POST /nothing HTTP/1.1', ['Content-Length: 1000'], 'x'.repeat(n)),
      ]).flat(),
    )
    await noneOpen()
    await eventually(() => expect(resources()).toBeLessThanOrEqual(before))
    expect(world.log.filter((line) => line.includes('request failed'))).toEqual([])
    expect((await home.api('/connections')).status).toBe(200)
  })

  test('Expect: 100-continue is answered when the key and the length have been checked', async () => {
    const send = (line: string, own: string[], body = '') =>
      rawRequest(world.url, async (socket) => {
        const head = [line, 'Host: x', JSON_TYPE, 'Expect: 100-continue', 'Connection: close', ...own]
        socket.write(`${head.join('\r\n')}\r\n\r\n`)
        if (body === '') return
        await once(socket, 'data')
        socket.write(body)
      })
    const body = JSON.stringify({ provider_config_key: 'github', syncs: [] })
    const trigger = 'POST /sync/trigger HTTP/1.1'
    const refused = await Promise.all([
      send(trigger, [`Content-Length: ${body.length}`]),
      send(trigger, ['Authorization: Bearer nobody', 'Transfer-Encoding: chunked']),
      send(trigger, [auth(), `Content-Length: ${2 * MIB}`]),
      send('POST /proxy/x HTTP/1.1', [auth(), ...PROXIED, `Content-Length: ${101 * MIB}`]),
      send('POST /nothing HTTP/1.1', [auth(), 'Content-Length: 10']),
      send('POST /environments HTTP/1.1', [auth(), 'Content-Length: 10']),
    ])
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 413, 413, 404, 403])
    for (const { text } of refused) {
      expect(text).not.toContain('100 Continue')
      expect(text).toMatch(/connection: close/i)
    }
    const taken = await send(trigger, [auth(), `Content-Length: ${body.length}`], body)
    expect(answersIn(taken.text)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 200'])
    const late = await send(trigger, [auth(), 'Transfer-Encoding: chunked'], '3\r\nabc\r\n0\r\n\r\n')
    expect(answersIn(late.text)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 400'])
  })

  test('an unknown Expect is a 417, and one of HTTP/1.0 is ignored', async () => {
    const other = await rawAsk(world.url, ['POST /sync/trigger HTTP/1.1', auth(), 'Expect: magic'])
    expect(other).toMatchObject({ status: 417, text: expect.stringContaining('"request_id"') })
    const old = await rawAsk(world.url, ['GET /livez HTTP/1.0', 'Expect: 100-continue'])
    expect(answersIn(old.text)).toEqual(['HTTP/1.1 200'])
  })

  test('requests that are sent without waiting are answered in their order', async () => {
    const { text } = await rawRequest(world.url, (socket) => {
      const get = (path: string, own = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${auth()}\r\n${own}\r\n`
      socket.write(
        get('/connections') + get('/nothing') + get('/livez') + get('/runs?x=1', 'Connection: close\r\n'),
      )
    })
    expect(answersIn(text)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200', 'HTTP/1.1 400'])
  })

  test('more than 64 at once of one connection are refused, each in its place', async () => {
    const go = Promise.withResolvers<void>()
    let begun = 0
    world.records.listRecords = async function* () {
      begun++
      await go.promise
      yield* piece('[]')
    }
    const { text } = await rawRequest(world.url, async (socket) => {
      const get = (own = '') =>
        `GET /records?model=GithubIssue HTTP/1.1\r\nHost: x\r\n${auth()}\r\nProvider-Config-Key: github\r\nConnection-Id: user-1\r\n${own}\r\n`
      socket.write(get().repeat(70))
      await expect.poll(() => begun).toBe(64)
      go.resolve()
    })
    const found = answersIn(text)
    expect(found.slice(0, 64)).toEqual(Array(64).fill('HTTP/1.1 200'))
    // The first one that is refused ends the connection.
    expect(found.slice(64)).toEqual(['HTTP/1.1 429'])
    await noneOpen()
  })

  test('what is no request never gets into the answer to the one before', async () => {
    api.receive = (_, response) => void response.write('begin')
    const { text } = await rawRequest(world.url, async (socket) => {
      socket.write(`${['GET /proxy/x HTTP/1.1', 'Host: x', auth(), ...PROXIED].join('\r\n')}\r\n\r\n`)
      await once(socket, 'data')
      socket.write('\0\0garbage\r\n\r\n')
    })
    expect(answersIn(text)).toEqual(['HTTP/1.1 200'])
    await noneOpen()
  })

  test('HTTP/1.0 is answered, without chunks, and the connection ends', async () => {
    world.records.listRecords = async function* () {
      yield { records: Buffer.from('[1'), nextCursor: '' }
      yield { records: Buffer.from(',2]'), nextCursor: '' }
    }
    const { status, text } = await rawRequest(world.url, (socket) => {
      socket.write(
        `GET /records?model=GithubIssue HTTP/1.0\r\n${auth()}\r\nProvider-Config-Key: github\r\nConnection-Id: user-1\r\n\r\n`,
      )
    })
    expect(status).toBe(200)
    expect(text).not.toMatch(/transfer-encoding/i)
    expect(JSON.parse(text.split('\r\n\r\n')[1] ?? '')).toMatchObject({ records: [1, 2] })
  })

  test.each([
    ['two lengths', ['Content-Length: 2', 'Content-Length: 3']],
    ['the same length twice', ['Content-Length: 2', 'Content-Length: 2']],
    ['a length and chunks', ['Content-Length: 2', 'Transfer-Encoding: chunked']],
    ['a length that is none', ['Content-Length: -1']],
    ['a length with a sign', ['Content-Length: +2']],
    ['a length that is huge', [`Content-Length: ${'9'.repeat(30)}`]],
    ['an encoding after chunked', ['Transfer-Encoding: chunked, identity']],
    ['a line that goes on in the next', ['X: a', ' b']],
    ['a space before the colon', ['Content-Length : 2']],
    ['a bare CR in a header', ['X: a\rb']],
    ['a zero byte in a header', ['X: a\0b']],
  ])('%s: 400, and the connection ends', async (_, own) => {
    const { status, text } = await rawRequest(world.url, (socket) => {
      socket.write(
        `${['POST /sync/trigger HTTP/1.1', 'Host: x', auth(), JSON_TYPE, ...own].join('\r\n')}\r\n\r\n{}`,
      )
    })
    expect([status, answersIn(text)]).toEqual([400, ['HTTP/1.1 400']])
    expect(text).toContain('"request_id"')
  })

  test('chunks that are none: 400', async () => {
    const { status, text } = await rawRequest(world.url, (socket) => {
      socket.write(
        `${['POST /sync/trigger HTTP/1.1', 'Host: x', auth(), JSON_TYPE, 'Transfer-Encoding: chunked'].join('\r\n')}\r\n\r\nZZ\r\n{}`,
      )
    })
    expect([status, answersIn(text)]).toEqual([400, ['HTTP/1.1 400']])
    await noneOpen()
  })

  test('a request without Host is a 400 in the shape of all errors', async () => {
    const { status, text } = await rawRequest(world.url, (socket) => {
      socket.write(`GET /connections HTTP/1.1\r\n${auth()}\r\n\r\n`)
    })
    expect(status).toBe(400)
    expect(text).toMatch(/"invalid_headers".*"request_id"/)
  })

  test('header bombs: many small ones, one long one, one that never ends', async () => {
    const many = Array.from({ length: 1001 }, (_, n) => `a${n}: b`)
    const found = await Promise.all([
      rawAsk(world.url, ['GET /connections HTTP/1.1', auth(), ...many]),
      rawAsk(world.url, ['GET /connections HTTP/1.1', auth(), ...many.slice(0, 900)]),
      rawAsk(world.url, [`GET /connections?a=${'x'.repeat(120_000)} HTTP/1.1`, auth()]),
      rawRequest(world.url, async (socket) => {
        socket.write('GET /connections HTTP/1.1\r\nX: ')
        for (let n = 0; n < 200 && socket.writable; n++) {
          socket.write('x'.repeat(10_000))
          await sleep(1)
        }
      }),
    ])
    expect(found.map(({ status }) => status)).toEqual([431, 200, 431, 431])
  })

  test('headers that are not UTF-8 never make a 5xx', async () => {
    const bytes = '\xff\xfe\x80'
    for (const [path, own, statuses] of [
      ['/connections', [`Authorization: Bearer ${bytes}`], [401]],
      ['/connections', [auth(), `X-Request-Id: ${bytes}`], [200]],
      [
        '/connections',
        [auth(), `Origin: ${bytes}`, `If-None-Match: ${bytes}`, `Accept-Encoding: ${bytes}`],
        [200],
      ],
      [
        '/records?model=GithubIssue',
        [auth(), `Connection-Id: ${bytes}`, 'Provider-Config-Key: github'],
        [400, 404],
      ],
      [
        '/records?model=GithubIssue',
        [auth(), 'Connection-Id: user-1', `Provider-Config-Key: ${bytes}`],
        [400, 404],
      ],
      ['/proxy/x', [auth(), `Connection-Id: ${bytes}`, 'Provider-Config-Key: github'], [400, 404]],
    ] as const) {
      const { status } = await rawRequest(world.url, (socket) => {
        socket.write(
          `${[`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: close', ...own].join('\r\n')}\r\n\r\n`,
          'latin1',
        )
      })
      expect(statuses).toContain(status)
    }
  })
})
