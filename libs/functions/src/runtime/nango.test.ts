import type { NangoSync } from '@syncline/function-types'
import { expect, test } from 'vitest'
import type { HttpAnswer } from '../host/host-api.ts'
import { ModelChecks } from './model-checks.ts'
import { ModelShapes } from './model-shapes.ts'
import { createNango } from './nango.ts'
import type { RunFacts } from './run-facts.ts'
import { UnresolvedFailures } from './unresolved-failures.ts'

const facts: RunFacts = {
  connectionId: 'demo',
  providerConfigKey: 'api',
  provider: 'acme',
  environmentName: 'dev',
  environmentId: 1,
  nangoConnectionId: 1,
  activityLogId: 'run',
  logLevel: '',
  syncId: 'sync',
  syncJobId: 1,
  variant: 'base',
  lastSyncDate: null,
  syncConfig: {
    sync_name: 'sync',
    type: 'sync',
    models: ['Thing'],
    runs: 'every hour',
    version: '1',
    track_deletes: false,
  },
  emptyCache: false,
  pagination: {},
}

type Params = Record<string, unknown>

/** A function's object on a host that answers requests with `answer`, and what it has asked of the host. */
function world(answer: (call: { endpoint: string; method: string }) => Partial<HttpAnswer>) {
  const calls: [string, Params][] = []
  const lines: string[] = []
  const failures = new UnresolvedFailures()
  const respond = (call: { endpoint: string; method: string }) => ({
    status: 200,
    statusText: '',
    headers: { 'content-type': 'application/json' },
    body: { text: '{}' },
    url: `https://a.io${call.endpoint}`,
    ...answer(call),
  })
  const host = {
    call: async (method: string, params: unknown, text?: string) => {
      calls.push([method, { ...(params as Params), ...(text !== undefined && { text }) }])
      if (method === 'http') return respond(params as { endpoint: string; method: string })
      if (method === 'fetch')
        return respond({ ...(params as { method: string }), endpoint: (params as { url: string }).url })
      return null
    },
    log: (_level: string, text: string) => void lines.push(text),
  }
  const nango = createNango(facts, host, failures, {
    checks: new ModelChecks({}),
    shapes: new ModelShapes(),
  }) as NangoSync
  const last = (method: string) => calls.findLast(([name]) => name === method)?.[1]
  return { nango, calls, lines, failures, last }
}

const text = (value: string) => ({ body: { text: value } })
const swallowed = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: Error) => error,
  )

test('an answer that says it is JSON and is not rejects with its beginning, and the run knows it', async () => {
  const { nango, failures } = world(() => text('{"items":[{"v":NaN}]}'))
  const error = await swallowed(nango.get({ endpoint: '/x?key=secret' }))
  expect(error).toMatchObject({
    message:
      'GET /x: the answer says that it is JSON (application/json), but it is not: "{\\"items\\":[{\\"v\\":NaN}]}"',
    isAxiosError: true,
    code: 'ERR_BAD_RESPONSE',
    status: 200,
    response: { status: 200, data: '{"items":[{"v":NaN}]}' },
  })
  expect(failures.incomplete).toContain('GET /x: the answer says')
})

test('an answer that is no success is what it is, JSON or not', async () => {
  const { nango } = world(() => ({ status: 502, ...text('<html>') }))
  expect(await swallowed(nango.get({ endpoint: '/x' }))).toMatchObject({
    message: 'GET /x: request failed with status code 502',
    response: { data: '<html>' },
  })
})

test('integers keep their digits in answers of both kinds, also in a copy of a fetched one', async () => {
  const { nango } = world(() => text('{"ids":[9007199254740993,9007199254740992]}'))
  const expected = { ids: ['9007199254740993', '9007199254740992'] }
  expect((await nango.get({ endpoint: '/x' })).data).toEqual(expected)
  const fetched = await nango.uncontrolledFetch({ url: new URL('https://b.io/') })
  expect(await fetched.clone().json()).toEqual(expected)
  expect(await fetched.json()).toEqual(expected)
})

test('a BigInt in a body is a number of all its digits', async () => {
  const { nango, last } = world(() => ({}))
  await nango.post({ endpoint: '/x', data: { id: 9007199254740993n, list: [1n] } })
  expect(last('http')?.body).toEqual({ text: '{"id":9007199254740993,"list":[1]}' })
})

test('what a request says of itself goes to the host', async () => {
  const { nango, last } = world(() => text('[]'))
  await nango.post({ endpoint: '/x', idempotent: true })
  expect(last('http')).toMatchObject({ idempotent: true })
  await nango.post({ endpoint: '/x' })
  expect(last('http')).toMatchObject({ idempotent: false })
  const paginate = { type: 'offset', offset_name_in_request: 'at' }
  for await (const _ of nango.paginate({ endpoint: '/x', method: 'POST', paginate })) expect.unreachable()
  expect(last('http')).toMatchObject({ method: 'POST', idempotent: true })
})

