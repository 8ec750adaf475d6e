import { expect, test } from 'vitest'
import { checkedHost } from './checked-host.ts'
import { type HostApi, hostApi } from './host-api.ts'

const { signal } = new AbortController()

/** A host that answers each call with the params that it was given. */
function echo() {
  const methods = Object.keys(hostApi).map((name) => [name, async (params: unknown) => params])
  return checkedHost(Object.fromEntries(methods) as unknown as HostApi)
}

const call = (name: string, params: unknown) => echo()[name]?.(params, signal)

test('a host has the methods of the API and no other', () => {
  expect(Object.keys(echo())).toEqual(Object.keys(hostApi))
})

test('fields that are not in the API do not reach the host', async () => {
  const params = { model: 'Issue', first: 0, records: [{ id: 1 }] }
  expect(await call('delete', { ...params, environment: 'other' })).toEqual(params)
})

test.each([
  ['delete', { model: 'Issue', first: -1, records: [] }, /^delete: first: .*>=0/],
  ['save', { model: 'Issue', mode: 'append', first: 0, records: [] }, /^save: mode: .*"replace"\|"merge"/],
  ['save', { model: 'Issue', mode: 'merge', first: 0, records: Array(1001) }, /^save: records: .*1000/],
  ['fetch', { method: 'GET', url: 'https://a.b', headers: { 'a\nb': 'c' } }, /^fetch: headers\.a\nb: /],
  ['fetch', { method: 'GET', url: 'https://a.b', headers: { a: 'b\nc' } }, /^fetch: headers\.a: has a line/],
  ['getCheckpoint', 'all', /^getCheckpoint: .*null/],
  ['saveCheckpoint', { json: '{' }, /^saveCheckpoint: json: .*JSON/],
  ['saveCheckpoint', { json: '{"a":{}}' }, /^saveCheckpoint: json: the checkpoint's field 'a' is object/],
])('%s(%o) is refused with the field and the reason', async (name, params, message) => {
  await expect(call(name, params)).rejects.toThrow(message)
})

test('a checkpoint is flat JSON, or empty', async () => {
  expect(await call('saveCheckpoint', { json: '{ "at": 1 }' })).toEqual({ json: '{"at":1}' })
  expect(await call('saveCheckpoint', { json: '' })).toEqual({ json: '' })
})

test('retries are counted within bounds', async () => {
  const http = { method: 'GET', endpoint: '/', headers: {}, binary: false, keepAuthOnRedirect: false }
  const lists = { retryOn: [], retryAfter: [], retryAt: [] }
  for (const [asked, given] of [
    [1000, 25],
    [-1, 0],
    [2.5, 2],
  ]) {
    expect(await call('http', { ...http, ...lists, retries: asked })).toMatchObject({ retries: given })
  }
})

test('a method that throws at once rejects', async () => {
  const broken = checkedHost({
    getIntegration: () => {
      throw new Error('at once')
    },
  } as unknown as HostApi)
  await expect(broken.getIntegration?.(null, signal)).rejects.toThrow('at once')
})
