import { Readable } from 'node:stream'
import type { HttpMethods, HttpRequest, HttpResponse } from '@syncline/function-types'
import type { CallHost, HttpAnswer, HttpBody, HttpCall } from '../host/host-api.ts'
import { encodeBody } from './encode-body.ts'
import { HttpError } from './http-error.ts'
import { paginate } from './paginate.ts'
import { withQuery } from './query.ts'
import type { RunFacts } from './run-facts.ts'

export function httpMethods(callHost: CallHost, facts: RunFacts): HttpMethods {
  const send = async <T>(request: HttpRequest, method: HttpRequest['method'] = 'GET') => {
    const call = await toCall(request, method.toUpperCase(), facts)
    const { status, statusText, headers, body } = await callHost('http', call)
    const response = { status, statusText, headers, data: decode(body, request.responseType) as T }
    if (status >= 200 && status < 300) return response
    throw new HttpError(call.method, request.endpoint, response)
  }
  const as =
    (method: HttpRequest['method']) =>
    <T>(request: HttpRequest): Promise<HttpResponse<T>> =>
      send<T>(request, method)
  const proxy = <T>(request: HttpRequest) => send<T>(request, request.method)
  return {
    get: as('GET'),
    post: as('POST'),
    put: as('PUT'),
    patch: as('PATCH'),
    delete: as('DELETE'),
    proxy,
    paginate: (request) => paginate(request, facts.pagination, proxy),
    uncontrolledFetch: (request) => uncontrolledFetch(callHost, request),
  }
}

async function toCall(request: HttpRequest, method: string, facts: RunFacts): Promise<HttpCall> {
  ownConnectionOnly(request, facts)
  if (typeof request.endpoint !== 'string')
    throw new TypeError('a request needs an endpoint, such as `/users`')
  const headers = lowerCased(request.headers)
  const body = ['GET', 'HEAD'].includes(method) ? undefined : await encodeBody(request.data, headers)
  const { after, at } = request.retryHeader ?? {}
  return {
    method: method as HttpCall['method'], // the runner refuses others
    endpoint: withQuery(request.endpoint, request.params),
    ...(request.baseUrlOverride && { baseUrl: request.baseUrlOverride }),
    headers,
    ...(body && { body }),
    retries: request.retries ?? 0,
    retryOn: request.retryOn ?? [],
    retryAfter: [after ?? []].flat(),
    retryAt: [at ?? []].flat(),
    idempotent: request.idempotent ?? false,
    binary: ['arraybuffer', 'blob', 'stream'].includes(request.responseType ?? 'json'),
    keepAuthOnRedirect: request.forwardHeadersOnRedirect ?? false,
  }
}

/** A run may use the credentials of its own connection only. */
export function ownConnectionOnly(
  named: { providerConfigKey?: string | undefined; connectionId?: string | undefined },
  facts: RunFacts,
): void {
  for (const name of ['providerConfigKey', 'connectionId'] as const) {
    if (named[name] !== undefined && named[name] !== facts[name]) {
      throw new Error(`${name} '${named[name]}': a run may use its own connection only, '${facts[name]}'`)
    }
  }
}

function lowerCased(headers: HttpRequest['headers']): Record<string, string> {
  const given = Object.entries(headers ?? {}).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), String(value)]))
}

function bytesOf(body: HttpBody): Buffer {
  return 'text' in body ? Buffer.from(body.text) : Buffer.from(body.base64, 'base64')
}

function decode(body: HttpBody, type: HttpRequest['responseType'] = 'json'): unknown {
  if (type === 'arraybuffer') return bytesOf(body)
  if (type === 'blob') return new Blob([new Uint8Array(bytesOf(body))])
  if (type === 'stream') return Readable.from([bytesOf(body)])
  const text = 'text' in body ? body.text : bytesOf(body).toString()
  if (type === 'text' || type === 'document') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

async function uncontrolledFetch(
  callHost: CallHost,
  request: Parameters<HttpMethods['uncontrolledFetch']>[0],
): Promise<Response> {
  const answer: HttpAnswer = await callHost('fetch', {
    method: request.method ?? 'GET',
    url: request.url.href,
    headers: lowerCased(request.headers),
    ...(typeof request.body === 'string' && { body: { text: request.body } }),
  })
  const empty = [101, 204, 205, 304].includes(answer.status)
  return new Response(empty ? null : new Uint8Array(bytesOf(answer.body)), {
    status: answer.status,
    statusText: answer.statusText,
    headers: answer.headers,
  })
}
