import type { HttpRequest, HttpResponse, Pagination } from '@syncline/function-types'
import { get, set } from 'es-toolkit/compat'
import { linkIn } from './link-header.ts'
import { withQuery } from './query.ts'

type Send = (request: HttpRequest) => Promise<HttpResponse>

/** Where the next page is: a value for the request's page parameter, a link to follow, or undefined after the last page. */
type Next = { param: string | number } | { link: string } | undefined

/**
 * Requests page after page. The call's settings override the integration's defaults. `on_page` is called after the
 * function has processed the items of the page, so a cursor that it keeps for a checkpoint is never ahead of them.
 */
export async function* paginate<T>(
  request: HttpRequest,
  defaults: Record<string, unknown>,
  send: Send,
): AsyncGenerator<T[], undefined, void> {
  const how = { ...defaults, ...request.paginate } as Partial<Pagination> // the catalog has checked the defaults
  const { name, start, next } = strategyOf(how)
  const inBody = how.in_body ?? ['POST', 'PUT', 'PATCH'].includes((request.method ?? 'GET').toUpperCase())
  const withParam = (base: HttpRequest, param: string | undefined, value: unknown) =>
    param === undefined || value === undefined ? base : setParam(base, param, value, inBody)

  let current: HttpRequest = withParam(
    withParam({ ...request, method: request.method ?? 'GET' }, how.limit_name_in_request, how.limit),
    name,
    start,
  )
  const seenLinks = new Set<string>()
  for (;;) {
    const response = await send(current)
    const items: unknown = how.response_path ? get(response.data, how.response_path) : response.data
    const isEmpty = !Array.isArray(items) || items.length === 0
    // An empty page of a linked list may still be followed by others.
    if (isEmpty && how.type !== 'link') return

    const following = next(response, isEmpty ? [] : items)
    yield items as T[]
    await how.on_page?.({
      nextPageParam: following && ('link' in following ? following.link : following.param),
      response,
    })
    if (following === undefined) return
    if ('param' in following) current = withParam(current, name, following.param)
    else {
      if (seenLinks.has(following.link)) return
      seenLinks.add(following.link)
      current = follow(current, following.link)
    }
  }
}

interface Strategy {
  /** Name of the request's page parameter. */
  name?: string | undefined
  /** Its value in the first request. */
  start?: number | undefined
  next: (response: HttpResponse, items: unknown[]) => Next
}

function strategyOf(how: Partial<Pagination>): Strategy {
  if (how.limit !== undefined && how.limit_name_in_request === undefined && how.type === 'cursor') {
    throw missing('limit_name_in_request', `a limit of ${how.limit}`)
  }
  if (how.type === 'cursor') return byCursor(how)
  if (how.type === 'link') return byLink(how)
  if (how.type === 'offset') return byOffset(how)
  throw new Error(
    how.type === undefined
      ? 'paginate: neither the integration nor the call says how; give `paginate: { type: … }`'
      : `paginate: there is no type '${how.type}'; there are cursor, link and offset`,
  )
}

function byCursor({
  cursor_name_in_request: name,
  cursor_path_in_response: path,
}: Partial<Pagination>): Strategy {
  if (!name) throw missing('cursor_name_in_request', 'type cursor')
  if (!path) throw missing('cursor_path_in_response', 'type cursor')
  return {
    name,
    next: ({ data }) => {
      const found: unknown = get(data, path)
      const cursor = typeof found === 'string' ? found.trim() : found
      return typeof cursor === 'number' || (typeof cursor === 'string' && cursor !== '')
        ? { param: cursor }
        : undefined
    },
  }
}

function byLink(how: Partial<Pagination>): Strategy {
  const { link_rel_in_response_header: rel, link_path_in_response_body: path } = how
  if (!rel && !path) throw missing('link_rel_in_response_header or link_path_in_response_body', 'type link')
  return {
    next: ({ headers, data }) => {
      const link: unknown = (rel && linkIn(headers.link, rel)) || (path && get(data, path))
      return typeof link === 'string' && link !== '' ? { link } : undefined
    },
  }
}

function byOffset(how: Partial<Pagination>): Strategy {
  const name = how.offset_name_in_request
  if (!name) throw missing('offset_name_in_request', 'type offset')
  const limit = how.limit === undefined ? undefined : Number(how.limit)
  let offset = how.offset_start_value ?? 0
  return {
    name,
    start: offset,
    next: (_response, items) => {
      if (limit !== undefined && items.length < limit) return undefined
      offset += how.offset_calculation_method === 'per-page' ? 1 : items.length
      return { param: offset }
    },
  }
}

/** In a body, a name with dots is a path to a nested field. */
function setParam(request: HttpRequest, name: string, value: unknown, inBody: boolean): HttpRequest {
  if (inBody) {
    const data = structuredClone(request.data ?? {})
    if (typeof data !== 'object') throw new Error('paginate: the request has a body that is not an object')
    return { ...request, data: set(data, name, value) }
  }
  const params = typeof request.params === 'string' ? queryObject(request.params) : request.params
  return { ...request, params: { ...params, [name]: value } }
}

/** The link has its own query; a full URL may lead to another host. */
function follow(request: HttpRequest, link: string): HttpRequest {
  const { params: _replaced, ...rest } = request
  return { ...rest, endpoint: withQuery(link, undefined) }
}

function queryObject(query: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(query))
}

function missing(setting: string, because: string): Error {
  return new Error(`paginate: ${because} needs ${setting}`)
}
