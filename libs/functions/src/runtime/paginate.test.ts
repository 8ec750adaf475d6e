import type { HttpRequest, HttpResponse } from '@syncline/function-types'
import { expect, test } from 'vitest'
import { HttpError } from './http-error.ts'
import { paginate } from './paginate.ts'
import { UnresolvedFailures } from './unresolved-failures.ts'

type TestPage = { data: unknown; headers?: Record<string, string>; status?: number; url?: string }

/** Answers the pages in turn, and remembers what was asked. */
function api(...pages: TestPage[]) {
  return answering((n) => pages[n])
}

/** Answers the n-th request. */
function answering(pageOf: (n: number, request: HttpRequest) => TestPage | undefined) {
  const asked: HttpRequest[] = []
  const failures = new UnresolvedFailures()
  const warnings: string[] = []
  let isTracking = false
  const send = async (request: HttpRequest) => {
    const page = pageOf(asked.length, request)
    if (!page) throw new Error(`page ${asked.length} was not expected`)
    asked.push(request)
    const { url, ...answer } = page
    const response: HttpResponse = { status: 200, statusText: 'OK', headers: {}, ...answer }
    if (response.status >= 300) throw new HttpError('GET', request.endpoint, response)
    return { response, url }
  }
  const warn = (text: string) => void warnings.push(text)
  const deps = { send, failures, warn, tracksDeletes: () => isTracking }
  const track = () => {
    isTracking = true
  }
  return { asked, deps, failures, warnings, track }
}

async function all(request: HttpRequest, defaults: object, { deps }: ReturnType<typeof api>) {
  const pages: unknown[] = []
  for await (const page of paginate(request, { ...defaults }, deps)) pages.push(page)
  return pages
}

const cursor = {
  type: 'cursor',
  cursor_name_in_request: 'after',
  cursor_path_in_response: 'next',
  response_path: 'items',
}

test('cursor: each page names the next, until none is named', async () => {
  const server = api(
    { data: { items: [1], next: ' a ' } },
    { data: { items: [2], next: 7 } },
    { data: { items: [3], next: '' } },
  )
  expect(await all({ endpoint: '/x', params: { q: 'z' } }, cursor, server)).toEqual([[1], [2], [3]])
  expect(server.asked.map(({ params }) => params)).toEqual([
    { q: 'z' },
    { q: 'z', after: 'a' },
    { q: 'z', after: 7 },
  ])
})

test('cursor: a page without items and without a cursor is the end', async () => {
  expect(await all({ endpoint: '/x' }, cursor, api({ data: { items: [] } }))).toEqual([])
})

test('the settings of a call go over the defaults of the integration', async () => {
  const server = api({ data: { rows: [1] } })
  const request = {
    endpoint: '/x',
    paginate: { response_path: 'rows', limit: 5, limit_name_in_request: 'per' },
  }
  expect(await all(request, cursor, server)).toEqual([[1]])
  expect(server.asked[0]?.params).toEqual({ per: 5 })
})

test('a key with dots is found as it is, before it is taken for a path', async () => {
  const how = { ...cursor, response_path: 'value', cursor_path_in_response: '@odata.next' }
  const server = api({ data: { value: [1], '@odata.next': 'n' } }, { data: { value: [2] } })
  expect(await all({ endpoint: '/x' }, how, server)).toEqual([[1], [2]])
})

test('in a body, names with dots become nested fields, and the caller keeps its object', async () => {
  const data = { query: { limit: 1 } }
  const how = {
    ...cursor,
    cursor_name_in_request: 'query.after',
    limit_name_in_request: 'query.limit',
    limit: 50,
  }
  const server = api({ data: { items: [1], next: 'n' } }, { data: { items: [2] } })
  await all({ endpoint: '/x', method: 'POST', data }, how, server)
  expect(server.asked.map((request) => request.data)).toEqual([
    { query: { limit: 50 } },
    { query: { limit: 50, after: 'n' } },
  ])
  expect(data).toEqual({ query: { limit: 1 } })
})

test('link: the header leads on, first page params only, full links to any host', async () => {
  const how = { type: 'link', link_rel_in_response_header: 'next' }
  const server = api(
    {
      data: [1],
      headers: { link: '<https://b.io/x?page=2>; rel="next", <https://b.io/x?page=9>; rel="last"' },
    },
    { data: [], headers: { link: '</x?page=3>; rel=next' } },
    { data: [3], headers: { link: '<https://b.io/x?page=1>; rel="prev"' } },
  )
  expect(await all({ endpoint: '/x', params: { q: 1 }, headers: { a: 'b' } }, how, server)).toEqual([
    [1],
    [],
    [3],
  ])
  expect(server.asked.map(({ endpoint, params, headers }) => [endpoint, params, headers])).toEqual([
    ['/x', { q: 1 }, { a: 'b' }],
    ['https://b.io/x?page=2', undefined, { a: 'b' }],
    ['https://b.io/x?page=3', undefined, { a: 'b' }],
  ])
})

