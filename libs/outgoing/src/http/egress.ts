import { lookup } from 'node:dns'
import { isIP } from 'node:net'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { HostCall } from '@syncline/sandbox'
import type { Dispatcher } from 'undici'
import { ACCEPT_ENCODING, decoded } from './decoded.ts'
import { type EgressAnswer, gather, type Hold, holdFirst, MAX_BODY_BYTES } from './egress-answer.ts'
import { EgressFault, egressFault, MAX_HEADER_BYTES, nameOf } from './egress-fault.ts'
import { Pools } from './pools.ts'
import { AddressRefused, isPublic, publicOnly } from './public-address.ts'
import {
  type Body,
  isReplayable,
  type Request,
  redirected,
  without,
  withoutQuery,
  withQuery,
} from './request.ts'
import type { StreamedAnswer } from './streamed-answer.ts'
import { utf8Text } from './utf8-text.ts'

const MAX_REDIRECTS = 5
const defaultTimeouts = {
  /** DNS, TCP and TLS. */
  connectMs: 10_000,
  /** Between two signs of life of the server. */
  silenceMs: 60_000,
  /** All of it: the wait for a connection, redirects, the body. */
  requestMs: 5 * 60_000,
  /** How long an idle connection is kept. */
  idleMs: 4000,
  /** The same if the server says that it keeps it so long. */
  maxIdleMs: 30_000,
}
/** The body of a redirect is read, so that its connection can be used again. A longer or later one is cut off. */
const REDIRECT_BODY = { limit: 16 * 1024, timeoutMs: 1000 }

const REDIRECTS = [301, 302, 303, 307, 308]
const DEFAULT_HEADERS = { 'user-agent': 'syncline', accept: '*/*', 'accept-encoding': ACCEPT_ENCODING }
/** Set by us only: they decide where a request goes and where it ends. */
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

/** The last request of a call. */
interface Hop {
  url: URL
  request: Request
  redirects: number
}

/** The one way out for sync functions: to public addresses, and to hosts that the operator allows. */
export class Egress implements AsyncDisposable {
  readonly #allowed: Set<string>
  readonly #redirectTo: string
  readonly #requestMs: number
  /** To addresses that are public when they are looked up. */
  readonly #guarded: Pools
  readonly #open: Pools

  /** @param timeouts For tests. */
  constructor(
    { allowHosts, redirectTo }: { allowHosts: string[]; redirectTo: string },
    timeouts: Partial<typeof defaultTimeouts> = {},
  ) {
    this.#allowed = new Set(allowHosts)
    this.#redirectTo = redirectTo
    const { connectMs, silenceMs, requestMs, idleMs, maxIdleMs } = { ...defaultTimeouts, ...timeouts }
    this.#requestMs = requestMs
    const options = {
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: maxIdleMs,
      maxHeaderSize: MAX_HEADER_BYTES,
    }
    this.#guarded = new Pools({ ...options, connect: { timeout: connectMs, lookup: publicOnly(lookup) } })
    this.#open = new Pools({ ...options, connect: { timeout: connectMs } })
  }

