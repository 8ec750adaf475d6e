import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTransport, type Transport } from './transport.ts'

/** Answers each request with what it is. */
const server = createServer(async (request, response) => {
  const chunks = await request.toArray()
  const { method, url, headers } = request
  response.end(
    JSON.stringify({ method, url, type: headers['content-type'], body: String(Buffer.concat(chunks)) }),
  )
})
let call: Transport

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  call = createTransport({
    host: `http://127.0.0.1:${address.port}/`,
    key: 'key',
    timeoutMs: 5000,
    retries: 3,
    fetch,
  })
})
afterAll(() => void server.close())

test.each(['localhost:3003', 'ftp://localhost', ''])(
  'a host that is no URL of HTTP is refused: %j',
  (host) => {
    expect(() => createTransport({ host, key: 'key', timeoutMs: 5000, retries: 3, fetch })).toThrow(
      `host must be a URL with http:// or https://, not '${host}'`,
    )
  },
)

test('a host where nothing answers is named, with the reason', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const host = `http://127.0.0.1:${(closed.address() as AddressInfo).port}` // it listens
  await promisify(closed.close.bind(closed))()
  const nothing = createTransport({ host, key: 'key', timeoutMs: 20_000, retries: 0, fetch })
  await expect(nothing('GET /me', {})).rejects.toThrow(
    `no answer from ${host} (ECONNREFUSED): is it running there?`,
  )
})

test('parameters of the path are encoded', async () => {
  const request = { params: { name: 'a/b c?' }, query: { provider_config_key: 'github' } }
  expect(await call('GET /deployments/:name', request)).toEqual({
    method: 'GET',
    url: '/deployments/a%2Fb%20c%3F?provider_config_key=github',
    body: '',
  })
})

test('in a query undefined is left out, an array is repeated, an object has its keys in brackets', async () => {
  const query = { search: undefined, tags: { team: 'x', 'a b': '&' }, limit: 5 }
  expect(await call('GET /connections', { query })).toMatchObject({
    url: '/connections?tags%5Bteam%5D=x&tags%5Ba+b%5D=%26&limit=5',
  })
  const records = { model: 'Issue', ids: ['1', '2'] }
  const headers = { 'connection-id': 'c', 'provider-config-key': 'github' }
  expect(await call('GET /records', { query: records, headers })).toMatchObject({
    url: '/records?model=Issue&ids=1&ids=2',
  })
})

test('a body is sent as JSON', async () => {
  const body = { syncs: [], provider_config_key: 'github' }
  expect(await call('POST /sync/start', { body })).toEqual({
    method: 'POST',
    url: '/sync/start',
    type: 'application/json',
    body: '{"syncs":[],"provider_config_key":"github"}',
  })
})

test('undefined, null and empty names are refused and never sent as text', async () => {
  // Callers without types.
  const untyped = call as (...request: unknown[]) => Promise<unknown>
  for (const wrong of [undefined, null, '']) {
    const named = (name: string) => ({ name: 'TypeError', message: expect.stringContaining(`${name} is `) })
    await expect(untyped('GET /deployments/:name', { params: { name: wrong } })).rejects.toMatchObject(
      named('name'),
    )
    const headers = { 'connection-id': wrong, 'provider-config-key': 'github' }
    await expect(untyped('GET /records', { headers })).rejects.toMatchObject(named('connectionId'))
    const body = { provider_config_key: 'github', connection_id: wrong }
    await expect(untyped('POST /sync/trigger', { body })).rejects.toMatchObject(named('connectionId'))
  }
  await expect(untyped('GET /connections', { query: { search: '' } })).rejects.toThrow('search is empty')
  await expect(untyped('GET /deployments/:name', { params: { name: '..' } })).rejects.toThrow("name is '..'")
})

// Checked by `pnpm types`, not run.
export function _requestsThatDoNotFitTheApi(): void {
  // @ts-expect-error there is no such endpoint
  call('GET /nothing', {})
  // @ts-expect-error not with this method
  call('PUT /deployments/:name', { params: { name: 'a' } })
  // @ts-expect-error the path needs its parameter
  call('GET /deployments/:name', { query: { provider_config_key: 'github' } })
  // @ts-expect-error the query has no such field
  call('GET /connections', { query: { team: 'x' } })
  // @ts-expect-error the body needs a value
  call('PUT /environment-variables/:name', { params: { name: 'A' }, body: {} })
}