test('link: in the body', async () => {
  const how = { type: 'link', link_path_in_response_body: 'links.next', response_path: 'items' }
  const server = api({ data: { items: [1], links: { next: '/b' } } }, { data: { items: [2], links: {} } })
  expect(await all({ endpoint: '/x' }, how, server)).toEqual([[1], [2]])
})

test('offset: grows by what came, and ends with a short page', async () => {
  const how = { type: 'offset', offset_name_in_request: 'start', limit_name_in_request: 'count', limit: 2 }
  const server = api({ data: [1, 2] }, { data: [3, 4] }, { data: [5] })
  expect(await all({ endpoint: '/x' }, how, server)).toEqual([[1, 2], [3, 4], [5]])
  expect(server.asked.map(({ params }) => params)).toEqual([
    { count: 2, start: 0 },
    { count: 2, start: 2 },
    { count: 2, start: 4 },
  ])
})

test('offset: per page, from a number of its own, until a page is empty', async () => {
  const how = {
    type: 'offset',
    offset_name_in_request: 'page',
    offset_start_value: 1,
    offset_calculation_method: 'per-page',
  }
  const server = api({ data: [1] }, { data: [2] }, { data: [] })
  expect(await all({ endpoint: '/x' }, how, server)).toEqual([[1], [2]])
  expect(server.asked.map(({ params }) => params)).toEqual([{ page: 1 }, { page: 2 }, { page: 3 }])
})

test('on_page hears of the next page once the items were worked on', async () => {
  const heard: unknown[] = []
  const on_page = ({ nextPageParam }: { nextPageParam?: unknown }) => void heard.push(nextPageParam)
  const server = api({ data: { items: [1], next: 'n' } }, { data: { items: [2] } })
  for await (const page of paginate({ endpoint: '/x', paginate: { on_page } }, cursor, server.deps))
    heard.push(page)
  expect(heard).toEqual([[1], 'n', [2], undefined])
})

test.each([
  [{}, 'neither the integration nor the call says how'],
  [{ type: 'magic' }, "no type 'magic'"],
  [{ type: 'cursor', cursor_path_in_response: 'n' }, 'type cursor needs cursor_name_in_request'],
  [{ type: 'cursor', cursor_name_in_request: 'n' }, 'type cursor needs cursor_path_in_response'],
  [{ ...cursor, limit: 5 }, 'needs limit_name_in_request'],
  [{ type: 'link' }, 'type link needs link_rel_in_response_header or'],
  [{ type: 'offset' }, 'type offset needs offset_name_in_request'],
])('settings that say too little are an error: %j', async (how, message) => {
  await expect(all({ endpoint: '/x' }, how, api())).rejects.toThrow(message)
})

test('offset: pages of several items are counted as pages, where the API counts pages', async () => {
  const how = { type: 'offset', offset_name_in_request: 'page', offset_calculation_method: 'per-page' }
  const server = api({ data: [1, 2] }, { data: [3, 4] }, { data: [] })
  await all({ endpoint: '/x' }, how, server)
  expect(server.asked.map(({ params }) => params)).toEqual([{ page: 0 }, { page: 1 }, { page: 2 }])
})

test('offset: without a limit a page is short only if it is empty', async () => {
  const how = { type: 'offset', offset_name_in_request: 'start' }
  const server = api({ data: [1, 2, 3] }, { data: [4] }, { data: [] })
  expect(await all({ endpoint: '/x' }, how, server)).toEqual([[1, 2, 3], [4]])
  expect(server.asked.map(({ params }) => params)).toEqual([{ start: 0 }, { start: 3 }, { start: 4 }])
})

test.each(['PUT', 'patch', 'POST'])(
  'the cursor of a %s goes into its body, which it makes if there is none',
  async (method) => {
    const server = api({ data: { items: [1], next: 'n' } }, { data: { items: [2] } })
    await all({ endpoint: '/x', method: method as 'PUT' }, cursor, server)
    expect(server.asked.map(({ data, params }) => [data, params])).toEqual([
      [undefined, undefined],
      [{ after: 'n' }, undefined],
    ])
  },
)

