import type { HttpRequest, HttpResponse, Pagination } from '@syncline/function-types'
import { get, set } from 'es-toolkit/compat'
import { linkIn } from './link-header.ts'
import { digestOf, Repetition } from './repetition.ts'
import { resolveLink } from './resolve-link.ts'
import { flagOf, whatFollows } from './what-follows.ts'

export interface Page {
  request: HttpRequest
  response: HttpResponse
  /** Where it came from; undefined if that is not known. */
  url: string | undefined
  items: unknown[]
}

/**
 * What comes after a page. `guess` marks a page of which nothing says that it exists. A repetition ends the list with an
 * error: with it, the list would never end, and nobody knows what is missing.
 */
export type Next =
  | { kind: 'page'; request: HttpRequest; param: string | number; guess?: true }
  | { kind: 'end' }
  | { kind: 'repetition'; what: string }

/** How an API hands out the pages of a list: which request asks for the first, and which for the one after a page. */
export interface PageOrder {
  first: HttpRequest
  next: (page: Page) => Next
}

/** @throws If the settings do not say enough. */
export function pageOrder(request: HttpRequest, how: Partial<Pagination>): PageOrder {
  if (how.limit !== undefined && how.limit_name_in_request === undefined && how.type === 'cursor') {
    throw missing('limit_name_in_request', `a limit of ${how.limit}`)
  }
  if (how.type === 'cursor') return byCursor(request, how)
  if (how.type === 'link') return byLink(request, how)
  if (how.type === 'offset') return byOffset(request, how)
  throw new Error(
    how.type === undefined
      ? 'paginate: neither the integration nor the call says how; give `paginate: { type: … }`'
      : `paginate: there is no type '${how.type}'; there are cursor, link and offset`,
  )
}

/**
 * A cursor that is a number is a page or an offset, and some APIs count it on beyond the end of the list: so many empty pages
 * in a row are one. Other cursors are looked up, and name pages that exist.
 */
const EMPTY_BEYOND_THE_END = 10

function byCursor(request: HttpRequest, how: Partial<Pagination>): PageOrder {
  const { cursor_name_in_request: name, cursor_path_in_response: path, response_path: listPath } = how
  if (!name) throw missing('cursor_name_in_request', 'type cursor')
  if (!path) throw missing('cursor_path_in_response', 'type cursor')
  const seen = new Repetition()
  let sent: string | number | undefined
  let empty = 0
  return {
    first: withLimit(request, how),
    next: ({ request, response, items }) => {
      const found: unknown = get(response.data, path)
      const cursor = typeof found === 'string' ? found.trim() : found
      const isCursor =
        (typeof cursor === 'number' && Number.isFinite(cursor)) ||
        (typeof cursor === 'string' && cursor !== '')
      if (!isCursor || standsStill(response, listPath, items, cursor === sent)) return END
      empty = items.length === 0 ? empty + 1 : 0
      if (empty > EMPTY_BEYOND_THE_END && /^\d{1,9}$/.test(String(cursor))) return END
      if (seen.add(String(cursor)))
        return repeated(response, listPath, `the cursor at '${path}' has come before`)
      sent = cursor
      return { kind: 'page', request: withParam(request, name, cursor, how), param: cursor }
    },
  }
}

function byLink(request: HttpRequest, how: Partial<Pagination>): PageOrder {
  const { link_rel_in_response_header: rel, link_path_in_response_body: path, response_path: listPath } = how
  if (!rel && !path) throw missing('link_rel_in_response_header or link_path_in_response_body', 'type link')
  const seen = new Repetition()
  let followed: string | undefined
  return {
    first: withLimit(request, how),
    next: ({ request, response, url, items }) => {
      const inHeader = rel && linkIn(response.headers.link, rel)
      const found: unknown = inHeader || (path && get(response.data, path))
      if (typeof found !== 'string' || found.trim() === '') return END
      const link = resolveLink(found, url, request.endpoint)
      if (standsStill(response, listPath, items, link === followed)) return END
      if (seen.add(link)) {
        const where = inHeader ? `the link '${rel}' of the header` : `the link at '${path}'`
        return repeated(response, listPath, `${where} has come before`)
      }
      followed = link
      return { kind: 'page', request: follow(request, link), param: link }
    },
  }
}

/** Lengths that APIs like to cap their pages at, whatever limit is asked for. */
const USUAL_CAPS = new Set([
  10, 20, 25, 30, 40, 50, 60, 75, 80, 100, 200, 250, 300, 400, 500, 1000, 2000, 2500, 5000, 10_000,
])

