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
  TokenUnavailable,
} from '@syncline/outgoing'
import type { Dependencies } from '../dependencies.ts'
import type { RequestFacts } from '../http/handler.ts'
import { PassedAnswer, type RawRequest } from '../http/raw.ts'
import { readProxyBody } from '../rules/proxy-body.ts'
import { passedHeaders, sentHeaders } from '../rules/proxy-headers.ts'

/** For a place in the quota of the API, or before a retry. */
const LONGEST_WAIT_MS = 30_000

async function proxy(
  { outgoing, proxy: { slots, answerMs, wholeMs } }: Dependencies,
  request: RawRequest & RequestFacts,
): Promise<PassedAnswer> {
  const headers = request.headers as ProxyHeaders // Fastify has checked them with the schema of the route
  const at = {
    environment: request.environment,
    integration: headers['provider-config-key'],
    connection: headers['connection-id'],
  }
  const release = slots.take(at)
  const over = new AbortController()
  const whole = setTimeout(() => over.abort(late('did not end', wholeMs)), wholeMs)
  const start = setTimeout(() => over.abort(late('did not answer', answerMs)), answerMs)
  const end = () => {
    clearTimeout(whole)
    release()
  }
  const signal = AbortSignal.any([request.signal, over.signal])
  try {
    const override = headers['base-url-override']
    const answer = await outgoing.stream(
      at,
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
          `integration '${at.integration}' sends no credentials to ${url.origin}: add '${url.host}' to its allowed_hosts`,
        ),
    )
    finished(answer.body, end)
    return passed(answer, headers.decompress)
  } catch (error) {
    end()
    if (request.signal.aborted) throw new AppError('unavailable', 'the client has gone away')
    if (error instanceof QuotaUsedUp) return error.answer(request.id)
    if (error instanceof TokenUnavailable) return refused(error, request.id, error.retryAfterSeconds)
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

/** 424: nothing is wrong with the request, but the credentials of the connection do not work now. */
const refused = ({ message }: AppError, request_id: string, retryAfterSeconds?: number) =>
  errorAnswer(
    424,
    { code: 'invalid_credentials', message, request_id },
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
  )

function errorAnswer(status: number, error: ErrorBody['error'], headers = {}): PassedAnswer {
  const body = JSON.stringify({ error })
  return new PassedAnswer(status, { ...headers, 'content-type': 'application/json' }, body)
}

const late = (what: string, ms: number) =>
  new AppError('deadline_exceeded', `the API ${what} within ${ms / 1000} s`)