test('a request without a method is a GET, and a body that is not an object can hold no cursor', async () => {
  const server = api({ data: { items: [1], next: 'n' } })
  const request = { endpoint: '/x', method: 'POST' as const, data: 'text' }
  await expect(all(request, cursor, server)).rejects.toThrow('a body that is not an object')
  const plain = api({ data: { items: [1] } })
  await all({ endpoint: '/x' }, cursor, plain)
  expect(plain.asked[0]?.method).toBe('GET')
})

test('params as text keep their place beside those of the next page', async () => {
  const server = api({ data: { items: [1], next: 'n' } }, { data: { items: [2] } })
  await all({ endpoint: '/x', params: 'q=a&r=b' }, cursor, server)
  expect(server.asked[1]?.params).toEqual({ q: 'a', r: 'b', after: 'n' })
})

test('link: an empty link in the body is the end, and a limit without a name goes nowhere', async () => {
  const how = { type: 'link', link_path_in_response_body: 'next', response_path: 'items', limit: 5 }
  const server = api({ data: { items: [], next: '' } })
  expect(await all({ endpoint: '/x' }, how, server)).toHaveLength(1)
  expect(server.asked[0]?.params).toBeUndefined()
})

test('link: where header and body may have it, the header comes first', async () => {
  const how = {
    type: 'link',
    link_rel_in_response_header: 'next',
    link_path_in_response_body: 'next',
    response_path: 'items',
  }
  const server = api(
    { data: { items: [], next: '/body' }, headers: { link: '</header>; rel=next' } },
    { data: { items: [], next: '/body' } },
    { data: { items: [] } },
  )
  await all({ endpoint: '/x' }, how, server)
  expect(server.asked.map(({ endpoint }) => endpoint)).toEqual(['/x', '/header', '/body'])
})

// What ends a list: nothing but the API's word.

const html = { data: '<!doctype html><p>Sign in</p>', headers: { 'content-type': 'text/html' } }
const link = { type: 'link', link_rel_in_response_header: 'next', response_path: 'items' }
const offset = { type: 'offset', offset_name_in_request: 'start', response_path: 'items' }

test.each([
  ['a page of HTML', html, 'it is the text "<!doctype html><p>Sign in</p>"'],
  ['text that is no JSON', { data: '{"items":[{"v":NaN}]}' }, 'it is the text "{\\"items'],
  [
    'null beside errors',
    { data: { errors: [{}], items: null } },
    'there is null, and it is an object with errors (a list of 1), items (null)',
  ],
  ['null', { data: { items: null, next: 'b' } }, "no list at 'items': there is null"],
  ['an object', { data: { items: { a: 1 } } }, 'there is an object, and'],
  ['a path that is not there', { data: { rows: [1] } }, 'it is an object with rows (a list of 1)'],
  ['a path that is not there, with a next page', { data: { rows: [1], next: 'b' } }, 'rows (a list of 1)'],
  ['an empty object', { data: {} }, 'it is an empty object'],
  ['nothing', { data: '' }, 'it is empty'],
  ['null as a body', { data: null }, 'it is null'],
])('%s is no page: of no kind of list, neither the first nor a later one', async (_name, page, message) => {
  for (const [how, first] of [
    [cursor, { data: { items: [1], next: 'b' } }],
    [link, { data: { items: [1] }, headers: { link: '</x?page=2>; rel=next' } }],
    [offset, { data: { items: [1] } }],
  ] as const) {
    for (const pages of [[page], [first, page]]) {
      const server = api(...pages)
      const result = all({ endpoint: '/x?key=secret' }, how, server)
      await expect(result).rejects.toThrow(
        /^paginate: GET \/x: the answer \(status 200, [^)]*\) has no list at 'items': /,
      )
      await expect(result).rejects.toThrow(message)
      expect(server.failures.incomplete).toMatch(/^paginate: GET \/x: the answer/)
    }
  }
})

test('without a path the body itself is the list', async () => {
  const how = { type: 'offset', offset_name_in_request: 'start' }
  await expect(all({ endpoint: '/x' }, how, api({ data: { items: [1] } }))).rejects.toThrow(
    'has no list: it is an object with items (a list of 1)',
  )
  await expect(all({ endpoint: '/x' }, how, api(html))).rejects.toThrow('(status 200, text/html) has no list')
})

