import { answerError } from './answer-error.ts'
import type { Endpoints } from './endpoints.ts'
import { SynclineError } from './error.ts'
import { milliseconds } from './milliseconds.ts'
import { bodyText, headersOf, pathOf, queryString } from './request-text.ts'
import { backoffMs, mayPass, mayRepeat } from './retry.ts'
import { sleep } from './sleep.ts'

/** What every method takes as its last argument. */
export interface CallOptions {
  /** Ends the call, with a `SynclineError` of code `aborted`. */
  signal?: AbortSignal | undefined
  /** How long the call may take, with all its repetitions. The client's by default. */
  timeoutMs?: number | undefined
  /** How often the call is repeated when it fails in a way that passes. The client's by default. */
  retries?: number | undefined
  /** Of a POST: the server does the same request once, however often it comes with the same key. A new UUID by default. */
  idempotencyKey?: string | undefined
  /** Sent besides the client's own. */
  headers?: Record<string, string> | undefined
}

export interface TransportOptions {
  host: string
  key: string
  timeoutMs: number
  retries: number
  fetch: typeof fetch
}

/** Calls an endpoint of the API, such as `GET /runs/:id`, with what the API declares for it. */
export type Transport = <E extends keyof Endpoints>(
  endpoint: E,
  request: RequestOf<Endpoints[E]>,
  options?: CallOptions,
) => Promise<Endpoints[E]['answer']>

/** A part of which every field may be absent may be absent as a whole. */
type RequestOf<E> = { [Part in RequiredParts<E>]: E[Part] } & {
  [Part in Exclude<keyof E, RequiredParts<E> | 'answer'>]?: E[Part]
}
type RequiredParts<E> = {
  [Part in keyof E]: Part extends 'answer' ? never : Record<string, never> extends E[Part] ? never : Part
}[keyof E]

/** What all requests have in common. */
interface AnyRequest {
  params?: Record<string, string> | undefined
  query?: Record<string, unknown> | undefined
  headers?: Record<string, unknown> | undefined
  body?: unknown
}

/** The server keeps a key `retry-…` for ten minutes: a POST is not repeated after that. */
const RETRY_KEY_MS = 10 * 60_000

/**
 * Sends calls to `host`, and repeats those that may be repeated when they fail in a way that passes. Fails with a `SynclineError`
 * on any answer but 2xx, and when there is none in time.
 */
export function createTransport(settings: TransportOptions): Transport {
  const base = settings.host.replace(/\/+$/, '')
  if (!URL.canParse(base) || !/^https?:/i.test(base)) {
    throw new TypeError(`host must be a URL with http:// or https://, not '${settings.host}'`)
  }
  const send = async (endpoint: string, request: AnyRequest, options: CallOptions = {}) => {
    const [method = '', url = ''] = endpoint.split(' ')
    const { retries = settings.retries, signal } = options
    const timeoutMs = milliseconds('timeoutMs', options.timeoutMs ?? settings.timeoutMs)
    const { idempotencyKey = method === 'POST' ? `retry-${crypto.randomUUID()}` : undefined } = options
    const target = base + pathOf(url, request.params) + queryString(request.query)
    const body = request.body === undefined ? undefined : bodyText(request.body)
    const headers = {
      ...headersOf(request.headers),
      ...headersOf(options.headers),
      authorization: `Bearer ${settings.key}`,
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    }
    const end = Date.now() + (options.idempotencyKey ? timeoutMs : Math.min(timeoutMs, RETRY_KEY_MS))
    const deadline = AbortSignal.timeout(timeoutMs)
    const stop = signal ? AbortSignal.any([signal, deadline]) : deadline
    // `fetch` of a class must not be called as its method.
    const { fetch } = settings
    for (let repetition = 0; ; repetition++) {
      const init = {
        method,
        headers,
        signal: stop,
        redirect: 'manual' as const,
        ...(body !== undefined && { body }),
      }
      const answer = await readAnswer(fetch(target, init)).catch((cause: unknown) => {
        if (cause instanceof SynclineError) return cause
        if (signal?.aborted) return aborted(base, cause)
        if (deadline.aborted) return late(base, timeoutMs, cause)
        const reason = reasonOf(cause)
        const message = `no answer from ${base}${reason && ` (${reason})`}: is it running there?`
        return new SynclineError(0, 'no_answer', message, { cause })
      })
      if (!(answer instanceof SynclineError)) return answer.value
      // An attempt before this one has deleted it, and its answer was lost with what it said.
      if (repetition > 0 && method === 'DELETE' && answer.status === 404) return {}
      const isOver = repetition >= retries || !mayRepeat(method, idempotencyKey)
      if (isOver || !mayPass(answer)) throw answer
      const waitMs = answer.retryAfterMs ?? backoffMs(repetition + 1)
      // Before that the server would refuse it again.
      if (Date.now() + waitMs >= end) throw answer
      await sleep(waitMs, stop).catch((cause: unknown) => {
        throw signal?.aborted ? aborted(base, cause) : answer
      })
    }
  }
  // The gateway answers what the API declares.
  return send as unknown as Transport
}

/** Why `fetch` has failed, such as `ENOTFOUND`: Node says it as the cause. */
function reasonOf(failure: unknown): string {
  const cause = failure instanceof Error ? failure.cause : undefined
  if (!(cause instanceof Error)) return ''
  return 'code' in cause ? String(cause.code) : cause.message
}

async function readAnswer(coming: Promise<Response>): Promise<{ value: unknown } | SynclineError> {
  const response = await coming
  if (!response.ok) return answerError(response)
  const text = await response.text()
  if (text === '') return { value: undefined }
  try {
    return { value: JSON.parse(text) }
  } catch (cause) {
    const requestId = response.headers.get('x-request-id') ?? undefined
    const { status } = response
    return new SynclineError(status, 'not_json', `answer ${status} is not JSON: ${text.slice(0, 200)}`, {
      requestId,
      cause,
    })
  }
}

function late(base: string, timeoutMs: number, cause: unknown): SynclineError {
  return new SynclineError(0, 'timeout', `no answer from ${base} within ${timeoutMs} ms`, { cause })
}

function aborted(base: string, cause: unknown): SynclineError {
  return new SynclineError(0, 'aborted', `the call to ${base} was aborted`, { cause })
}
