import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { eventually, freePort } from '@syncline/testkit'
import { afterAll, expect, test } from 'vitest'
import { Egress } from '../src/http/egress.ts'
import type { Request } from '../src/http/request.ts'
import { json, standIn } from './stand-in.ts'

const egress = new Egress({ allowHosts: ['127.0.0.1'], redirectTo: '' })
afterAll(() => egress[Symbol.asyncDispose]())

const noHold = async () => {}
const never = new AbortController().signal
const call = { signal: never, hold: noHold }

const request = (url: string, given: Partial<Request> = {}, by = egress) =>
  by.request(new URL(url), { method: 'GET', headers: {}, text: true, ...given }, call)

async function textOf(url: string, given: Partial<Request> = {}) {
  const { blocks } = await request(url, given)
  return Buffer.concat(blocks).toString()
}

test.each([
  [301, 'GET', 'GET', ''],
  [301, 'POST', 'GET', ''],
  [301, 'PUT', 'PUT', 'b'],
  [302, 'POST', 'GET', ''],
  [302, 'PATCH', 'PATCH', 'b'],
  [303, 'POST', 'GET', ''],
  [303, 'PUT', 'GET', ''],
  [303, 'HEAD', 'HEAD', ''],
  [307, 'POST', 'POST', 'b'],
  [308, 'POST', 'POST', 'b'],
  [308, 'DELETE', 'DELETE', 'b'],
])('after %i, %s goes on as %s', async (status, method, next, body) => {
  await using api = await standIn((received, response) => {
    if (received.url === '/v1/a?x=1') response.writeHead(status, { location: '../b?y=2#part' }).end('moved')
    else json(response, 'there')
  })
  const answer = await request(`${api.url}/v1/a?x=1`, {
    method,
    headers: { 'content-type': 'text/x', 'x-own': 'y' },
    ...(['GET', 'HEAD'].includes(method) ? {} : { body: { text: 'b' } }),
  })
  expect(answer).toMatchObject({ status: 200, url: `${api.url}/b?y=2`, method: next })
  expect(api.requests[1]).toMatchObject({ method: next, url: '/b?y=2', body })
  expect(api.requests[1]?.headers['x-own']).toBe('y')
  const keepsType = next === method
  expect(api.requests[1]?.headers['content-type']).toBe(keepsType ? 'text/x' : undefined)
})

test('a request may say that a redirect is its answer', async () => {
  await using api = await standIn((_, response) => response.writeHead(302, { location: '/b' }).end('moved'))
  expect(await request(`${api.url}/a`, { keepRedirects: true })).toMatchObject({
    status: 302,
    headers: { location: '/b' },
    url: `${api.url}/a`,
  })
  expect(api.requests).toHaveLength(1)
})

test('a location that is not ASCII is UTF-8', async () => {
  await using api = await standIn((received, response) => {
    if (received.url !== '/a') return void json(response, 'there')
    response.writeHead(302, { location: Buffer.from('/ü?q=日').toString('latin1') }).end()
  })
  expect(await request(`${api.url}/a`)).toMatchObject({ url: `${api.url}/%C3%BC?q=%E6%97%A5` })
})

test('300, 304 and a redirect without a location are answers', async () => {
  await using api = await standIn((received, response) => {
    const [, status, location] = received.url?.split('/') ?? []
    response.writeHead(Number(status), location ? { location: '/other' } : {}).end()
  })
  for (const path of ['/300/location', '/304/location', '/302']) {
    const { status, url } = await request(api.url + path)
    expect([status, url]).toEqual([Number(path.slice(1, 4)), api.url + path])
  }
})