test('of an object with many fields, or with long names, only the beginning is shown', async () => {
  const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, 1]))
  const messageOf = (data: unknown) =>
    all({ endpoint: '/x' }, cursor, api({ data })).then(String, (error: Error) => error.message)
  expect(await messageOf(fields(20))).toMatch(/f19 \(a number\)$/)
  expect(await messageOf(fields(23))).toMatch(/f19 \(a number\) and 3 more$/)
  expect(await messageOf({ ['n'.repeat(100)]: 1 })).toMatch(/with n{40} \(a number\)$/)
  expect(await messageOf('x'.repeat(200))).toMatch(/"x{200}"$/)
  expect(await messageOf({ rows: 1 })).toContain("at 'items': it is an object")
})

test('only the beginning of a text is shown, and no values of an object', async () => {
  const long = api({ data: 'x'.repeat(1000) })
  await expect(all({ endpoint: '/x' }, cursor, long)).rejects.toThrow(/"x{200}"…$/)
  const secret = api({ data: { email: 'me@example.com', n: 1, list: [1, 2] } })
  await expect(all({ endpoint: '/x' }, cursor, secret)).rejects.toThrow(
    /email \(a string\), n \(a number\), list \(a list of 2\)$/,
  )
})

test('a list that may be absent is empty where it is, but an error is none', async () => {
  const how = { ...cursor, optional_response_path: true }
  for (const data of [{ items: null }, {}, { total: 5 }, { error: null, errors: {} }, { errors: [] }, [], ''])
    expect(await all({ endpoint: '/x' }, how, api({ data }))).toEqual([])
  const goesOn = api({ data: { next: 'b' } }, { data: { items: [1] } })
  expect(await all({ endpoint: '/x' }, how, goesOn)).toEqual([[1]])
  for (const page of [
    html,
    { data: { errors: ['no'], items: null } },
    { data: { error: 'no' } },
    { data: [1] },
    { data: { items: 1 } },
  ])
    await expect(all({ endpoint: '/x' }, how, api(page))).rejects.toThrow('has no list')
})

test.each([
  ['status 204', cursor, { status: 204, data: '' }],
  ['a total of 0', offset, { data: { total_items: 0, page: 1 } }],
  ['a count of 0 on a page', cursor, { data: { meta: { result_count: 0 } } }],
  [
    'null with the word that nothing follows',
    offset,
    { data: { items: null, meta: { more_items_in_collection: false } } },
  ],
  ['a total of 0 and null', offset, { data: { items: null, meta: { total: 0 } } }],
])('%s is an empty page without a list', async (_name, how, page) => {
  expect(await all({ endpoint: '/x' }, how, api(page))).toEqual([])
})

test("an API of Google's, known by its cursor, leaves empty lists out", async () => {
  const how = { ...cursor, cursor_path_in_response: 'nextPageToken' }
  const pages = [{ data: { nextPageToken: 'b' } }, { data: { items: [1], nextPageToken: 'c' } }, { data: {} }]
  expect(await all({ endpoint: '/x' }, how, api(...pages))).toEqual([[1]])
  for (const data of [
    { error: { code: 403 } },
    { files: [1] },
    { items: null },
    { files: [], has_more: false },
  ])
    await expect(all({ endpoint: '/x' }, how, api({ data }))).rejects.toThrow('has no list')
})

test('without a path to the list, the function gets the body of a linked page and takes the list itself', async () => {
  const how = { type: 'link', link_path_in_response_body: '@odata.nextLink' }
  const pages = [
    { value: [1], '@odata.nextLink': 'https://a.io/b' },
    { value: [], '@odata.deltaLink': 'https://a.io/d' },
  ]
  const server = api(...pages.map((data) => ({ data })))
  expect(await all({ endpoint: '/x' }, how, server)).toEqual(pages)
  for (const data of [html.data, { message: 'no' }, { errors: ['no'], value: [] }, null])
    await expect(all({ endpoint: '/x' }, how, api({ data }))).rejects.toThrow('has no list')
  const inHeader = { type: 'link', link_rel_in_response_header: 'next' }
  const nested = { d: { rows: [1] } }
  expect(await all({ endpoint: '/x' }, inHeader, api({ data: nested }))).toEqual([nested])
  await expect(all({ endpoint: '/x' }, inHeader, api({ data: { d: { e: { rows: [] } } } }))).rejects.toThrow(
    'no list',
  )
  await expect(all({ endpoint: '/x' }, inHeader, api({ data: { d: { e: 1 } } }))).rejects.toThrow('no list')
  expect(await all({ endpoint: '/x' }, inHeader, api({ data: { rows: [1] } }))).toEqual([{ rows: [1] }])
  await expect(all({ endpoint: '/x' }, inHeader, api({ data: { message: 'no' } }))).rejects.toThrow(
    'has no list',
  )
})

