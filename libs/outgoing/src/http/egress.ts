import { isIP } from 'node:net'
import type { FetchCall } from '@syncline/functions'
import type { HostCall } from '@syncline/sandbox'
import { Agent, fetch, type Response } from 'undici'
import { type EgressAnswer, gather, type Hold, holdFirst, MAX_BODY_BYTES } from './egress-answer.ts'
import { AddressRefused, isPublic, publicLookup } from './public-address.ts'

const MAX_REDIRECTS = 5
const CONNECT_TIMEOUT_MS = 10_000
const SILENCE_TIMEOUT_MS = 60_000
const REQUEST_TIMEOUT_MS = 5 * 60_000
const USER_AGENT = 'syncline'

/** Set by the runner only: they decide where a request goes and where it ends. */
const OWN_HEADERS = [
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
]
/** What another origin may see after a redirect; any other header may be a secret. */
const HARMLESS_HEADERS = ['accept', 'accept-language', 'content-type', 'user-agent']

export interface Request {
  method: string
  /** Names in lower case. */
  headers: Record<string, string>
  body?: FetchCall['body']
  keepAuthOnRedirect?: boolean
}

/** The one way out for sync functions: to public addresses, and to hosts that the operator allows. */
export class Egress implements AsyncDisposable {
  readonly #allowed: Set<string>
  readonly #redirectTo: string
  readonly #guarded = new Agent({
    ...timeouts,
    connect: { timeout: CONNECT_TIMEOUT_MS, lookup: publicLookup },
  })
  readonly #open = new Agent({ ...timeouts, connect: { timeout: CONNECT_TIMEOUT_MS } })

  constructor({ allowHosts, redirectTo }: { allowHosts: string[]; redirectTo: string }) {
    this.#allowed = new Set(allowHosts)
    this.#redirectTo = redirectTo
  }

  /** The last answer after redirects, whatever its status. */
  async request(url: URL, request: Request, { signal, hold }: HostCall): Promise<EgressAnswer> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)])
    await holdFirst(hold, within).catch((error: unknown) => {
      throw networkFault(error, url, within)
    })
    let [target, current] = [url, request]
    for (let redirects = 0; ; redirects++) {
      const response = await this.#send(target, current, within)
      const location = response.headers.get('location')
      if (![301, 302, 303, 307, 308].includes(response.status) || location === null) {
        return await answerOf(response, hold, within)
      }
      await response.body?.cancel()
      if (redirects === MAX_REDIRECTS)
        throw fault('too_many_redirects', `${nameOf(url)} redirects more than ${MAX_REDIRECTS} times`)
      if (!URL.canParse(location, target.href))
        throw fault('invalid_redirect', `${nameOf(target)} redirects to '${location}'`)
      const next = new URL(location, target)
      current = redirected(current, response.status, next.origin === target.origin)
      target = next
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#guarded.destroy(), this.#open.destroy()])
  }

  async #send(url: URL, { method, headers, body }: Request, signal: AbortSignal): Promise<Response> {
    const isOpen = this.#checked(url)
    const sent = { 'user-agent': USER_AGENT, ...without(headers, OWN_HEADERS) }
    try {
      return await fetch(this.#redirectTo ? new URL(url.pathname + url.search, this.#redirectTo) : url, {
        method,
        headers: this.#redirectTo ? { ...sent, 'x-replay-url': url.href } : sent,
        body: body === undefined ? null : 'text' in body ? body.text : Buffer.from(body.base64, 'base64'),
        redirect: 'manual',
        signal,
        dispatcher: isOpen ? this.#open : this.#guarded,
      })
    } catch (error) {
      throw networkFault(error, url, signal)
    }
  }

  /** Returns whether the operator allows the host as it is. */
  #checked(url: URL): boolean {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw fault('url_not_allowed', `'${url.protocol}' is not a scheme that sync functions may use`)
    }
    if (url.username || url.password) throw fault('url_not_allowed', 'a URL with a user name is not allowed')
    if (this.#redirectTo || this.#allowed.has(url.host) || this.#allowed.has(url.hostname)) return true
    // An address needs no lookup, so it is checked here; names are checked when they are looked up.
    const address = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(address) !== 0 && !isPublic(address)) throw new AddressRefused(address)
    return false
  }
}

const timeouts = { headersTimeout: SILENCE_TIMEOUT_MS, bodyTimeout: SILENCE_TIMEOUT_MS }

/** As browsers do it: after 303 always, after 301 and 302 for POST, the next request is a GET. */
function redirected(request: Request, status: number, sameOrigin: boolean): Request {
  const toGet = (status === 303 && request.method !== 'HEAD') || (status <= 302 && request.method === 'POST')
  const kept =
    sameOrigin || request.keepAuthOnRedirect ? request.headers : only(request.headers, HARMLESS_HEADERS)
  if (!toGet) return { ...request, headers: kept }
  return { ...request, method: 'GET', headers: without(kept, ['content-type']), body: undefined }
}

/** Counted after decompression: a small answer can become a large one. */
async function answerOf(response: Response, hold: Hold, signal: AbortSignal): Promise<EgressAnswer> {
  const url = new URL(response.url)
  const blocks = await gather(response.body ?? [], hold, signal).catch((error: unknown) => {
    throw networkFault(error, url, signal)
  })
  if (blocks === undefined) {
    throw fault('response_too_large', `the answer of ${nameOf(url)} has more than ${MAX_BODY_BYTES} bytes`)
  }
  const { status, statusText } = response
  return { status, statusText, headers: Object.fromEntries(response.headers), blocks }
}

class EgressFault extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

const fault = (code: string, message: string) => new EgressFault(code, message)

/** `fetch` hides what happened in the cause; the query stays out of the message, it may hold a key. */
function networkFault(error: unknown, url: URL, signal?: AbortSignal): Error {
  if (signal?.aborted) {
    const late = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
    return late
      ? fault('ETIMEDOUT', `${nameOf(url)} did not answer within ${REQUEST_TIMEOUT_MS / 1000} s`)
      : signal.reason
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof AddressRefused) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'ERR_NETWORK'
  const message = cause instanceof Error ? cause.message : String(cause)
  return new EgressFault(code, `${nameOf(url)} cannot be reached: ${message || code}`, { cause: error })
}

const nameOf = (url: URL) => `${url.origin}${url.pathname}`

const only = (headers: Record<string, string>, names: string[]) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)))

const without = (headers: Record<string, string>, names: string[]) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
