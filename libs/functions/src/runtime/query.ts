import type { HttpRequest } from '@syncline/function-types'

/** The endpoint with `params` in its query. A param replaces one of the same name that the endpoint has. */
export function withQuery(endpoint: string, params: HttpRequest['params']): string {
  if (params === undefined || params === null || params === '') return endpoint
  const [path = '', inline] = endpoint.split(/\?(.*)/s)
  if (typeof params === 'string') {
    if (inline !== undefined) {
      throw new Error(`params '${params}' and a query in the endpoint '${endpoint}': give one of them`)
    }
    return `${path}?${params.replace(/^\?/, '')}`
  }
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== null)
  if (given.length === 0) return endpoint
  const query = new URLSearchParams(inline)
  for (const [name, value] of given) query.set(name, asText(value))
  return `${path}?${query}`
}

/** Lists are joined by commas, as most APIs expect. */
function asText(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(asText).join(',')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