test('a code of an error with status 200: an error where deletes are tracked, else a list that is known to be incomplete', async () => {
  const page = { data: { code: 40105, message: 'the token was revoked', request_id: 'r' } }
  const plain = api(page)
  expect(await all({ endpoint: '/x' }, offset, plain)).toEqual([])
  expect(plain.failures.incomplete).toContain(
    "GET /x: the answer (status 200, no content type) has no list at 'items'",
  )
  expect(plain.warnings).toHaveLength(1)

  const tracked = api(page)
  tracked.track()
  await expect(all({ endpoint: '/x' }, offset, tracked)).rejects.toThrow('code (a number)')
  const later = api({ data: { items: [1] } }, page)
  await expect(all({ endpoint: '/x' }, offset, later)).rejects.toThrow('code (a number)')
  for (const data of [
    { code: 7, message: 'x', request_id: 'r', rows: [1] },
    { code: 0, message: 'OK' },
    { code: 1, message: 'x', rows: [1] },
    { code: 1 },
  ])
    await expect(all({ endpoint: '/x' }, offset, api({ data }))).rejects.toThrow('has no list')
})

test('an empty page with a next cursor is not the end', async () => {
  const server = api(
    { data: { items: [1, 2], next: 'b' } },
    { data: { items: [], next: 'c' } },
    { data: { items: [3, 4], next: null } },
  )
  const heard: unknown[] = []
  const on_page = ({ nextPageParam }: { nextPageParam?: unknown }) => void heard.push(nextPageParam)
  expect(await all({ endpoint: '/x', paginate: { on_page } }, cursor, server)).toEqual([
    [1, 2],
    [3, 4],
  ])
  expect(heard).toEqual(['b', 'c', undefined])
})

test('so does a link of an empty page', async () => {
  const how = { ...link, link_path_in_response_body: 'next' }
  const itself = api({ data: { items: [1], next: '/b' } }, { data: { items: [], next: '/b' } })
  expect(await all({ endpoint: '/x' }, how, itself)).toEqual([[1], []])
  const last = api({ data: { items: [1], next: '/b' } }, { data: { items: [], next: '/c', has_more: false } })
  expect(await all({ endpoint: '/x' }, how, last)).toEqual([[1], []])
})

test('a page that the function takes apart itself is not an empty one', async () => {
  const how = { type: 'link', link_path_in_response_body: 'next' }
  const pages = [{ rows: [1], next: '/b', has_more: false }, { rows: [2] }]
  expect(await all({ endpoint: '/x' }, how, api(...pages.map((data) => ({ data }))))).toEqual(pages)
})

test.each([
  ['leads to itself', { items: [], next: 'b' }],
  ['says that it is the last one', { items: [], next: 'c', has_more: false }],
])('an empty page that %s is the end, though it has a cursor', async (_name, last) => {
  const server = api({ data: { items: [1], next: 'b' } }, { data: last })
  expect(await all({ endpoint: '/x' }, cursor, server)).toEqual([[1]])
})

test('a cursor that is a number, which an API counts on beyond the end, ends after some empty pages', async () => {
  const counting = (count: (n: number) => unknown) =>
    answering((n) => ({ data: { items: n < 30 ? [n] : n === 39 ? ['late'] : [], next: count(n + 1) } }))
  for (const count of [(n: number) => n, String]) {
    const server = counting(count)
    expect((await all({ endpoint: '/x' }, cursor, server)).flat()).toEqual([...numbers(30), 'late'])
    expect(server.asked).toHaveLength(51)
    expect(server.failures.incomplete).toBe('')
  }
})

test('empty pages without end are an error', async () => {
  const server = answering((n) => ({ data: { items: [], next: `c${n}` } }))
  await expect(all({ endpoint: '/x' }, cursor, server)).rejects.toThrow(
    'more than 1000 pages in a row are empty',
  )
})

test.each([1, 2, 7])('a cursor that comes again after %d pages is an error', async (length) => {
  const server = answering((n) => ({ data: { items: [n], next: `c${n % length}` } }))
  await expect(all({ endpoint: '/x?key=1' }, cursor, server)).rejects.toThrow(
    "paginate: GET /x: the cursor at 'next' is repeated, so the list would never end",
  )
  expect(server.asked).toHaveLength(length + 1)
  expect(server.failures.incomplete).toContain('is repeated')
})

