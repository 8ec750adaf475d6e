import type { HttpRequest, Pagination } from '@syncline/function-types'
import { set } from 'es-toolkit/compat'

export function withLimit(request: HttpRequest, how: Partial<Pagination>): HttpRequest {
  return withParam(request, how.limit_name_in_request, how.limit, how)
}

/** The request with a value for its page parameter. In a body, a name with dots is a path to a nested field. */
export function withParam(
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