test('redirects end: after five, at no URL, at another scheme, at a private address or its name', async () => {
  const port = await freePort()
  const locations: Record<string, string> = {
    '/loop': '/loop',
    '/broken': 'http://?key=secret',
    '/scheme': 'ftp://127.0.0.1/',
    '/user': 'http://u:p@127.0.0.1/',
    '/private': 'http://192.168.0.1/',
    '/metadata': 'http://169.254.169.254/latest',
    '/name': `http://localhost:${port}/`,
  }
  await using api = await standIn((received, response) => {
    response.writeHead(302, { location: locations[received.url ?? ''] }).end()
  })
  await expect(request(`${api.url}/loop`)).rejects.toMatchObject({ code: 'too_many_redirects' })
  expect(api.requests).toHaveLength(6)
  const broken = await request(`${api.url}/broken`).catch((error: Error) => error)
  expect(broken).toMatchObject({ code: 'invalid_redirect' })
  expect(String(broken)).not.toContain('secret')
  for (const path of ['/scheme', '/user', '/private', '/metadata', '/name'])
    await expect(request(api.url + path)).rejects.toMatchObject({ code: 'url_not_allowed' })
})

test('the long or endless body of a redirect is not waited for', async () => {
  await using api = await standIn((received, response) => {
    if (received.url === '/b') json(response, 'there')
    else response.writeHead(302, { location: '/b' }).write('x') // and no end
  })
  expect(await textOf(`${api.url}/a`)).toBe('"there"')
})

test.each([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
])('%s is offered and decoded; a body that breaks off is a fault worth a retry', async (coding, encode) => {
  const body = encode('{"ü":1}'.repeat(1000))
  await using api = await standIn((received, response) => {
    response.writeHead(200, { 'content-encoding': coding })
    response.end(received.url?.startsWith('/part') ? body.subarray(0, -5) : body)
  })
  expect(await textOf(api.url)).toBe('{"ü":1}'.repeat(1000))
  expect(api.requests[0]?.headers['accept-encoding']).toContain(coding)
  await expect(request(`${api.url}/part?key=secret`)).rejects.toMatchObject({
    code: 'broken_content_encoding',
    message: `the answer of ${api.url}/part is not '${coding}', as its content-encoding says, or breaks off`,
  })
})

test('a body that breaks off before its length is a fault', async () => {
  await using api = await standIn((_, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('{"a":1}')
    setImmediate(() => response.destroy())
  })
  await expect(request(api.url)).rejects.toMatchObject({ code: 'UND_ERR_SOCKET', sent: true })
})

test('a text in another charset becomes UTF-8; bytes stay as they are', async () => {
  const latin = Buffer.from([0x22, 0xfc, 0x22])
  await using api = await standIn((_, response) => {
    const headers = { 'content-type': 'application/json; charset=iso-8859-1', 'content-encoding': 'gzip' }
    response.writeHead(200, headers).end(gzipSync(latin))
  })
  expect(await textOf(api.url)).toBe('"ü"')
  const { blocks } = await request(api.url, { text: false })
  expect(Buffer.concat(blocks)).toEqual(latin)
})

test('answers without a body are empty, whatever their headers say', async () => {
  await using api = await standIn((received, response) => {
    const status = Number(received.url?.slice(1))
    response.writeHead(status, { 'content-encoding': 'gzip', 'content-type': 'text/x; charset=utf-16' }).end()
  })
  for (const status of [200, 204, 304, 404]) expect(await textOf(`${api.url}/${status}`)).toBe('')
  expect(await textOf(`${api.url}/200`, { method: 'HEAD' })).toBe('')
})

test('headers that come several times are joined, and too many are an error', async () => {
  await using api = await standIn((received, response) => {
    if (received.url?.startsWith('/large')) response.setHeader('x-large', 'x'.repeat(70_000))
    response.setHeader('set-cookie', ['a=1; path=/', 'b=2'])
    response.setHeader('link', ['<a>; rel="next"', '<b>; rel="prev"'])
    response.end()
  })
  const { headers } = await request(api.url)
  expect(headers).toMatchObject({
    'set-cookie': 'a=1; path=/, b=2',
    link: '<a>; rel="next", <b>; rel="prev"',
  })
  await expect(request(`${api.url}/large?key=secret`)).rejects.toMatchObject({
    message: `the answer of ${api.url}/large has more than 65536 bytes of headers`,
  })
})