test('the items of the page with the repeated cursor are not lost', async () => {
  const pages: unknown[] = []
  const { deps } = answering((n) => ({ data: { items: [n], next: 'same' } }))
  const run = async () => {
    for await (const page of paginate({ endpoint: '/x' }, cursor, deps)) pages.push(page)
  }
  await expect(run()).rejects.toThrow('is repeated')
  expect(pages).toEqual([[0], [1]])
})

test('a link that comes again is an error, unless its page is the last one by its own word', async () => {
  const how = { ...link, link_path_in_response_body: 'next' }
  const inBody = answering((n) => ({ data: { items: [n], next: '/same' } }))
  await expect(all({ endpoint: '/x' }, how, inBody)).rejects.toThrow("the link at 'next' is repeated")
  const inHeader = answering((n) => ({ data: { items: [n] }, headers: { link: '</same>; rel="next"' } }))
  await expect(all({ endpoint: '/x' }, how, inHeader)).rejects.toThrow(
    "the link 'next' in its header is repeated",
  )
  const ends = answering((n) => ({ data: { items: [n], next: '/same', end_of_stream: n === 1 } }))
  expect(await all({ endpoint: '/x' }, how, ends)).toEqual([[0], [1]])
})

test.each([{}, { limit: 2, limit_name_in_request: 'n' }])(
  'an offset that the API ignores is an error: %j',
  async (more) => {
    const server = answering(() => ({ data: { items: ['a', 'b'] } }))
    await expect(all({ endpoint: '/x' }, { ...offset, ...more }, server)).rejects.toThrow(
      "paginate: GET /x: the page before is repeated, though 'start' has changed, so the list would never end",
    )
    expect(server.asked).toHaveLength(2)
  },
)

test.each([
  [cursor, "has no cursor at 'next'"],
  [{ ...link, link_path_in_response_body: 'next' }, "has no link at 'next'"],
  [link, "has no link 'next' in its header"],
])('a page that says that more follow, but not where, is no end: %j', async (how, message) => {
  for (const data of [
    { has_more: true },
    { meta: { hasNextPage: true }, next: null },
    { is_last: false, next: '' },
  ]) {
    const server = api({ data: { items: [1], ...data } })
    await expect(all({ endpoint: '/x' }, how, server)).rejects.toThrow(
      `GET /x: the answer says that more pages follow, but ${message}`,
    )
  }
})

test.each([{ after: 'b' }, ['b'], true, Number.POSITIVE_INFINITY])(
  'what is no cursor is not taken for the end: %j',
  async (next) => {
    const server = api({ data: { items: [1], next } })
    await expect(all({ endpoint: '/x' }, cursor, server)).rejects.toThrow("what is at 'next' is no cursor")
  },
)

test.each([null, '', ' ', false, {}, []])('%j in place of a cursor or a link is the end', async (next) => {
  const body = { ...link, link_path_in_response_body: 'next' }
  for (const how of [cursor, body])
    expect(await all({ endpoint: '/x' }, how, api({ data: { items: [1], next } }))).toEqual([[1]])
})

test('a link may be an object with its target, and one without a target is not the end', async () => {
  const how = { ...link, link_path_in_response_body: '_links.next' }
  const server = api(
    { data: { items: [1], _links: { next: { href: '/b' } } } },
    { data: { items: [2], _links: {} } },
  )
  expect(await all({ endpoint: '/x' }, how, server)).toEqual([[1], [2]])
  for (const next of [{ url: '/b' }, { href: 7 }, 7, 'mailto:a@b.io'])
    await expect(
      all({ endpoint: '/x' }, how, api({ data: { items: [1], _links: { next } } })),
    ).rejects.toThrow("the link at '_links.next' leads to no URL")
})

test('an offset that says that more follow, but gives nothing, is no end', async () => {
  const server = api({ data: { items: [], has_more: true } })
  await expect(all({ endpoint: '/x' }, offset, server)).rejects.toThrow(
    'says that more items follow, but has none',
  )
})