test.each([403, 429, 500, 302])(
  'status %d that the function catches: the end of its pass knows it',
  async (status) => {
    const { nango, last } = world(({ endpoint }) => (endpoint === '/bad?x=1' ? { status } : {}))
    await nango.trackDeletesStart('Thing')
    expect(last('trackDeletes')).toMatchObject({ step: 'start', incomplete: '' })
    await swallowed(nango.get({ endpoint: '/bad', params: { x: 1 } }))
    await nango.get({ endpoint: '/good' })
    await nango.trackDeletesEnd('Thing')
    const incomplete = `GET /bad: request failed with status code ${status}`
    expect(last('trackDeletes')).toMatchObject({ step: 'end', incomplete, allowIncomplete: false })
    await nango.deleteRecordsFromPreviousExecutions('Thing')
    expect(last('trackDeletes')).toMatchObject({ step: 'previous', incomplete })
    await nango.saveCheckpoint({ at: 1 })
    expect(last('saveCheckpoint')).toMatchObject({ incomplete })
    await nango.clearCheckpoint()
    expect(last('saveCheckpoint')).toMatchObject({ json: '', incomplete })
    await nango.trackDeletesEnd('Thing', { allowIncomplete: true })
    expect(last('trackDeletes')).toMatchObject({ step: 'end', incomplete: '', allowIncomplete: true })
  },
)

test.each([404, 410])('status %d says that something is not there: nothing is missing', async (status) => {
  const { nango, failures } = world(() => ({ status }))
  await swallowed(nango.get({ endpoint: '/x' }))
  const paginate = { type: 'offset', offset_name_in_request: 'at' }
  await swallowed(nango.paginate({ endpoint: '/x', paginate }).next())
  expect(failures.incomplete).toBe('')
})

test('a list that breaks off with a 404 is incomplete', async () => {
  const { nango, failures } = world(({ endpoint }) =>
    endpoint.includes('at=1') ? { status: 404 } : text('[1]'),
  )
  const pages = nango.paginate({ endpoint: '/x', paginate: { type: 'offset', offset_name_in_request: 'at' } })
  await pages.next()
  await expect(pages.next()).rejects.toThrow('404')
  expect(failures.incomplete).toBe('GET /x: request failed with status code 404')
})

test('a retry of the function itself takes a failure back, another request does not', async () => {
  let status = 500
  const { nango, failures } = world(({ endpoint }) => (endpoint === '/x' ? { status } : {}))
  const post = (data: object) => nango.post({ endpoint: '/x', data })
  await swallowed(post({ page: 1 }))
  status = 200
  await post({ page: 2 })
  await nango.get({ endpoint: '/y' })
  expect(failures.incomplete).toContain('POST /x')
  await post({ page: 1 })
  expect(failures.incomplete).toBe('')
})

test('a fault counts, of requests with credentials and without; a status of the latter does not', async () => {
  let fault = true
  const { nango, failures } = world(() => {
    if (fault) throw new Error('connection refused by https://a.io/x?key=secret')
    return { status: 500 }
  })
  await swallowed(nango.proxy({ endpoint: '/x' }))
  expect(failures.incomplete).toBe('GET /x: connection refused by https://a.io/x')
  const url = new URL('https://b.io/y?key=secret')
  await swallowed(nango.uncontrolledFetch({ url }))
  expect(failures.incomplete).toBe('GET /x: connection refused by https://a.io/x (and 1 more)')
  fault = false
  await nango.uncontrolledFetch({ url })
  expect(failures.incomplete).toBe('GET /x: connection refused by https://a.io/x')
})

test('a page of HTML that the function catches: the end of its pass knows it', async () => {
  const { nango, last } = world(() => ({ headers: { 'content-type': 'text/html' }, ...text('<html>') }))
  const pages = nango.paginate({ endpoint: '/x', paginate: { type: 'offset', offset_name_in_request: 'at' } })
  await swallowed(pages.next())
  await nango.trackDeletesEnd('Thing')
  expect(last('trackDeletes')?.incomplete).toBe(
    'paginate: GET /x: the answer (status 200, text/html) has no list: it is the text "<html>"',
  )
})

test('records that cannot be sent are told beside the others, and no neighbour is stopped', async () => {
  const { nango, last, lines } = world(() => ({}))
  const list = [
    { id: 'a' },
    { id: 'b', v: Number.NaN },
    { id: 9007199254740993n },
    { id: 'd', name: '\ud83d' },
  ]
  await nango.batchSave(list as never, 'Thing')
  expect(last('save')).toEqual({
    model: 'Thing',
    mode: 'replace',
    sizes: [10, 25, 23],
    text: '{"id":"a"}{"id":"9007199254740993"}{"id":"d","name":"\ufffd"}',
    skipped: [{ index: 1, id: 'b', reason: "has NaN at 'v'" }],
  })
  expect(lines).toEqual(["model 'Thing': half of a character was replaced by U+FFFD in records 'd'"])
  await nango.batchUpdate([{ id: 'b', v: Number.NaN }] as never, 'Thing')
  expect(last('save')).toMatchObject({ mode: 'merge', sizes: [], skipped: [{ id: 'b' }] })
})

test('a record to delete is named by its id alone, and one without is an error', async () => {
  const { nango, last } = world(() => ({}))
  await nango.batchDelete([{ id: 7n, v: Number.NaN }] as never, 'Thing')
  expect(last('delete')).toEqual({ model: 'Thing', first: 0, records: [{ id: '7' }] })
  await expect(nango.batchDelete([{ id: Number.NaN }] as never, 'Thing')).rejects.toThrow("has NaN at 'id'")
  await expect(nango.batchDelete('x' as never, 'Thing')).rejects.toThrow('must be an array')
})
