import { AppError } from '@syncline/errors'
import type { ListRecordsRequest, PruneRecordsRequest } from '@syncline/proto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { furnish, HEADERS, piece, startWorld, type World } from './world.ts'

let world: World
let home: Awaited<ReturnType<typeof furnish>>
let listed: ListRecordsRequest[]
let pruned: PruneRecordsRequest[]

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => {
  listed = []
  pruned = []
  world.log.length = 0
  world.records.listRecords = (request) => {
    listed.push(request)
    return piece('[{"id":1, "n":12345678901234567890}]', 'next')
  }
  world.records.pruneRecords = async (request) => {
    pruned.push(request)
    return { count: 150, hasMore: true }
  }
})

const get = (query: string, headers: Record<string, string> = HEADERS) =>
  home.api(`/records?${query}`, { headers })
const prune = (json: unknown, headers: Record<string, string> = HEADERS) =>
  home.api('/records/prune', { method: 'PATCH', json, headers })

test('the last page has a next_cursor of null', async () => {
  world.records.listRecords = () => piece('[]')
  expect((await get('model=GithubIssue')).body).toEqual({ records: [], next_cursor: null })
})

test.each([
  ['in one piece', ['{"records":[{"id":1, "n":12345678901234567890}],"next_cursor":"next"}']],
  ['in many', ['{"records":[{"id":1}', ',{"id":2}', ',{"id":3}],"next_cursor":', '"next"}']],
])('what records gives %s as an answer is the answer, byte for byte', async (_, texts) => {
  world.records.listRecords = async function* ({ asAnswer }) {
    for (const text of asAnswer ? texts : []) yield { records: Buffer.from(text), nextCursor: '' }
  }
  expect((await get('model=GithubIssue')).text).toBe(texts.join(''))
})

test.each([
  ['in one piece', ['[{"id":1}]']],
  ['in many', ['[{"id":1}', ',{"id":2}', ']']],
])('an array that an older build of records gives %s becomes an answer', async (_, texts) => {
  world.records.listRecords = async function* () {
    for (const [i, text] of texts.entries())
      yield { records: Buffer.from(text), nextCursor: i === texts.length - 1 ? 'next' : '' }
  }
  expect((await get('model=GithubIssue')).text).toBe(`{"records":${texts.join('')},"next_cursor":"next"}`)
})

test('without parameters it is the first 100 records of the base stream', async () => {
  await get('model=GithubIssue')
  expect(listed).toEqual([
    {
      stream: { environment: home.environment, connection: home.uid, model: 'GithubIssue', variant: 'base' },
      cursor: '',
      limit: 100,
      modifiedAfterMs: 0,
      actions: [],
      ids: [],
      asOfMs: 0,
      asAnswer: true,
      newestFirst: false,
      withoutPayload: false,
    },
  ])
})

test('every parameter reaches the record store', async () => {
  await get(
    'model=GithubIssue&variant=a&cursor=abc&limit=7&filter=DELETED,added&ids=1&ids=2&modified_after=2024-01-15T10:30:00%2B02:00&as_of=2024-01-16T10:30:00Z&order=newest&payload=false',
  )
  expect(listed).toMatchObject([
    {
      stream: { variant: 'a' },
      cursor: 'abc',
      limit: 7,
      modifiedAfterMs: Date.parse('2024-01-15T08:30:00Z'),
      actions: ['RECORD_ACTION_DELETED', 'RECORD_ACTION_ADDED'],
      ids: ['1', '2'],
      asOfMs: Date.parse('2024-01-16T10:30:00Z'),
      newestFirst: true,
      withoutPayload: true,
    },
  ])
})

test.each([
  ['ids=a', ['a']],
  ['ids=a&ids=b', ['a', 'b']],
  ['ids[]=a&ids[]=b', ['a', 'b']],
  ['ids[0]=a', ['a']],
  [
    Array.from({ length: 100 }, (_, i) => `ids=${i}`).join('&'),
    Array.from({ length: 100 }, (_, i) => String(i)),
  ],
  [Array.from({ length: 100 }, () => `ids=${'x'.repeat(1024)}`).join('&'), Array(100).fill('x'.repeat(1024))],
  [`ids=${encodeURIComponent('a/b "\'?#&\n👩‍🚀')}`, ['a/b "\'?#&\n👩‍🚀']],
])('%.60s', async (query, ids) => {
  await get(`model=GithubIssue&${query}`)
  expect(listed[0]?.ids).toEqual(ids)
})

