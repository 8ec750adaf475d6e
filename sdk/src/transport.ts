import { SynclineError } from './error.ts'

export interface Call {
  /** Undefined values are left out; an array is sent as a repeated parameter. */
  query?: Record<string, string | number | boolean | string[] | undefined>
  headers?: Record<string, string>
  body?: unknown
}

/** `T` is what the contract says that the endpoint answers. */
export type Transport = <T = void>(method: string, path: string, call?: Call) => Promise<T>

/** Sends calls to `host`. Fails with a `SynclineError` on any answer but 2xx, and when there is none in time. */
export function createTransport(host: string, key: string, timeoutMs: number): Transport {
  const base = host.replace(/\/+$/, '')
  return async (method, path, { query = {}, headers = {}, body } = {}) => {
    const url = base + path + queryString(query)
    try {
      const response = await fetch(url, {
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
}

function queryString(query: NonNullable<Call['query']>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const item of [value].flat()) params.append(name, String(item))
  }
  return params.size === 0 ? '' : `?${params}`
}
