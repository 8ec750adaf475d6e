import type { ErrorBody, Route } from '@syncline/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Dependencies } from '../dependencies.ts'
import { Answer } from './answer.ts'
import { checkKey } from './check-key.ts'
import type { Handlers } from './handler.ts'
import { type PassedAnswer, rawRequest, registerRaw, sendPassed } from './raw.ts'
import { checkSecretsAskedFor, withoutSecrets } from './secrets-scope.ts'
import { Page, sendPage } from './send-page.ts'

type AnyHandler = (dependencies: Dependencies, request: FastifyRequest) => Promise<unknown>

type RawHandler = (
  dependencies: Dependencies,
  request: ReturnType<typeof rawRequest>,
) => Promise<PassedAnswer>

const BODY_MAX_BYTES = 1024 * 1024

/** Gives each endpoint of the API its handler. All but those of scope `none` ask for a key, before anything of a body is read. */
export function registerRoutes(
  app: FastifyInstance,
  routes: Record<string, Route>,
  handlers: Handlers,
  dependencies: Dependencies,
  bodyMaxBytes: number,
): void {
  for (const [name, route] of Object.entries(routes)) {
    // Fastify has checked the request with the schema of this route, which the type of its handler comes from.
    const handler = handlers[name as keyof Handlers] as AnyHandler
    const { response, ...request } = route.schema
    const checksKey = (request: FastifyRequest, reply: FastifyReply) =>
      checkKey(dependencies, route, request, reply)
    if (route.rawBody) {
      // `Handler` gives the routes with `rawBody` this type; the table of all handlers has the common one.
      registerRaw(app, route, checksKey, async (request, reply) =>
        sendPassed(reply, await (handler as unknown as RawHandler)(dependencies, rawRequest(request, reply))),
      )
      continue
    }
    app.route({
      method: route.method,
      url: route.url,
      schema: route.answeredAsBytes ? request : { ...request, response },
      bodyLimit: Math.min(bodyMaxBytes, route.bodyMaxBytes ?? BODY_MAX_BYTES),
      ...(route.scope !== 'none' && { onRequest: checksKey }),
      handler: async (request, reply) => {
        reply.header('cache-control', isSecret(route) ? 'no-store' : 'private, no-cache')
        checkSecretsAskedFor(request)
        const work = () => handler(dependencies, request)
        const handled = await dependencies.idempotency.answer(route, request, reply, work)
        return send(request, reply, route, withoutSecrets(route, request.caller, handled))
      },
    })
  }
}

/** Not to be cached: the answer may hold secrets, or answers a change. */
function isSecret({ method, scope, holdsSecrets }: Route): boolean {
  return method !== 'GET' || holdsSecrets === true || scope === 'secrets' || scope === 'admin'
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  { schema }: Route,
  handled: unknown,
): FastifyReply | Promise<FastifyReply> {
  if (handled instanceof Page) return sendPage(reply, handled)
  if (handled instanceof Answer) {
    const { status, headers, body } = handled
    // Fastify takes a text for one that is no JSON, and null for no body.
    const isJsonText = typeof body === 'string' || body === null
    if (isJsonText) reply.type('application/json')
    return reply
      .code(status)
      .headers(headers)
      .send(isJsonText ? JSON.stringify(body) : status < 400 ? body : withRequestId(body, request.id))
  }
  return reply.code(schema.response[200] ? 200 : 201).send(handled)
}

/** An error that a handler answers has the id that all errors have. */
function withRequestId(body: unknown, request_id: string): unknown {
  const isError =
    typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'object'
  return isError ? { error: { ...(body as ErrorBody).error, request_id } } : body
}
