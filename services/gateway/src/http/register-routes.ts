import { createRoutes, type Route } from '@syncline/api'
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

/** Gives each endpoint of the API its handler. All but those of scope `none` ask for a key first. */
export function registerRoutes(app: FastifyInstance, handlers: Handlers, dependencies: Dependencies): void {
  for (const [name, route] of Object.entries<Route>(createRoutes(dependencies.limits))) {
    // Fastify has checked the request with the schema of this route, which the type of its handler comes from.
    const handler = handlers[name as keyof Handlers] as AnyHandler
    const { response, ...request } = route.schema
    const checksKey = (request: FastifyRequest, reply: FastifyReply) =>
      checkKey(dependencies, route, request, reply)
    if (route.rawBody) {
      registerRaw(app, route, checksKey, async (request, reply) =>
        sendPassed(reply, await (handler as unknown as RawHandler)(dependencies, rawRequest(request, reply))),
      )
      continue
    }
    app.route({
      method: route.method,
      url: route.url,
      schema: route.answeredAsBytes ? request : { ...request, response },
      ...(route.scope !== 'none' && { onRequest: checksKey }),
      handler: async (request, reply) => {
        checkSecretsAskedFor(request)
        const work = () => handler(dependencies, request)
        const handled = await dependencies.idempotency.answer(route, request, reply, work)
        return send(reply, route, withoutSecrets(route, request.caller, handled))
      },
    })
  }
}

function send(
  reply: FastifyReply,
  { schema }: Route,
  handled: unknown,
): FastifyReply | Promise<FastifyReply> {
  if (handled instanceof Page) return sendPage(reply, handled)
  if (handled instanceof Answer) return reply.code(handled.status).headers(handled.headers).send(handled.body)
  return reply.code(schema.response[200] ? 200 : 201).send(handled)
}
