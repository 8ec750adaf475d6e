import { once } from 'node:events'
import { createServer } from 'node:http'
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
  call = createTransport(`http://127.0.0.1:${address.port}/`, 'key', 5000)
})
afterAll(() => void server.close())

test('parameters of the path are encoded', async () => {
  const request = { params: { name: 'a/b c?' }, query: { provider_config_key: 'github' } }
  expect(await call('GET', '/deployments/:name', request)).toEqual({
    method: 'GET',
    url: '/deployments/a%2Fb%20c%3F?provider_config_key=github',
    body: '',
  })
})

test('in a query undefined is left out, an array is repeated, an object has its keys in brackets', async () => {
  const query = { search: undefined, tags: { team: 'x', 'a b': '&' }, limit: 5 }
  expect(await call('GET', '/connections', { query })).toMatchObject({
    url: '/connections?tags%5Bteam%5D=x&tags%5Ba+b%5D=%26&limit=5',
  })
  const records = { model: 'Issue', ids: ['1', '2'] }
  const headers = { 'connection-id': 'c', 'provider-config-key': 'github' }
  expect(await call('GET', '/records', { query: records, headers })).toMatchObject({
    url: '/records?model=Issue&ids=1&ids=2',
  })
})

test('a body is sent as JSON, without what is undefined', async () => {
  const body = { syncs: [], provider_config_key: 'github', connection_id: undefined }
  expect(await call('POST', '/sync/start', { body })).toEqual({
    method: 'POST',
    url: '/sync/start',
    type: 'application/json',
    body: '{"syncs":[],"provider_config_key":"github"}',
  })
})

// Checked by `pnpm types`, not run.
export function _requestsThatDoNotFitTheApi(): void {
  // @ts-expect-error there is no such endpoint
  call('GET', '/nothing')
  // @ts-expect-error not with this method
  call('PUT', '/deployments/:name', { params: { name: 'a' } })
  // @ts-expect-error the path needs its parameter
  call('GET', '/deployments/:name', { query: { provider_config_key: 'github' } })
  // @ts-expect-error the query has no such field
  call('GET', '/connections', { query: { team: 'x' } })
  // @ts-expect-error the body needs a value
  call('PUT', '/environment-variables/:name', { params: { name: 'A' }, body: {} })
}