test('a body beyond the bound is an error that names bound and endpoint; UTF-16 counts as UTF-8', async () => {
  await using api = await standIn(async (received, response) => {
    const charset = received.url === '/utf-16' ? 'utf-16le' : 'utf-8'
    response.writeHead(200, { 'content-type': `text/plain; charset=${charset}` })
    const part = Buffer.from('日'.repeat(1 << 19), 'utf16le') // 1 MiB, and 1.5 MiB of UTF-8
    for (let n = 0; n < 40 && !response.destroyed; n++) {
      if (!response.write(part)) await Promise.race([once(response, 'drain'), once(response, 'close')])
    }
    response.end()
  })
  await expect(request(`${api.url}/utf-16`)).rejects.toMatchObject({
    code: 'response_too_large',
    message: `the answer of ${api.url}/utf-16 has more than 52428800 bytes`,
  })
  const { blocks } = await request(`${api.url}/utf-8`)
  expect(Buffer.concat(blocks)).toHaveLength(40 << 20)
})

test('a fault before anything was sent says so', async () => {
  const port = await freePort()
  await expect(request(`http://127.0.0.1:${port}/x?key=secret`)).rejects.toMatchObject({
    code: 'ECONNREFUSED',
    sent: false,
    message: expect.not.stringContaining('secret'),
  })
  await using api = await standIn((_, response) => response.destroy())
  await expect(request(api.url, { method: 'POST' })).rejects.toMatchObject({ sent: true })
  // The POST was processed; only the GET after it found nobody.
  await using moved = await standIn((_, response) => {
    response.writeHead(303, { location: `http://127.0.0.1:${port}/` }).end()
  })
  await expect(request(moved.url, { method: 'POST' })).rejects.toMatchObject({
    code: 'ECONNREFUSED',
    sent: true,
  })
  await using closing = createServer((socket) => void socket.destroy()).listen(0, '127.0.0.1')
  await once(closing, 'listening')
  const { port: closed } = closing.address() as AddressInfo // it listens on a port
  await expect(request(`https://127.0.0.1:${closed}`)).rejects.toMatchObject({
    code: 'ECONNRESET',
    sent: false,
  })
  await expect(request('http://no-such-host.invalid/')).rejects.toMatchObject({ sent: false })
})

test('connecting, silence and the whole request have deadlines', async () => {
  const sockets: Socket[] = []
  await using silent = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo // it listens on a port
  await using impatient = new Egress(
    { allowHosts: ['127.0.0.1'], redirectTo: '' },
    { connectMs: 300, silenceMs: 300, requestMs: 2000 },
  )
  // It never answers the TLS handshake.
  await expect(request(`https://127.0.0.1:${port}`, {}, impatient)).rejects.toMatchObject({
    code: 'UND_ERR_CONNECT_TIMEOUT',
    sent: false,
  })
  await expect(request(`http://127.0.0.1:${port}`, {}, impatient)).rejects.toMatchObject({
    code: 'UND_ERR_HEADERS_TIMEOUT',
    sent: true,
  })
  await using slow = await standIn((received, response) => {
    response.write('x')
    if (received.url !== '/drops') return
    const drops = setInterval(() => response.write('x'), 50)
    response.on('close', () => clearInterval(drops))
  })
  await expect(request(slow.url, {}, impatient)).rejects.toMatchObject({ code: 'UND_ERR_BODY_TIMEOUT' })
  await expect(request(`${slow.url}/drops`, {}, impatient)).rejects.toMatchObject({
    code: 'ETIMEDOUT',
    message: `${slow.url}/drops did not answer within 2 s`,
  })
  for (const socket of sockets) socket.destroy()
})

