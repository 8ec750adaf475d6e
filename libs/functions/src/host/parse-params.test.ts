import { expect, test } from 'vitest'
import type { HostMethod } from './host-api.ts'
import { parseParams } from './parse-params.ts'

test('fields that are not in the API do not reach the host', () => {
  const params = { model: 'Issue', first: 0, records: [{ id: 1 }] }
  expect(parseParams('delete', { ...params, environment: 'other' })).toEqual(params)
})

const http = {
  method: 'GET',
  endpoint: '/',
  headers: {},
  retries: 0,
  retryOn: [],
  retryAfter: [],
  retryAt: [],
  binary: false,
  keepAuthOnRedirect: false,
}
const manyHeaders = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`x-${n}`, 'y']))

test.each<[HostMethod, unknown, RegExp]>([
  ['delete', { model: 'Issue', first: -1, records: [] }, /^delete: first: .*>=0/],
  ['save', { model: 'Issue', mode: 'append', sizes: [] }, /^save: mode: .*"replace"\|"merge"/],
  ['save', { model: 'Issue', mode: 'merge', sizes: Array(1001).fill(1) }, /^save: sizes: .*1000/],
  ['http', { ...http, method: 'TRACE' }, /^http: method: .*"GET"/],
  ['http', { ...http, endpoint: 'x'.repeat(65_537) }, /^http: endpoint: .*65536/],
  ['http', { ...http, headers: manyHeaders }, /^http: headers: more than 200 headers/],
  ['http', { ...http, retryOn: Array(101).fill(500) }, /^http: retryOn: .*100/],
  ['fetch', { method: 'GET', url: 'https://a.b', headers: { 'a\nb': 'c' } }, /^fetch: headers\.a\nb: /],
  [
    'fetch',
    { method: 'GET', url: 'https://a.b', headers: { a: 'b\nc' } },
    /^fetch: headers\.a: .*no line breaks/,
  ],
  ['getCheckpoint', 'all', /^getCheckpoint: .*null/],
  ['saveCheckpoint', { json: '{' }, /^saveCheckpoint: json: .*JSON/],
  ['saveCheckpoint', { json: '{"a":{}}' }, /^saveCheckpoint: json: the checkpoint's field 'a' is object/],
])('%s with wrong params is refused with the field and the rule', (name, params, message) => {
  expect(() => parseParams(name, params)).toThrow(message)
})

test('a checkpoint is flat JSON, or empty', () => {
  expect(parseParams('saveCheckpoint', { json: '{ "at": 1 }' })).toEqual({ json: '{"at":1}', incomplete: '' })
  expect(parseParams('saveCheckpoint', { json: '' })).toEqual({ json: '', incomplete: '' })
})

test.each([
  [1000, 25],
  [-1, 0],
  [2.5, 2],
])('of %d retries %d are made', (retries, made) => {
  expect(parseParams('http', { ...http, retries })).toMatchObject({ retries: made })
})