test.each([
  ['2024-01-15T10:30:00Z', '2024-01-15T10:30:00Z'],
  ['2024-01-15T10:30:00.123456Z', '2024-01-15T10:30:00.123Z'],
  ['1999-01-15T10:30:00-05:00', '1999-01-15T15:30:00Z'],
])('modified_after=%s is %s, and delta is its older name', async (text, instant) => {
  for (const name of ['modified_after', 'delta']) {
    listed = []
    await get(`model=GithubIssue&${name}=${encodeURIComponent(text)}`)
    expect(listed[0]?.modifiedAfterMs).toBe(Date.parse(instant))
  }
})

test.each([
  ['', 'model'],
  ['model=issue', 'model'],
  ['model=A', 'model'],
  ['model=A::b', 'model'],
  ['model=GithubIssue&limit=0', 'limit'],
  ['model=GithubIssue&limit=501', 'limit'],
  ['model=GithubIssue&limit=1.5', 'limit'],
  ['model=GithubIssue&limit=abc', 'limit'],
  ['model=GithubIssue&limit=', 'limit'],
  ['model=GithubIssue&limit=-1', 'limit'],
  ['model=GithubIssue&cursor=', 'cursor'],
  ['model=GithubIssue&variant=a/b', 'variant'],
  ['model=GithubIssue&modified_after=yesterday', 'modified_after'],
  ['model=GithubIssue&modified_after=2024-01-15', 'modified_after'],
  ['model=GithubIssue&ids=', 'ids'],
  [`model=GithubIssue&${Array.from({ length: 101 }, () => 'ids=a').join('&')}`, 'ids'],
])('%s is a 400 that names %s', async (query, field) => {
  const answer = await get(query)
  expect(answer.status).toBe(400)
  expect(answer.body.error.code).toBe('invalid_query_params')
  expect(answer.body.error.errors[0].path[0]).toBe(field)
  expect(listed).toEqual([])
})

test('a part of the filter that is unknown is named by its place', async () => {
  const answer = await get('model=GithubIssue&filter=added,gone')
  expect(answer.body.error).toMatchObject({
    code: 'invalid_query_params',
    errors: [{ code: 'invalid_value', path: ['filter', '1'] }],
  })
})

test('both headers are required, and named in lower case', async () => {
  const answer = await get('model=GithubIssue', {})
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_headers' } } })
  expect(answer.body.error.errors.map(({ path }: { path: string[] }) => path)).toEqual([
    ['connection-id'],
    ['provider-config-key'],
  ])
  expect((await get('model=GithubIssue', { ...HEADERS, 'Connection-Id': '#' })).body.error.code).toBe(
    'invalid_headers',
  )
})

test.each([
  [{ 'Connection-Id': 'user-1', 'Provider-Config-Key': 'gitlab' }, 'GithubIssue', 'unknown_integration'],
  [{ 'Connection-Id': 'user-2', 'Provider-Config-Key': 'github' }, 'GithubIssue', 'unknown_connection'],
  [HEADERS, 'GithubWiki', 'unknown_model'],
])('%j with %s is a 404 %s, on reading and pruning', async (headers, model, code) => {
  expect(await get(`model=${model}`, headers)).toMatchObject({ status: 404, body: { error: { code } } })
  const answer = await prune({ model, until_cursor: 'c' }, headers)
  expect(answer).toMatchObject({ status: 404, body: { error: { code } } })
})

test('what is in another environment is as unknown as what is nowhere', async () => {
  const { key } = await world.environment()
  const headers = { ...HEADERS, authorization: `Bearer ${key}` }
  const foreign = await get('model=GithubIssue', headers)
  expect(foreign).toMatchObject({ status: 404, body: { error: { code: 'unknown_integration' } } })
  expect(listed).toEqual([])
})

test('a cursor that the record store refuses is a 400', async () => {
  world.records.listRecords = () => {
    throw new AppError('invalid_cursor', "cursor 'x' is not one of ours")
  }
  const answer = await get('model=GithubIssue&cursor=x')
  expect(answer.status).toBe(400)
  expect(answer.body).toMatchObject({
    error: { code: 'invalid_cursor', message: "cursor 'x' is not one of ours" },
  })
})

test('a cursor and an id as long as they get reach the record store', async () => {
  const id = '中'.repeat(1024)
  const cursor = Buffer.from(`2024-01-15T10:31:00.000Z||${id}`).toString('base64')
  const query = `cursor=${encodeURIComponent(cursor)}&ids=${encodeURIComponent(id)}`
  expect((await get(`model=GithubIssue&${query}`)).status).toBe(200)
  expect(listed).toMatchObject([{ cursor, ids: [id] }])
  expect((await prune({ model: 'GithubIssue', until_cursor: cursor })).status).toBe(200)
  expect(pruned).toMatchObject([{ untilCursor: cursor }])
})

