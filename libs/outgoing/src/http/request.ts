import type { Readable } from 'node:stream'
import type { HttpCall } from '@syncline/functions'
import type { AdditionsFor } from './additions.ts'

/** A stream can be sent once. One without a `length` is sent in chunks. */
export type Body =
  | NonNullable<HttpCall['body']>
  | { bytes: Uint8Array }
  | { stream: Readable; length?: number }

export interface Request {
  method: string
  /** Names in lower case. */
  headers: Record<string, string>
  body?: Body | undefined
  /** What is sent beside that. Without it: nothing. */
  additions?: AdditionsFor
  /** The answer is a text: its body becomes UTF-8. */
  text?: boolean
  /** Another origin gets `headers` too. It never gets `additions`, except by its own right. */
  keepAuthOnRedirect?: boolean
  /** A redirect is the answer: what is sent must reach nobody else. */
  keepRedirects?: boolean
}

const HEADERS_OF_A_BODY = ['content-encoding', 'content-language', 'content-location', 'content-type']
/** What another origin may see after a redirect; any other header may be a secret. */
const HARMLESS_HEADERS = ['accept', 'accept-language', 'user-agent', ...HEADERS_OF_A_BODY]

/** As browsers do it: after 303 always, after 301 and 302 for POST, the next request is a GET. */
export function redirected(request: Request, status: number, from: URL, to: URL): Request {
  const isTrusted = (url: URL) => request.additions?.(url) !== undefined
  const keeps = from.origin === to.origin || request.keepAuthOnRedirect || (isTrusted(from) && isTrusted(to))
  const headers = keeps ? request.headers : only(request.headers, HARMLESS_HEADERS)
  const toGet = (status === 303 && request.method !== 'HEAD') || (status <= 302 && request.method === 'POST')
  if (!toGet) return { ...request, headers }
  return { ...request, method: 'GET', headers: without(headers, HEADERS_OF_A_BODY), body: undefined }
}

const only = (headers: Record<string, string>, names: string[]) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)))

/** Whether the same request can be sent again. */
export const isReplayable = (body: Body | undefined): boolean => body === undefined || !('stream' in body)

export const without = (headers: Record<string, string>, names: string[]) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))

/** Credentials in the query. The first URL gets ours; one that a redirect gave keeps those that it has. */
export function withQuery(url: URL, query: Record<string, string>, isFirst: boolean): URL {
  const result = new URL(url)
  for (const [name, value] of Object.entries(query)) {
    if (!result.searchParams.has(name)) {
      // Not by searchParams, which would write the rest of the query in another way.
      const pair = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`
      result.search += result.search === '' ? `?${pair}` : `&${pair}`
    } else if (isFirst) result.searchParams.set(name, value)
  }
  return result
}

/** The URL without our credentials in it, also if a redirect repeats them. */
export function withoutQuery(url: URL, query: Record<string, string>): URL {
  const result = new URL(url)
  for (const [name, value] of Object.entries(query)) {
    if (result.searchParams.has(name, value)) result.searchParams.delete(name)
  }
  return result
}
