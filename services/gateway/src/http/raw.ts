import { Readable } from 'node:stream'
import type { Route } from '@syncline/api'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'

/** A request of a route with `rawBody`, as the client has sent it. */
export interface RawRequest {
  method: string
  /** Path and query, not decoded. */
  url: string
  /** As the schema of the route gives them. */
  headers: unknown
  rawHeaders: Record<string, string | string[] | undefined>
  body: Readable | undefined
  /** Aborts when the client is gone, or has its answer. */
  signal: AbortSignal
}

/** The answer of another server, passed on as it comes. */
export class PassedAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Readable | string

  constructor(status: number, headers: Record<string, string>, body: Readable | string) {
    this.status = status
    this.headers = headers
    this.body = body
  }
}

/** In a context of its own: its parser passes bodies of any type on unread. */
export function registerRaw(
  app: FastifyInstance,
  route: Route,
  checksKey: (request: FastifyRequest, reply: FastifyReply) => Promise<void>,
  handler: RouteHandlerMethod,
): void {
  app.register(async (own) => {
    own.removeAllContentTypeParsers()
    own.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    const { response: _, ...schema } = route.schema
    const { method, url } = route
    const bodyLimit = route.bodyMaxBytes
    own.route({
      method,
      url,
      schema,
      ...(bodyLimit !== undefined && { bodyLimit }),
      config: { rawBody: true },
      onRequest: checksKey,
      handler,
    })
  })
}

export function rawRequest(request: FastifyRequest, reply: FastifyReply) {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const { id, environment, caller, commandId, isResumed, method, headers, body, raw } = request
  return {
    id,
    environment,
    caller,
    commandId,
    isResumed,
    method,
    url: raw.url ?? '/',
    headers,
    rawHeaders: raw.headers,
    body: body instanceof Readable ? body : undefined,
    signal: gone.signal,
  }
}

/** No faster than the client takes it. If the client goes away, the body is destroyed. */
export function sendPassed(reply: FastifyReply, { status, headers, body }: PassedAnswer): FastifyReply {
  return reply.code(status).headers(headers).send(body)
}