test('links are resolved against the URL of their page', async () => {
  const how = { ...link, link_path_in_response_body: 'next' }
  const server = api(
    { data: { items: [1], next: '?page=2' }, url: 'https://a.io/api/v1/list?page=1' },
    { data: { items: [2], next: 'list?page=3' }, url: 'https://a.io/api/v1/list?page=2' },
    {
      data: { items: [3] },
      headers: { link: '</api/v1/list?page=4>; rel="next"' },
      url: 'https://b.io/api/v1/list?page=3',
    },
    { data: { items: [4] }, url: 'https://b.io/api/v1/list?page=4' },
  )
  expect(await all({ endpoint: '/list', params: { page: 1 } }, how, server)).toEqual([[1], [2], [3], [4]])
  expect(server.asked.map(({ endpoint }) => endpoint)).toEqual([
    '/list',
    'https://a.io/api/v1/list?page=2',
    'https://a.io/api/v1/list?page=3',
    'https://b.io/api/v1/list?page=4',
  ])
})

/** A list behind offsets: what the API gives of `count` items. */
function capped(count: number, cap: number, more: object = {}, ask = 'start') {
  return answering((_n, request) => {
    const { [ask]: start = 0, count: wanted = cap } = request.params as Record<string, number>
    const length = Math.max(0, Math.min(wanted, cap, count - start))
    return { data: { items: Array.from({ length }, (_, n) => start + n), ...more } }
  })
}
const limited = { ...offset, limit_name_in_request: 'count', limit: 500 }
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

test('an API that gives fewer items than the limit is read to its end', async () => {
  const server = capped(250, 100)
  expect((await all({ endpoint: '/x' }, limited, server)).flat()).toEqual(numbers(250))
  expect(server.asked.map(({ params }) => params)).toEqual([
    { count: 500, start: 0 },
    { count: 500, start: 100 },
    { count: 500, start: 200 },
  ])
})

test('pages that are numbered are counted by one, whatever the cap is', async () => {
  const how = {
    ...limited,
    offset_name_in_request: 'page',
    offset_start_value: 1,
    offset_calculation_method: 'per-page',
  }
  const server = answering((_n, request) => {
    const page = (request.params as { page: number }).page
    return { data: { items: numbers(250).slice((page - 1) * 100, page * 100) } }
  })
  expect((await all({ endpoint: '/x' }, how, server)).flat()).toEqual(numbers(250))
  expect(server.asked.map(({ params }) => (params as { page: number }).page)).toEqual([1, 2, 3])
})

test.each([7, 99, 101, 499])('a page of %d items is no cap: nothing more is asked', async (count) => {
  const server = capped(count, 500)
  expect((await all({ endpoint: '/x' }, limited, server)).flat()).toHaveLength(count)
  expect(server.asked).toHaveLength(1)
})

test.each([
  { total: 100 },
  { meta: { total_count: '100' } },
  { pagination: { page: 1, total_pages: 1 } },
  { has_more: false },
  { page_context: { has_more_page: false } },
  { info: { more_records: false } },
  { next: null },
  { is_last: true },
  { paging: { next: null } },
  { '@odata.count': 100 },
  { links: { first: '/1', last: '/1' } },
  { links: [{ rel: 'self' }, { rel: 'first' }] },
])('nothing more is asked where the answer says that there is nothing: %j', async (more) => {
  const server = capped(100, 100, more)
  expect((await all({ endpoint: '/x' }, limited, server)).flat()).toHaveLength(100)
  expect(server.asked).toHaveLength(1)
})

test.each([
  [{ 'x-total-count': '100' }, 1],
  [{ 'x-total': '100', 'x-total-pages': '1' }, 1],
  [{ 'x-next-page': '' }, 1],
  [{ link: '<https://a.io/?p=1>; rel="first"' }, 1],
  [{ 'x-total-count': '250' }, 2],
  [{ 'x-request-id': '7' }, 2],
])('headers say it too: with %j there are %d requests', async (headers, requests) => {
  const how = { ...limited, response_path: undefined }
  const server = answering((n) => ({ data: n === 0 ? numbers(100) : [], headers }))
  await all({ endpoint: '/x' }, how, server)
  expect(server.asked).toHaveLength(requests)
})

test.each([{ total: 250 }, { count: 250 }, { meta: { pagination: { total: 250 } } }, { total: '250' }])(
  'a short page is not the last one where the answer says that there is more: %j',
  async (more) => {
    const server = capped(250, 37, more)
    expect((await all({ endpoint: '/x' }, limited, server)).flat()).toEqual(numbers(250))
  },
)

test.each([
  [{ offset_start_value: 200 }, { total: 300 }, 1],
  [{ offset_start_value: 200 }, { total: 250 }, 2],
  [{ offset_start_value: 1 }, { total: 100 }, 1],
  [{ offset_start_value: 3, offset_calculation_method: 'per-page' }, { total: 100, total_pages: 1 }, 2],
  [{ offset_start_value: 1, offset_calculation_method: 'per-page' }, { total_pages: 1 }, 1],
])('where a list is read from %j on, %j is a reason for %d requests', async (more, said, requests) => {
  const server = answering((n) => ({ data: { items: n === 0 ? numbers(100) : [], ...said } }))
  await all({ endpoint: '/x' }, { ...limited, ...more }, server)
  expect(server.asked).toHaveLength(requests)
})