  /** The last answer after redirects, whatever its status. */
  async request(url: URL, request: Request, { signal, hold }: HostCall): Promise<EgressAnswer> {
    using limit = this.#timeLimit(url, signal)
    return await this.#follow(url, request, limit.signal, {
      before: () => holdFirst(hold, limit.signal),
      receive: (response, at) => gathered(response, at, hold, limit.signal),
    })
  }

  /**
   * The same with a body that is still to come, as it is sent: encoded if the answer says so. The time for one request counts until the
   * headers have come; afterwards `signal` ends it, and silence of the server.
   */
  async stream(url: URL, request: Request, signal: AbortSignal): Promise<StreamedAnswer> {
    using limit = this.#timeLimit(url, signal)
    const answered = Promise.withResolvers<StreamedAnswer>()
    const receive = async ({ statusCode, headers, body }: Dispatcher.ResponseData, at: ReceivedFrom) => {
      answered.resolve({
        status: statusCode,
        headers: joined(headers),
        url: at.shownUrl,
        method: at.method,
        body,
      })
      await finished(body) // its connection is taken until then
    }
    this.#follow(url, request, limit.signal, { receive }).catch(answered.reject)
    return await answered.promise
  }

  async #follow<T>(
    url: URL,
    request: Request,
    signal: AbortSignal,
    { before, receive }: Steps<T>,
  ): Promise<T> {
    let hop: Hop = { url, request, redirects: 0 }
    try {
      await before?.()
      for (;;) {
        const result = await this.#send(hop, receive, signal)
        if ('received' in result) return result.received
        hop = followed(hop, result)
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason
      // After the redirect to a GET, the first request has been processed.
      const isSent = hop.request.method !== request.method
      throw egressFault(error, hop.url, isSent)
    }
  }

  /** Disposed of, it limits nothing any more; `signal` still does. */
  #timeLimit(url: URL, signal: AbortSignal): Disposable & { signal: AbortSignal } {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(timedOut(url, this.#requestMs)), this.#requestMs)
    return {
      signal: AbortSignal.any([signal, late.signal]),
      [Symbol.dispose]: () => clearTimeout(timer),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#guarded[Symbol.asyncDispose](), this.#open[Symbol.asyncDispose]()])
  }

  /** One request. Its connection is taken until the answer is gathered. */
  async #send<T>({ url, request, redirects }: Hop, receive: Receive<T>, signal: AbortSignal) {
    const pools = this.#checked(url) ? this.#open : this.#guarded
    const { headers, query } = request.additions?.(url) ?? { headers: {}, query: {} }
    const target = withQuery(url, query, redirects === 0)
    const replayed = this.#redirectTo ? { 'x-replay-url': target.href } : {}
    const options = { ...toOptions(target, request, { ...headers, ...replayed }), signal }
    const origin = this.#redirectTo ? new URL(this.#redirectTo).origin : url.origin
    return await pools.use(origin, signal, async (pool) => {
      const response = await pool.request(options)
      try {
        const redirect = request.keepRedirects ? undefined : redirectOf(response)
        if (redirect) return await discarded(response, redirect)
        const shownUrl = withoutQuery(url, query).href
        return { received: await receive(response, { url, shownUrl, ...request }) }
      } finally {
        response.body.on('error', () => {}).destroy() // if it has not been read to its end
      }
    })
  }

  /** Fails if no request may go there. A name may still turn out to be of an address that is not public. */
  check(url: URL): void {
    const isLocal = /(^|\.)localhost$/i.test(url.hostname)
    if (!this.#checked(url) && isLocal) throw new AddressRefused(url.hostname)
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

/** Where an answer comes from. `shownUrl` is the URL without our credentials. */
type ReceivedFrom = { url: URL; shownUrl: string } & Pick<Request, 'method' | 'text'>
type Receive<T> = (response: Dispatcher.ResponseData, from: ReceivedFrom) => Promise<T>
/** Of one call: `receive` gets the last answer. */
interface Steps<T> {
  before?: () => Promise<void>
  receive: Receive<T>
}

/** What the function gives wins over what we add. */
function toOptions(
  target: URL,
  { method, headers, body }: Request,
  added: Record<string, string>,
): Dispatcher.RequestOptions {
  const type = body && 'text' in body ? { 'content-type': 'text/plain;charset=UTF-8' } : {}
  return {
    method: method as Dispatcher.HttpMethod, // any that the border lets pass
    path: target.pathname + target.search,
    headers: {
      ...DEFAULT_HEADERS,
      ...type,
      ...without({ ...added, ...headers }, OWN_HEADERS),
      ...lengthOf(body),
    },
    body: body === undefined ? null : sent(body),
  }
}

/** Of anything but a stream undici knows it. Some APIs do not take a body in chunks. */
function lengthOf(body: Body | undefined): { 'content-length'?: string } {
  const isKnown = body !== undefined && 'stream' in body && body.length !== undefined
  return isKnown ? { 'content-length': String(body.length) } : {}
}

function sent(body: Body): string | Uint8Array | Readable {
  if ('text' in body) return body.text
  if ('stream' in body) return body.stream
  return 'bytes' in body ? body.bytes : Buffer.from(body.base64, 'base64')
}

interface Redirect {
  status: number
  location: string
}

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData): Redirect | undefined {
  const location = headers.location
  if (!REDIRECTS.includes(statusCode) || typeof location !== 'string') return undefined
  return { status: statusCode, location: Buffer.from(location, 'latin1').toString() } // as browsers read it
}

async function discarded({ body }: Dispatcher.ResponseData, redirect: Redirect): Promise<Redirect> {
  const { limit, timeoutMs } = REDIRECT_BODY
  await body.dump({ limit, signal: AbortSignal.timeout(timeoutMs) }).catch(() => {})
  return redirect
}

function followed({ url, request, redirects }: Hop, { status, location }: Redirect): Hop {
  if (redirects === MAX_REDIRECTS)
    throw fault('too_many_redirects', `${nameOf(url)} redirects, as did ${MAX_REDIRECTS} requests before it`)
  if (!URL.canParse(location, url.href))
    throw fault(
      'invalid_redirect',
      `${nameOf(url)} redirects to '${location.split(/[?#]/)[0]}', which is no URL`,
    )
  const next = new URL(location, url)
  next.hash = ''
  const again = redirected(request, status, url, next)
  if (!isReplayable(again.body))
    throw fault(
      'body_not_replayable',
      `${nameOf(url)} redirects, and the body is too large to be kept and sent again`,
    )
  return { url: next, request: again, redirects: redirects + 1 }
}

async function gathered(
  { statusCode, statusText, body, headers: given }: Dispatcher.ResponseData,
  { url, shownUrl, method, text }: ReceivedFrom,
  hold: Hold,
  signal: AbortSignal,
): Promise<EgressAnswer> {
  const headers = joined(given)
  const bytes = decoded(body, headers['content-encoding'], nameOf(url))
  const blocks = await gather(text ? utf8Text(bytes, headers['content-type']) : bytes, hold, signal)
  // Counted after decompression: a small answer can become a large one.
  if (!blocks)
    throw fault('response_too_large', `the answer of ${nameOf(url)} has more than ${MAX_BODY_BYTES} bytes`)
  return { status: statusCode, statusText, headers, url: shownUrl, method, blocks }
}

/** As `fetch` does it: a header that comes several times is one with commas. */
function joined(headers: Dispatcher.ResponseData['headers']): EgressAnswer['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value = '']) => [name, [value].flat().join(', ')]),
  )
}

const fault = (code: string, message: string) => new EgressFault(code, message)

const timedOut = (url: URL, ms: number) =>
  fault('ETIMEDOUT', `${nameOf(url)} did not answer within ${ms / 1000} s`)
