import { expect, test } from 'vitest'
import { all, answering, api, html, numbers, offset } from './paginate-pages.ts'

/** A list behind offsets: what the API gives of `count` items. */
function capped(count: number, cap: number, more: object = {}, ask = 'start') {
  return answering((_n, request) => {
    const { [ask]: start = 0, count: wanted = cap } = request.params as Record<string, number>
    const length = Math.max(0, Math.min(wanted, cap, count - start))
    return { data: { items: Array.from({ length }, (_, n) => start + n), ...more } }
  })
}
const limited = { ...offset, limit_name_in_request: 'count', limit: 500 }

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