test('an API that has given a page as long as the limit does not cap', async () => {
  const server = capped(520, 500)
  expect((await all({ endpoint: '/x' }, limited, server)).flat()).toHaveLength(520)
  expect(server.asked).toHaveLength(2)
})

test('with a known cap the last page needs no further request, though its length is a usual cap', async () => {
  const server = capped(220, 100)
  expect((await all({ endpoint: '/x' }, limited, server)).flat()).toHaveLength(220)
  expect(server.asked).toHaveLength(3)
})

test.each([
  [400, {}],
  [404, {}],
  [416, {}],
  [422, {}],
  [200, ''],
  [200, { items: null }],
  [204, ''],
])('a guess that is answered by %d %j has found no further page', async (status, data) => {
  const server = api({ data: { items: numbers(100) } }, { status, data })
  expect(await all({ endpoint: '/x' }, limited, server)).toHaveLength(1)
  expect(server.failures.incomplete).toBe('')
})

test.each([
  [{ status: 403, data: {} }, 'status code 403'],
  [{ status: 500, data: {} }, 'status code 500'],
  [html, 'has no list'],
  [{ data: { errors: ['slow down'], items: null } }, 'has no list'],
])('a guess that fails otherwise is a page that fails: %j', async (page, message) => {
  await expect(
    all({ endpoint: '/x' }, limited, api({ data: { items: numbers(100) } }, page)),
  ).rejects.toThrow(message)
})

test('a guess that brings the same page: the list ends, and the run knows that it may be incomplete', async () => {
  const page = { data: { items: numbers(100) } }
  const server = api(page, page)
  expect(await all({ endpoint: '/x' }, limited, server)).toEqual([numbers(100)])
  expect(server.failures.incomplete).toContain(
    "the page before is repeated, though 'start' has changed, so the list would never end",
  )
  expect(server.warnings).toHaveLength(1)
})

test('an empty page that says that more follow is gone past where pages are numbered', async () => {
  const how = { ...offset, offset_calculation_method: 'per-page' }
  const server = api(
    { data: { items: [1], has_more: true } },
    { data: { items: [], has_more: true } },
    { data: { items: [2], has_more: false } },
    { data: { items: [], has_more: false } },
  )
  expect(await all({ endpoint: '/x' }, how, server)).toEqual([[1], [2]])
})

test('a failed page throws, and a later success of the same list takes its own failure back', async () => {
  const server = api(html, { data: { items: [1] } })
  await expect(all({ endpoint: '/x' }, cursor, server)).rejects.toThrow()
  expect(server.failures.incomplete).not.toBe('')
  await all({ endpoint: '/x' }, cursor, server)
  expect(server.failures.incomplete).toBe('')
})

test('what the function itself throws in a page is no failure of the list, except in on_page', async () => {
  const own = api({ data: { items: [1] } })
  const run = async () => {
    for await (const _page of paginate({ endpoint: '/x' }, cursor, own.deps)) throw new Error('mine')
  }
  await expect(run()).rejects.toThrow('mine')
  expect(own.failures.incomplete).toBe('')
  const hook = api({ data: { items: [1] } })
  const on_page = () => {
    throw new Error('in the hook')
  }
  await expect(all({ endpoint: '/x', paginate: { on_page } }, cursor, hook)).rejects.toThrow('in the hook')
  expect(hook.failures.incomplete).toBe('in the hook')
})

test('a page of another request does not take a failure back', async () => {
  const server = api(html, { data: { items: [1] } })
  await expect(all({ endpoint: '/x', params: { q: 1 } }, cursor, server)).rejects.toThrow()
  await all({ endpoint: '/x', params: { q: 2 } }, cursor, server)
  expect(server.failures.incomplete).not.toBe('')
})

test('requests for pages may be repeated whatever their method is, unless the function says no', async () => {
  const server = api({ data: { items: [1] } }, { data: { items: [1] } })
  await all({ endpoint: '/x', method: 'POST' }, cursor, server)
  await all({ endpoint: '/x', method: 'POST', idempotent: false }, cursor, server)
  expect(server.asked.map(({ idempotent }) => idempotent)).toEqual([true, false])
})
