import type { ClientAnswer, ClientRequest, RouteAt, Routes } from '@syncline/api'
import { SynclineError } from './error.ts'

type Method = Routes[keyof Routes]['method']
type UrlOf<M extends Method> = Literal<Extract<Routes[keyof Routes], { method: M }>['url']>
/** One route whose URL is any text would allow every URL. */
type Literal<Text extends string> = string extends Text ? never : Text

/** Calls an endpoint of the API, with what the API declares for it. */
export type Transport = <M extends Method, U extends UrlOf<M>>(
  method: M,
  url: U,
  ...request: Record<string, never> extends ClientRequest<RouteAt<M, U>>
    ? [request?: ClientRequest<RouteAt<M, U>>]
    : [request: ClientRequest<RouteAt<M, U>>]
) => Promise<ClientAnswer<RouteAt<M, U>>>

/** What all requests have in common. Undefined values are left out. */
interface AnyRequest {
  params?: Record<string, string> | undefined
  /** An array is sent as a repeated parameter, an object as `name[key]`. */
  query?: Record<string, unknown> | undefined
  headers?: Record<string, string> | undefined
  body?: unknown
}

/** Sends calls to `host`. Fails with a `SynclineError` on any answer but 2xx, and when there is none in time. */
export function createTransport(host: string, key: string, timeoutMs: number): Transport {
  const base = host.replace(/\/+$/, '')
  const send = async (method: string, url: string, { params, query, headers, body }: AnyRequest = {}) => {
    try {
      const response = await fetch(base + pathOf(url, params) + queryString(query), {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...headers,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        signal: AbortSignal.timeout(timeoutMs),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw SynclineError.fromAnswer(response.status, text)
      return text === '' ? undefined : JSON.parse(text)
    } catch (cause) {
      if (cause instanceof SynclineError) throw cause
      throw SynclineError.withoutAnswer(base, timeoutMs, cause)
    }
  }
  // The gateway answers what the API declares.
  return send as Transport
}

function pathOf(url: string, params: Record<string, string> = {}): string {
  return url.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}

function queryString(query: Record<string, unknown> = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const item of value) params.append(name, String(item))
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) params.append(`${name}[${key}]`, String(item))
    } else if (value !== undefined) params.append(name, String(value))
  }
  return params.size === 0 ? '' : `?${params}`
}
