import { expect, test } from 'vitest'
import { paginate } from './paginate.ts'
import { all, api, cursor, html, offset } from './paginate-pages.ts'

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
  ['by-response-size', [0, 2]],
  ['per-page', [1, 2]],
])(
  'with offsets (%s), on_page hears that of the page that was read, and nothing of the last page',
  async (method, expected) => {
    const heard: unknown[] = []
    const on_page = ({ nextPageParam }: { nextPageParam?: unknown }) => void heard.push(nextPageParam)
    const how = {
      ...offset,
      offset_calculation_method: method,
      offset_start_value: method === 'per-page' ? 1 : 0,
      limit: 2,
      limit_name_in_request: 'limit',
      on_page,
    }
    const full = { data: { items: [1, 2] } }
    const server = api(full, { data: { items: [3, 4] } }, { data: { items: [5] } })
    expect(await all({ endpoint: '/x' }, how, server)).toEqual([[1, 2], [3, 4], [5]])
    expect(heard).toEqual(expected)
  },
)

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
