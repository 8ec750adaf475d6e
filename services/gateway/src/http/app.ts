import { Readable } from 'node:stream'
import { AppError } from '@syncline/errors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Dependencies } from '../dependencies.ts'
import type { Events } from '../events.ts'
import type { Caller } from './caller.ts'
import { registerDocs } from './docs.ts'
import { errorAnswer } from './error-answer.ts'
import type { Handlers } from './handler.ts'
import { registerRoutes } from './register-routes.ts'
import { type AnswerError, createServer } from './server.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The environment that the request's key opens; '' = none, or it is not known yet. */
    environment: string
    caller: Caller | undefined
    commandId: string | undefined
  }
  interface FastifyContextConfig {
    /** See `Route`. */
    rawBody?: true
  }
}

interface Options {
  events: Events
  bodyMaxBytes: number
}

/** The REST API. Checks go in this order: content type, JSON, key, request schema, names, and then the work. */
export function createApp(
  handlers: Handlers,
  dependencies: Dependencies,
  { events, bodyMaxBytes }: Options,
): FastifyInstance {
  const answerError: AnswerError = (error, request, reply) => {
    const answer = errorAnswer(error)
    if (answer) {
      // The client hears that a server is away; which one, and where, is for us.
      if (answer.status >= 500) events.requestUnavailable(request.id, error)
      return reply.code(answer.status).send(answer.body)
    }
    events.requestFailed(request.id, error)
    const message = `something went wrong on our side; the log says more about request ${request.id}`
    return reply.code(500).send({ error: { code: 'server_error', message } })
  }
  const app = createServer(bodyMaxBytes, answerError)
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(refuseUnknownRoute)
  app.decorateRequest('environment', '')
  app.decorateRequest('caller', undefined)
  app.decorateRequest('commandId', undefined)
  app.addHook('onRequest', refuseOtherContent)
  app.addHook('onSend', async (request, _reply, payload) => {
    // An error after the answer has begun breaks the connection: only the log can explain it.
    if (payload instanceof Readable) payload.once('error', (error) => events.requestFailed(request.id, error))
    return payload
  })
  app.addHook('onResponse', async (request, reply) => logRequest(events, request, reply))
  registerRoutes(app, handlers, dependencies)
  registerDocs(app, dependencies.limits)
  return app
}

async function refuseOtherContent(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('x-request-id', request.id)
  if (request.routeOptions.config.rawBody) return
  const type = request.headers['content-type']
  if (type !== undefined && !/^application\/json\b/i.test(type)) {
    throw new AppError('invalid_content_type', `Content-Type is '${type}': must be application/json`)
  }
}

function refuseUnknownRoute(request: FastifyRequest): never {
  const path = request.url.split('?')[0]
  throw new AppError('not_found', `there is no ${request.method} ${path}`)
}

function logRequest(events: Events, request: FastifyRequest, reply: FastifyReply): void {
  events.requestFinished({
    id: request.id,
    method: request.method,
    route: request.routeOptions.url ?? 'unknown',
    status: reply.statusCode,
    ms: reply.elapsedTime,
    environment: request.environment,
  })
}
