import { finished, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorBody, PROXY_BODY_MAX_BYTES, type ProxyHeaders } from '@syncline/api'
import { AppError } from '@syncline/errors'
import {
  AddressRefused,
  decoded,
  EgressFault,
  type StreamCaller,
  type StreamedAnswer,
  type StreamedCall,
} from '@syncline/outgoing'
import type { Dependencies } from '../dependencies.ts'
import type { RequestFacts } from '../http/handler.ts'
import { PassedAnswer, type RawRequest } from '../http/raw.ts'
import { readProxyBody } from '../rules/proxy-body.ts'
import { passedHeaders, sentHeaders } from '../rules/proxy-headers.ts'

/** Of this gateway. */
const AT_ONCE = 128
const AT_ONCE_OF_ENVIRONMENT = 64
/** For a place in the quota of the API, or before a retry. */
const LONGEST_WAIT_MS = 30_000
/** Until the API's answer begins, all tries and waits included. It is shorter than clients' connections may be silent. */
const START_MS = 4 * 60_000
/** The whole, also for a client that reads slowly. */
const WHOLE_MS = 30 * 60_000

const running = new Map<string, number>()
let runningAtAll = 0

async function proxy({ outgoing }: Dependencies, request: RawRequest & RequestFacts): Promise<PassedAnswer> {
  const { environment } = request
  const release = begin(environment)
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(late('did not end', WHOLE_MS)), WHOLE_MS)
  const start = setTimeout(() => over.abort(late('did not answer', START_MS)), START_MS)
  const end = () => {
    clearTimeout(timer)
    release()
  }
  const signal = AbortSignal.any([request.signal, over.signal])
  try {
    const headers = request.headers as ProxyHeaders // Fastify has checked them with the schema of the route
    const override = headers['base-url-override']
    const answer = await outgoing.stream(
      { environment, integration: headers['provider-config-key'], connection: headers['connection-id'] },
      {
        method: request.method as StreamedCall['method'], // Fastify routes no other here
        endpoint: request.url.slice('/proxy'.length).replace(/^\/(?=https?:\/\/)/i, ''),
        ...(override !== '' && { baseUrl: override }),
        headers: sentHeaders(request.rawHeaders, headers.decompress),
        body: await readProxyBody(request.body, request.rawHeaders['content-length'], PROXY_BODY_MAX_BYTES),
        retries: headers.retries,
        retryOn: headers['retry-on'],
        retryAfter: [],
        retryAt: [],
        idempotent: false,
        keepAuthOnRedirect: headers['forward-headers-on-redirect'],
      },
      caller(signal),
      (url) =>
        new AppError(
          'base_url_override_not_allowed',
          `integration '${headers['provider-config-key']}' sends no credentials to ${url.origin}: add '${url.host}' to its allowed_hosts`,
        ),
    )
    finished(answer.body, end)
    return passed(answer, headers.decompress)
  } catch (error) {
    end()
    if (request.signal.aborted) throw new AppError('unavailable', 'the client has gone away')
    if (error instanceof QuotaUsedUp) return error.answer(request.id)
    if (error instanceof AppError && error.code === 'invalid_credentials') return refused(error, request.id)
    if (error instanceof Error && error.cause instanceof AppError) throw error.cause // of the client's body
    if (error instanceof EgressFault || error instanceof AddressRefused)
      throw new AppError('upstream_failed', error.message, { cause: error })
    throw error
  } finally {
    clearTimeout(start)
  }
}

export const proxyGet = proxy
export const proxyPost = proxy
export const proxyPut = proxy
export const proxyPatch = proxy
export const proxyDelete = proxy

/** @returns What ends the call. It may be called several times. */
function begin(environment: string): () => void {
  const own = running.get(environment) ?? 0
  if (runningAtAll >= AT_ONCE || own >= AT_ONCE_OF_ENVIRONMENT) {
    throw new AppError(
      'unavailable',
      `${own} proxied requests of this environment are running: try again later`,
    )
  }
  running.set(environment, own + 1)
  runningAtAll++
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    runningAtAll--
    const left = (running.get(environment) ?? 1) - 1
    if (left === 0) running.delete(environment)
    else running.set(environment, left)
  }
}

function caller(signal: AbortSignal): StreamCaller {
  return {
    signal,
    lane: 'fresh',
    warn: () => {},
    longestWaitMs: LONGEST_WAIT_MS,
    wait: async (ms, reason) => {
      if (ms > LONGEST_WAIT_MS) throw new QuotaUsedUp(reason, ms)
      await sleep(ms, undefined, { signal })
    },
  }
}

function passed({ status, headers, url, body }: StreamedAnswer, decompress: boolean): PassedAnswer {
  if (!decompress) return new PassedAnswer(status, passedHeaders(headers, false), body)
  const plain = Readable.from(decoded(body, headers['content-encoding'], new URL(url).origin), {
    objectMode: false,
  })
  return new PassedAnswer(status, passedHeaders(headers, true), plain)
}

class QuotaUsedUp extends Error {
  readonly seconds: number

  constructor(reason: string, ms: number) {
    super(reason)
    this.seconds = Math.ceil(ms / 1000)
  }

  answer(requestId: string): PassedAnswer {
    const message = `${this.message}: try again in ${this.seconds} s`
    return errorAnswer(
      429,
      { code: 'too_many_requests', message, request_id: requestId },
      { 'retry-after': String(this.seconds) },
    )
  }
}

/** 424: the request is well, what it depends on is not. */
const refused = ({ message }: AppError, request_id: string) =>
  errorAnswer(424, { code: 'invalid_credentials', message, request_id })

function errorAnswer(status: number, error: ErrorBody['error'], headers = {}): PassedAnswer {
  const body = JSON.stringify({ error })
  return new PassedAnswer(status, { ...headers, 'content-type': 'application/json' }, body)
}

const late = (what: string, ms: number) =>
  new AppError('deadline_exceeded', `the API ${what} within ${ms / 1000} s`)
