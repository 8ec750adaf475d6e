import type { HttpMethods, HttpRequest, HttpResponse } from '@syncline/function-types'
import type { CallHost, HttpAnswer, HttpCall } from '../host/host-api.ts'
import { bytesOf, decodeBody } from './decode-body.ts'
import { encodeBody } from './encode-body.ts'
import { HttpError } from './http-error.ts'
import { type PaginateDeps, paginate } from './paginate.ts'
import { parseJson } from './parse-json.ts'
import { withQuery } from './query.ts'
import type { Facts } from './run-facts.ts'
import { ABSENT, nameOf, type UnresolvedFailures } from './unresolved-failures.ts'

export function httpMethods(
  callHost: CallHost,
  facts: Facts,
  failures: UnresolvedFailures,
  run: Pick<PaginateDeps, 'warn' | 'tracksDeletes'>,
): HttpMethods {
  /** @param expected Statuses that are no failure of the run, though they reject. */
  const send = async <T>(request: HttpRequest, method: string, expected: number[] = ABSENT) => {
    const call = await toCall(request, method.toUpperCase(), facts)
    const identity = { ...call, body: call.body && ('text' in call.body ? call.body.text : call.body.base64) }
    const fail = (error: HttpError): never => {
      if (!expected.includes(error.status)) failures.failed('request', identity, error.message)
      throw error
    }
    const answer = await callHost('http', call).catch((error: Error) => {
      failures.failed('request', identity, `${nameOf(call)}: ${error.message}`)
      throw error
    })
    const { status, statusText, headers, url } = answer
    const { data, fault } = decodeBody(answer.body, headers['content-type'], request.responseType)
    const response: HttpResponse<T> = { status, statusText, headers, data: data as T }
    if (status < 200 || status >= 300) return fail(new HttpError(call.method, request.endpoint, response))
    if (fault) return fail(new HttpError(call.method, request.endpoint, response, fault))
    failures.succeeded('request', identity)
    return { response, url }
  }
  const as =
    (method: HttpRequest['method'] & string) =>
    async <T>(request: HttpRequest): Promise<HttpResponse<T>> =>
      (await send<T>(request, method)).response
  const sendPage: PaginateDeps['send'] = (request, expected) =>
    send(request, request.method ?? 'GET', expected)
  return {
    get: as('GET'),
    post: as('POST'),
    put: as('PUT'),
    patch: as('PATCH'),
    delete: as('DELETE'),
    proxy: async <T>(request: HttpRequest) => (await send<T>(request, request.method ?? 'GET')).response,
    paginate: (request) => paginate(request, facts.pagination, { ...run, failures, send: sendPage }),
    uncontrolledFetch: (request) => uncontrolledFetch(callHost, request, failures),
  }
}

async function toCall(request: HttpRequest, method: string, facts: Facts): Promise<HttpCall> {
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
  facts: Facts,
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

/** Of these answers only a fault is a failure of the run: what a status means is the function's to say, which gets it. */
async function uncontrolledFetch(
  callHost: CallHost,
  request: Parameters<HttpMethods['uncontrolledFetch']>[0],
  failures: UnresolvedFailures,
): Promise<Response> {
  const method = request.method ?? 'GET'
  const identity = { method, endpoint: request.url.href, body: request.body ?? undefined }
  const answer: HttpAnswer = await callHost('fetch', {
    method,
    url: request.url.href,
    headers: lowerCased(request.headers),
    ...(typeof request.body === 'string' && { body: { text: request.body } }),
  }).catch((error: Error) => {
    failures.failed('request', identity, `${nameOf(identity)}: ${error.message}`)
    throw error
  })
  failures.succeeded('request', identity)
  const empty = [101, 204, 205, 304].includes(answer.status)
  const body = empty ? null : new Uint8Array(bytesOf(answer.body))
  const { status, statusText, headers } = answer
  return withExactJson(new Response(body, { status, statusText, headers }))
}

/** Its integers keep their digits. */
function withExactJson(response: Response): Response {
  const clone = response.clone.bind(response)
  return Object.assign(response, {
    json: async () => parseJson(await response.text()),
    clone: () => withExactJson(clone()),
  })
}
