import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RunOutcome } from '@syncline/proto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from './world.ts'

// Where a list ends, seen from the outside: an API, a function in its sandbox, and the records that are there afterwards.

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world?.[Symbol.asyncDispose]())

type Answer = { body: string; type?: string; status?: number; headers?: Record<string, string> }
const page = (value: unknown): Answer => ({ body: JSON.stringify(value) })

/** An API whose n-th answer is the n-th of these; the last one comes again and again. */
async function api(answers: ((url: URL) => Answer) | Answer[]) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://api')
    asked.push(url.pathname + url.search)
    const answer = Array.isArray(answers) ? answers[Math.min(asked.length, answers.length) - 1] : answers(url)
    const { body = '', type = 'application/json', status = 200, headers } = answer ?? {}
    response.writeHead(status, { 'content-type': type, ...headers }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const cursor = `{ type: 'cursor', cursor_name_in_request: 'after', cursor_path_in_response: 'next', response_path: 'items' }`
const offset = (more = '') =>
  `{ type: 'offset', offset_name_in_request: 'start', limit_name_in_request: 'count', limit: 500, response_path: 'items'${more} }`

/** A pass over all records of an API, in a store that has the records 1 to 9. */
async function pass(baseUrl: string, paginate: string, { catching = false } = {}) {
  const [attempt, handle] = catching
    ? ['try {', '} catch (error) { await nango.log(error.message) }']
    : ['', '']

  world.standIns.records.clear()
  world.standIns.put(
    'Thing',
    Array.from({ length: 9 }, (_, n) => ({ id: String(n + 1) })),
  )
  await world.deploy(
    `await nango.trackDeletesStart('Thing')
     ${attempt} for await (const page of nango.paginate({ endpoint: '/things?key=secret', paginate: ${paginate} }))
       await nango.batchSave(page.map((id) => ({ id: String(id) })), 'Thing') ${handle}
     await nango.trackDeletesEnd('Thing', { allowMassDelete: true })`,
    { integration: { baseUrl } },
  )
  const end = await world.run()
  return { end, ids: world.standIns.saved('Thing').map(({ id }) => id) }
}

const all = ['1', '2', '3', '4', '5', '6', '7', '8', '9']

test.each([
  [
    'HTML with status 200',
    { body: '<h1>Maintenance</h1>', type: 'text/html' },
    'status 200, text/html.*<h1>Maintenance</h1>',
  ],
  ['JSON that is none', { body: '{"items":[{"v":NaN}]}' }, 'says that it is JSON .*NaN'],
  [
    'null beside errors',
    page({ errors: [{ message: 'slow down' }], items: null }),
    'errors \\(a list of 1\\), items \\(null\\)',
  ],
  ['another list', page({ rows: [1, 2] }), "no list at 'items': .* rows \\(a list of 2\\)"],
])(
  '%s instead of a page: the run fails and says what came, and nothing is deleted',
  async (_name, answer, message) => {
    await using first = await api([answer])
    await using later = await api([page({ items: [1, 2], next: 'b' }), answer])
    for (const { url } of [first, later]) {
      const { end, ids } = await pass(url, cursor)
      expect(end).toMatchObject({
        outcome: RunOutcome.FAILED,
        error: expect.stringMatching(new RegExp(message)),
      })
      expect(end.error).toContain('GET /things')
      expect(end.error).not.toContain('secret')
      expect(ids).toEqual(all)
    }
  },
)

test('an empty list is a legal end', async () => {
  await using server = await api([page({ items: [], next: null })])
  const { end, ids } = await pass(server.url, cursor)
  expect(end).toMatchObject({ outcome: RunOutcome.SUCCESS })
  expect(ids).toEqual([])
})

test('an empty page with a next cursor is not the end', async () => {
  await using server = await api([
    page({ items: [1, 2], next: 'b' }),
    page({ items: [], next: 'c' }),
    page({ items: [3, 4], next: null }),
  ])
  const { end, ids } = await pass(server.url, cursor)
  expect(end).toMatchObject({ outcome: RunOutcome.SUCCESS })
  expect(ids).toEqual(['1', '2', '3', '4'])
})

test('an API that gives fewer items than the limit is read to its end, with one request for each page', async () => {
  await using server = await api((url) => {
    const start = Number(url.searchParams.get('start'))
    return page({
      items: Array.from({ length: Math.max(0, Math.min(100, 250 - start)) }, (_, n) => start + n),
    })
  })
  const { end, ids } = await pass(server.url, offset())
  expect(end).toMatchObject({ outcome: RunOutcome.SUCCESS })
  expect(ids).toHaveLength(250)
  expect(server.asked).toHaveLength(3)
})

test('a cursor that stays the same, and an offset that the API ignores, end the run with an error', async () => {
  await using same = await api([page({ items: [1], next: 'same' })])
  const cursors = await pass(same.url, cursor)
  expect(cursors.end).toMatchObject({
    outcome: RunOutcome.FAILED,
    error: expect.stringContaining('is repeated'),
  })
  expect(same.asked).toHaveLength(2)
  await using ignored = await api([page({ items: [1, 2] })])
  const offsets = await pass(ignored.url, offset(', limit: 2'))
  expect(offsets.end).toMatchObject({
    outcome: RunOutcome.FAILED,
    error: expect.stringContaining('is repeated'),
  })
  expect(ignored.asked).toHaveLength(2)
  expect([cursors.ids, offsets.ids]).toEqual([all, all])
})

test('links lead on from the URL of their page, in every form, also below a base URL with a path', async () => {
  const links = ['?page=2', 'things?page=3', '/api/v1/things?page=4', '/things?page=5']
  await using server = await api((url) => {
    const n = Number(url.searchParams.get('page') ?? 1)
    if (url.pathname !== '/api/v1/things') return { body: 'elsewhere', status: 404 }
    const link = links[n - 1]
    const headers = link && { link: `<${link}>; title="a, <b>; rel=x"; REL="Next last"` }
    return { ...page({ items: [n] }), ...(headers && { headers }) }
  })
  const { end, ids } = await pass(
    `${server.url}/api/v1`,
    `{ type: 'link', link_rel_in_response_header: 'next', response_path: 'items' }`,
  )
  expect(end).toMatchObject({ outcome: RunOutcome.SUCCESS })
  expect(ids).toEqual(['1', '2', '3', '4', '5'])
})

test('a page that fails: the run fails, and nothing is deleted', async () => {
  await using server = await api([page({ items: [1, 2], next: 'b' }), { body: '{}', status: 500 }])
  const { end, ids } = await pass(server.url, cursor)
  expect(end).toMatchObject({ outcome: RunOutcome.FAILED, error: expect.stringContaining('status code 500') })
  expect(ids).toEqual(all)
})

test('ids beyond 2^53 stay two', async () => {
  await using server = await api([{ body: '{"items":[9007199254740993,9007199254740992],"next":null}' }])
  const { ids } = await pass(server.url, cursor)
  expect(ids).toEqual(['9007199254740992', '9007199254740993'])
})

test.each([
  ['a page of HTML', { body: '<h1>', type: 'text/html' }, 'status 200, text/html'],
  ['a page that fails', { body: '{}', status: 500 }, 'status code 500'],
  ['a cursor that comes again', page({ items: [1, 2], next: 'b' }), 'is repeated'],
])(
  '%s that the function catches: nothing is deleted, and the run warns with the reason',
  async (_name, answer, message) => {
    await using server = await api([page({ items: [1, 2], next: 'b' }), answer])
    const { end, ids } = await pass(server.url, cursor, { catching: true })
    expect(end).toMatchObject({ outcome: RunOutcome.SUCCESS, error: expect.stringContaining(message) })
    expect(end.error).not.toContain('secret')
    expect(ids).toEqual(all)
  },
)

test('records that JSON cannot carry are skipped with a warning that counts and names them, and are not deleted', async () => {
  await using server = await api([page([])])
  world.standIns.records.clear()
  world.standIns.put('Thing', [{ id: 'nan' }, { id: 'gone' }])
  await world.deploy(
    `await nango.trackDeletesStart('Thing')
     await nango.batchSave([{ id: 'a' }, { id: 'nan', v: JSON.parse('1e400') }, { id: 'date', at: new Date('x') }, { id: 'b' }], 'Thing')
     await nango.trackDeletesEnd('Thing', { allowMassDelete: true })`,
    { integration: { baseUrl: server.url } },
  )
  const end = await world.run()
  expect(end).toMatchObject({ outcome: RunOutcome.SUCCESS })
  expect(end.error).toContain(
    "skipped 2 records that can't be stored: 'nan' (has Infinity at 'v'); 'date' (has an invalid date at 'at')",
  )
  expect(
    world.standIns
      .saved('Thing')
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(['a', 'b', 'nan'])
})
