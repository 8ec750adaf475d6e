import { expect, test } from 'vitest'
import { paginate } from './paginate.ts'
import { all, answering, api, cursor, html, link, numbers, offset } from './paginate-pages.ts'

// What ends a list: nothing but the API's word.

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

test('an optional list that is absent counts as empty, but an error does not', async () => {
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