test('an id that no record can have is a 400 that names the limit, in a list and in a path', async () => {
  const query = await get(`model=GithubIssue&ids=${'x'.repeat(1025)}`)
  expect(query).toMatchObject({ status: 400, body: { error: { code: 'invalid_query_params' } } })
  expect(query.body.error.message).toBe('ids: Too big: expected string to have <=1024 characters')
  for (const id of ['x'.repeat(1025), 'x'.repeat(20_000)]) {
    const path = await home.api(`/records/${id}?model=GithubIssue`, { headers: HEADERS })
    expect(path).toMatchObject({ status: 400, body: { error: { code: 'invalid_uri_params' } } })
    expect(path.body.error.message).toContain('1024')
  }
  expect(listed).toEqual([])
})

test('what is longer is a 400, for reading and pruning', async () => {
  const cursor = 'x'.repeat(60_000)
  const read = await get(`model=GithubIssue&cursor=${cursor}`)
  expect(read).toMatchObject({ status: 400, body: { error: { code: 'invalid_query_params' } } })
  const pruning = await prune({ model: 'GithubIssue', until_cursor: 'x'.repeat(1_000_000) })
  expect(pruning).toMatchObject({ status: 400, body: { error: { code: 'invalid_body' } } })
  expect(pruning.text.length).toBeLessThan(1000)
})

test('a request line that is longer than any request is refused in the same shape', async () => {
  const read = await get(`model=GithubIssue&cursor=${'x'.repeat(1_000_000)}`)
  expect(read).toMatchObject({ status: 431, body: { error: { code: 'invalid_headers' } } })
  const ids = Array.from({ length: 100 }, () => `ids=${encodeURIComponent('中'.repeat(1024))}`)
  const many = await get(`model=GithubIssue&${ids.join('&')}`)
  expect(many).toMatchObject({ status: 431, body: { error: { code: 'invalid_headers' } } })
  expect(many.body.error.message).toContain('112 KiB')
})

test.each([
  'ids=%ff',
  'ids=a%00b',
  'cursor=%c3%28',
  'ids=%',
  'ids=%ed%a0%80',
  'ids[__proto__]=a',
  'ids[a]=1',
])('a query that is no text, %s, is no fault of ours', async (query) => {
  const { status, text } = await get(`model=GithubIssue&${query}`)
  expect([status, text]).toEqual([
    expect.toSatisfy((code) => code === 200 || code === 400),
    expect.anything(),
  ])
})

test('the operator may raise the bound of a page', async () => {
  await using wide = await startWorld({ variables: { RECORDS_MAX_LIMIT: '10000' } })
  const { api } = await furnish(wide)
  wide.records.listRecords = ({ limit }) => piece(`[${limit}]`)
  expect((await api('/records?model=GithubIssue&limit=10000', { headers: HEADERS })).body.records).toEqual([
    10_000,
  ])
  expect((await api('/records?model=GithubIssue&limit=10001', { headers: HEADERS })).status).toBe(400)
})

test('prune without a limit prunes all that match', async () => {
  const answer = await prune({ model: 'GithubIssue', until_cursor: 'abc' })
  expect(answer).toMatchObject({ status: 200, body: { count: 150, has_more: true } })
  expect(pruned).toMatchObject([
    { stream: { connection: home.uid, variant: 'base' }, untilCursor: 'abc', limit: 0 },
  ])
})

test('prune takes a variant and a limit', async () => {
  await prune({ model: 'GithubIssue', until_cursor: 'abc', variant: 'a', limit: 10 })
  expect(pruned).toMatchObject([{ stream: { variant: 'a' }, limit: 10 }])
})

test.each([
  [{}, ['model', 'until_cursor']],
  [{ model: 'GithubIssue', until_cursor: '' }, ['until_cursor']],
  [{ model: 'GithubIssue', until_cursor: 'c', limit: 0 }, ['limit']],
  [{ model: 'GithubIssue', until_cursor: 'c', limit: 10_001 }, ['limit']],
])('prune of %j is a 400 that names %j', async (body, fields) => {
  const answer = await prune(body)
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_body' } } })
  expect(answer.body.error.errors.map(({ path }: { path: string[] }) => path[0])).toEqual(fields)
})
