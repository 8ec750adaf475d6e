import type { HttpRequest, HttpResponse } from '@syncline/function-types'
import { SeededRandom } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { HttpError } from './http-error.ts'
import { paginate } from './paginate.ts'
import { UnresolvedFailures } from './unresolved-failures.ts'

// Lists of random length behind random APIs: the function gets each item exactly once, in order, or an error.

const SEEDS = Array.from({ length: 150 }, (_, n) => `pages-${n}`)
const ORIGIN = 'https://api.test'

type Answer = { data: unknown; headers?: Record<string, string>; status?: number }
type Api = (url: URL, request: HttpRequest) => Answer

async function read(api: Api, how: object) {
  const failures = new UnresolvedFailures()
  const items: number[] = []
  let requests = 0
  const send = async (request: HttpRequest, expected: number[]) => {
    if (++requests > 5000) throw new Error('it does not end')
    const url = new URL(request.endpoint, `${ORIGIN}/v1/`)
    const { params = {} } = request
    for (const [name, value] of Object.entries(params)) url.searchParams.set(name, String(value))
    const response: HttpResponse = { status: 200, statusText: '', headers: {}, ...api(url, request) }
    if (response.status >= 300) {
      const error = new HttpError('GET', request.endpoint, response)
      if (!expected.includes(response.status))
        failures.failed('request', { method: 'GET', endpoint: url.href }, error.message)
      throw error
    }
    return { response, url: url.href }
  }
  const deps = { send, failures, warn: () => {}, tracksDeletes: () => true }
  let error: Error | undefined
  try {
    for await (const page of paginate<number>({ endpoint: 'list' }, { ...how }, deps)) items.push(...page)
  } catch (thrown) {
    error = thrown as Error
  }
  return { items, requests, error, incomplete: failures.incomplete }
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

/** A list in pages of random lengths, many of them empty. */
function randomPages(random: SeededRandom, count: number): number[][] {
  const pages: number[][] = []
  for (let at = 0; at < count || pages.length === 0; ) {
    const length = random.below(3) === 0 ? 0 : 1 + random.below(40)
    pages.push(numbers(count).slice(at, at + length))
    at += length
  }
  while (random.below(3) === 0) pages.push([])
  return pages
}

function pick<T>(random: SeededRandom, values: T[]): T {
  return values[random.below(values.length)] as T
}

/** What a broken API answers instead of a page. */
function breakage(random: SeededRandom): Answer {
  return pick<Answer>(random, [
    { data: '<html>', headers: { 'content-type': 'text/html' } },
    { data: { errors: [{ message: 'no' }], items: null } },
    { data: {} },
    { data: '' },
    { data: { items: { a: 1 } } },
    { data: {}, status: 500 },
    { data: {}, status: 403 },
    { data: {}, status: 404 },
  ])
}

test.each(SEEDS)('a list with cursors or links: %s', async (seed) => {
  const random = new SeededRandom(seed)
  const pages = randomPages(random, random.below(300))
  const kind = pick(random, ['cursor', 'header', 'body'])
  const linkTo = (n: number) =>
    pick(random, [
      `${ORIGIN}/v1/list?at=p${n}`,
      `/v1/list?at=p${n}`,
      `?at=p${n}`,
      `list?at=p${n}`,
      `/list?at=p${n}`,
    ])
  const breaksAt = random.below(2) === 0 ? random.below(pages.length) : undefined
  const loopsAt = breaksAt === undefined && random.below(3) === 0 ? random.below(pages.length) : undefined

  const api: Api = (url) => {
    const n = Number((url.searchParams.get('at') ?? 'p0').slice(1))
    if (url.pathname !== '/v1/list' || n === breaksAt) return breakage(random)
    const next = n === loopsAt ? random.below(n + 1) : n + 1
    const isLast = next >= pages.length && n !== loopsAt
    const items = pages[n] ?? [-1]
    if (kind === 'cursor')
      return { data: { items, next: isLast ? pick(random, [null, '', undefined]) : `p${next}` } }
    const link = isLast ? '' : linkTo(next)
    if (kind === 'body') return { data: { items, next: link } }
    return {
      data: { items },
      headers: link ? { link: `<${ORIGIN}>; rel="prev first", <${link}>; rel="next"` } : {},
    }
  }
  const how = { response_path: 'items', ...HOW[kind] }
  const { items, error, incomplete } = await read(api, how)
  if (breaksAt !== undefined) {
    expect(items).toEqual(pages.slice(0, breaksAt).flat())
    expect(error).toBeDefined()
    // That the list does not exist at all is an answer like others.
    const isAbsent = breaksAt === 0 && error instanceof HttpError && error.status === 404
    expect(incomplete === '').toBe(isAbsent)
  } else if (loopsAt !== undefined && error === undefined) {
    // An empty page that leads to itself has nothing to come.
    expect(pages[loopsAt]).toEqual([])
  } else if (loopsAt !== undefined) {
    expect(error?.message).toContain('is repeated')
  } else {
    expect(error).toBeUndefined()
    expect(items).toEqual(pages.flat())
    expect(incomplete).toBe('')
  }
})

const HOW: Record<string, object> = {
  cursor: { type: 'cursor', cursor_name_in_request: 'at', cursor_path_in_response: 'next' },
  header: { type: 'link', link_rel_in_response_header: 'next' },
  body: { type: 'link', link_path_in_response_body: 'next' },
}

test.each(SEEDS)('a list with offsets: %s', async (seed) => {
  const random = new SeededRandom(`offset ${seed}`)
  const cap = pick(random, [1, 7, 10, 20, 25, 33, 50, 100])
  const limit = pick(random, [undefined, 5, 10, 50, 100, 500])
  const length = Math.min(limit ?? cap, cap)
  const count = random.below(2) === 0 ? length * random.below(5) : random.below(5 * length)
  const perPage = random.below(2) === 0
  const start = perPage ? random.below(2) : 0
  const evidence = pick(random, ['none', 'total', 'meta', 'more', 'pages', 'header', 'next'])
  const beyond = pick<Answer>(random, [
    { data: { items: [] } },
    ...(evidence === 'none' && limit !== undefined && cap < limit
      ? [{ data: { items: null } }, { data: {}, status: 404 }, { data: '', status: 204 }]
      : []),
  ])
  const breaksAt = random.below(3) === 0 ? random.below(Math.max(1, Math.ceil(count / length))) : undefined

  let asked = 0
  const api: Api = (url) => {
    const at = Number(url.searchParams.get('at'))
    const from = perPage ? (at - start) * length : at
    if (asked++ === breaksAt) return breakage(random)
    if (from > 0 && from >= count) return beyond
    const to = Math.min(from + length, count)
    const pages = Math.ceil(count / length)
    const fields: Record<string, object> = {
      total: { total: count },
      meta: { meta: { pagination: { total_count: String(count) } } },
      more: { has_more: to < count },
      pages: perPage && pages > 0 ? { total_pages: pages } : { total: count },
      next: { next: to < count ? '/somewhere' : null },
    }
    const headers: Record<string, string> = evidence === 'header' ? { 'x-total-count': String(count) } : {}
    return { data: { items: numbers(count).slice(from, to), ...fields[evidence] }, headers }
  }
  const how = {
    type: 'offset',
    offset_name_in_request: 'at',
    offset_start_value: start,
    response_path: 'items',
    ...(perPage && { offset_calculation_method: 'per-page' }),
    ...(limit !== undefined && { limit, limit_name_in_request: 'n' }),
  }
  const { items, error, incomplete, requests } = await read(api, how)
  expect(requests).toBeLessThanOrEqual(Math.ceil(count / length) + 2)
  const isUnusualCap = limit !== undefined && cap < limit && ![10, 20, 25, 50, 100].includes(cap)
  if (breaksAt !== undefined && asked > breaksAt) {
    expect(items).toEqual(numbers(count).slice(0, breaksAt * length))
    if (error)
      expect(incomplete === '').toBe(error instanceof HttpError && error.status === 404 && breaksAt === 0)
    // The page after a first one that may be the whole list: some answers say that there is none.
    else expect(breaksAt).toBe(1)
  } else if (evidence === 'none' && isUnusualCap) {
    // Nothing tells such a page from the last one.
    expect(items).toEqual(numbers(Math.min(count, cap)))
  } else {
    expect(error).toBeUndefined()
    expect(items).toEqual(numbers(count))
    expect(incomplete).toBe('')
  }
})