test('an origin gets 64 connections; further requests wait for one, and can be aborted there', async () => {
  const held: (() => void)[] = []
  let most = 0
  await using api = await standIn((_, response) => {
    held.push(() => json(response, 1))
    most = Math.max(most, held.length)
  })
  await using other = await standIn((_, response) => json(response, 1))
  const abort = new AbortController()
  const under = (signal: AbortSignal) =>
    egress.request(new URL(api.url), { method: 'GET', headers: {} }, { signal, hold: noHold })
  const first = Array.from({ length: 80 }, () => under(never))
  const aborted = under(abort.signal)
  await eventually(() => expect(held.length).toBeGreaterThanOrEqual(64))
  for (let n = 0; n < 10; n++) await request(other.url) // another origin has connections of its own
  abort.abort(new Error('the run has ended'))
  await expect(aborted).rejects.toThrow('the run has ended')
  for (const answer of held.splice(0)) answer()
  await eventually(() => expect(held).toHaveLength(16))
  for (const answer of held.splice(0)) answer()
  await Promise.all(first)
  expect(api.requests).toHaveLength(80)
  expect(most).toBe(64)
})

test('a call that ends before its answer does gives its connection up', async () => {
  await using api = await standIn((received, response) => {
    const codings = received.url === '/codings' ? 'gzip, gzip, gzip, gzip' : 'gzip'
    response.writeHead(200, received.url === '/plain' ? {} : { 'content-encoding': codings })
    response.write(gzipSync('x'.repeat(1000))) // and no end
  })
  const connections = () =>
    new Promise<number>((resolve) => api.server.getConnections((_error, count) => resolve(count)))
  await expect(request(`${api.url}/codings`)).rejects.toMatchObject({ code: 'broken_content_encoding' })
  await eventually(async () => expect(await connections()).toBe(0))
  for (const path of ['/plain', '/gzip']) {
    const abort = new AbortController()
    const given = { method: 'GET', headers: {}, text: true }
    const ended = egress.request(new URL(api.url + path), given, { signal: abort.signal, hold: noHold })
    await eventually(() => expect(api.requests.at(-1)?.url).toBe(path))
    abort.abort(new Error('the run has ended'))
    await expect(ended).rejects.toThrow('the run has ended')
    await eventually(async () => expect(await connections()).toBe(0))
  }
})

test('many origins do not keep as many connections', async () => {
  const hosts = Array.from({ length: 300 }, (_, n) => `127.0.${1 + Math.floor(n / 200)}.${1 + (n % 200)}`)
  await using api = await standIn((_, response) => json(response, 1), { host: '0.0.0.0' })
  await using wide = new Egress({ allowHosts: hosts, redirectTo: '' })
  for (const host of hosts) await request(`http://${host}:${api.port}`, {}, wide)
  const kept = async () => {
    const open = await new Promise<number>((resolve) =>
      api.server.getConnections((_error, count) => resolve(count)),
    )
    expect(open).toBeLessThanOrEqual(64)
    expect(open).toBeGreaterThan(32) // those of late are kept
  }
  await eventually(kept, { timeoutMs: 1000 }) // no idle connection ends by itself so early
})

test('connections are used again', async () => {
  const sockets = new Set<unknown>()
  await using api = await standIn((received, response) => {
    sockets.add(received.socket)
    json(response, 1)
  })
  for (let n = 0; n < 20; n++) await request(api.url)
  expect(sockets.size).toBeLessThanOrEqual(2) // undici sees a moment later that a connection is free
})

test('without headers of the call, a request says who asks and what it takes', async () => {
  await using api = await standIn((_, response) => json(response, 1))
  await request(api.url, { method: 'POST', body: { text: 'x' } })
  expect(api.requests[0]?.headers).toMatchObject({
    'user-agent': 'syncline',
    accept: '*/*',
    'content-type': 'text/plain;charset=UTF-8',
    'content-length': '1',
  })
  await request(api.url, { headers: { accept: 'text/x', 'accept-encoding': 'identity', host: 'evil' } })
  expect(api.requests[1]?.headers).toMatchObject({
    accept: 'text/x',
    'accept-encoding': 'identity',
    host: new URL(api.url).host,
  })
})