/**
 * A page that is shorter than the limit is the last one, unless the API caps its pages below the limit. If the answer does
 * not say, and the length is a usual cap, then one request for the page after it tells: from there on, the cap is the limit.
 */
function byOffset(request: HttpRequest, how: Partial<Pagination>): PageOrder {
  const { offset_name_in_request: name, response_path: listPath } = how
  if (!name) throw missing('offset_name_in_request', 'type offset')
  const start = how.offset_start_value ?? 0
  const perPage = how.offset_calculation_method === 'per-page'
  const limit = how.limit === undefined ? undefined : Number(how.limit)
  let offset = start
  let pages = 0
  let read = 0
  /** How long the API's pages are where they are full. */
  let cap: number | undefined
  let guessed: number | undefined
  let before: string | undefined

  const onward = (request: HttpRequest, by: number, isGuess = false): Next => {
    offset += by
    const next = { kind: 'page', request: withParam(request, name, offset, how), param: offset } as const
    return isGuess ? { ...next, guess: true } : next
  }
  return {
    first: withParam(withLimit(request, how), name, start, how),
    next: ({ request, response, items }) => {
      pages++
      read += items.length
      const step = perPage ? 1 : items.length
      if (items.length === 0) {
        // Pages that are numbered can be gone through, whether they have items or not.
        const isMore = perPage && flagOf(response, listPath) === 'more'
        return isMore ? onward(request, step) : END
      }
      const digest = digestOf(JSON.stringify(items))
      if (digest === before)
        return repeated(response, listPath, `the page is the one before again, though '${name}' has changed`)
      before = digest
      if (guessed !== undefined) cap = guessed
      guessed = undefined
      if (limit !== undefined && items.length >= limit) cap = limit
      const isFull = limit === undefined || items.length >= (cap ?? limit)
      if (isFull) return onward(request, step)
      const position = { items: itemsRead(start, read, perPage), pages: start > 1 ? undefined : pages }
      const follows = whatFollows(response, listPath, position)
      if (follows === 'more') return onward(request, step)
      if (follows === 'end' || cap !== undefined || !USUAL_CAPS.has(items.length)) return END
      guessed = items.length
      return onward(request, step, true)
    },
  }
}

/** A start of 0 or 1 is the list's own; a higher offset counts the items before it, a higher page does not say how many. */
function itemsRead(start: number, read: number, perPage: boolean): number | undefined {
  if (start <= 1) return read
  return perPage ? undefined : start + read
}

const END = { kind: 'end' } as const

/** An empty page that leads to itself, or that says that it is the last one, is the end of a list. */
function standsStill(
  response: HttpResponse,
  listPath: string | undefined,
  items: unknown[],
  leadsToItself: boolean,
): boolean {
  return items.length === 0 && (leadsToItself || flagOf(response, listPath) === 'end')
}

/** A page that says that it is the last one may name any page as the next. */
function repeated(response: HttpResponse, listPath: string | undefined, what: string): Next {
  return flagOf(response, listPath) === 'end' ? END : { kind: 'repetition', what }
}

function withLimit(request: HttpRequest, how: Partial<Pagination>): HttpRequest {
  return withParam(request, how.limit_name_in_request, how.limit, how)
}

/** In a body, a name with dots is a path to a nested field. */
function withParam(
  request: HttpRequest,
  name: string | undefined,
  value: unknown,
  how: Partial<Pagination>,
): HttpRequest {
  if (name === undefined || value === undefined) return request
  const inBody = how.in_body ?? ['POST', 'PUT', 'PATCH'].includes((request.method ?? 'GET').toUpperCase())
  if (inBody) {
    const data = structuredClone(request.data ?? {})
    if (typeof data !== 'object') throw new Error('paginate: the request has a body that is not an object')
    return { ...request, data: set(data, name, value) }
  }
  const params =
    typeof request.params === 'string'
      ? Object.fromEntries(new URLSearchParams(request.params))
      : request.params
  return { ...request, params: { ...params, [name]: value } }
}

/** The link has its own query; a full URL may lead to another host. */
function follow(request: HttpRequest, link: string): HttpRequest {
  const { params: _replaced, ...rest } = request
  return { ...rest, endpoint: link }
}

function missing(setting: string, because: string): Error {
  return new Error(`paginate: ${because} needs ${setting}`)
}
