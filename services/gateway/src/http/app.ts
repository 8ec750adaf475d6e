import { Readable } from 'node:stream'
import { createRoutes, type Route } from '@syncline/api'
import { AppError } from '@syncline/errors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Dependencies } from '../dependencies.ts'
import type { Events } from '../events.ts'
import { type AllowedMethods, allowedMethods } from './allowed-methods.ts'
import type { Caller } from './caller.ts'
import { compress } from './compress.ts'
import { Connections } from './connections.ts'
import { addCorsHeaders, answerOptions } from './cors.ts'
import { limitAnswerTime, limitBodyTime, type Timeouts } from './deadlines.ts'
import { decodeBody } from './decode-body.ts'
import { discardBody } from './discard-body.ts'
import { registerDocs } from './docs.ts'
import { errorAnswer } from './error-answer.ts'
import { addEntityTag } from './etag.ts'
import { holdContinue, sendContinue } from './expect-continue.ts'
import type { Handlers } from './handler.ts'
import { type PageFolders, registerPages } from './pages.ts'
import { registerRoutes } from './register-routes.ts'
import { addSecurityHeaders } from './security-headers.ts'
import { type AnswerError, createServer } from './server.ts'
import { LATE_REQUEST, UnreadableRequests } from './unreadable-request.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The environment that the request's key opens; '' = none, or it is not known yet. */
    environment: string
    caller: Caller | undefined
    commandId: string | undefined
    isResumed: boolean
  }
  interface FastifyContextConfig {
    /** See `Route`. */
    rawBody?: true
  }
}

interface Options {
  events: Events
  /** Of any route; a route may have a lower limit. */
  bodyMaxBytes: number
  maxConnections: number
  timeouts: Timeouts
  /** Whose pages may call the API. */
  corsOrigins: string[]
  trustedProxies: string[]
  pages: PageFolders
}

/** When the caller shall try again if a server of ours does not answer. */
const RETRY_AFTER_SECONDS = 2

/** The REST API. Checks go in this order: path, key, body (its length, type, encoding, JSON), request schema, names, and then the work. */
export function createApp(
  handlers: Handlers,
  dependencies: Dependencies,
  { events, bodyMaxBytes, maxConnections, timeouts, corsOrigins, trustedProxies, pages }: Options,
): FastifyInstance {
  const answerError: AnswerError = (error, request, reply) => {
    reply.header('x-request-id', request.id)
    const { status, body, isOurFault } = errorAnswer(error, request)
    if (isOurFault) events.requestFailed(request.id, error)
    // The client learns that a server does not answer. The log has its name and address.
    else if (status >= 500) events.requestUnavailable(request.id, error)
    if (status === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', RETRY_AFTER_SECONDS)
    return reply.code(status).type('application/json').send(JSON.stringify(body))
  }
  const routes = createRoutes(dependencies.limits)
  const methodsAt = allowedMethods(Object.values<Route>(routes))
  const app = createServer(answerError, timeouts, trustedProxies)
  const connections = new Connections(app.server, maxConnections, events)
  const unreadable = new UnreadableRequests(app.server, connections)
  holdContinue(app.server)
  app.setErrorHandler(answerError)
  app.decorateRequest('environment', '')
  app.decorateRequest('caller', undefined)
  app.decorateRequest('commandId', undefined)
  app.decorateRequest('isResumed', false)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    limitBodyTime(request, timeouts, () => {
      if (reply.raw.headersSent) request.socket.destroy()
      else unreadable.refuse(request.socket, LATE_REQUEST, request.id)
    })
    checkConnection(connections, request, reply)
    addCorsHeaders(corsOrigins, request, reply)
    if (request.is404) return answerWithoutRoute(request, reply, methodsAt)
    checkEncoding(request)
  })
  app.addHook('preParsing', sendContinue)
  app.addHook('preParsing', decodeBody)
  app.addHook('onSend', async (request, _reply, payload) => {
    // An error after the answer has begun breaks the connection: only the log can explain it.
    if (payload instanceof Readable) payload.once('error', (error) => events.requestFailed(request.id, error))
    return payload
  })
  app.addHook('onSend', addSecurityHeaders)
  app.addHook('onSend', addEntityTag)
  app.addHook('onSend', compress)
  app.addHook('onSend', discardBody)
  app.addHook('onSend', limitAnswerTime(timeouts))
  app.addHook('onRequestAbort', async ({ id, raw, method, routeOptions }) => {
    // One that arrived as a whole is logged with its answer.
    if (!raw.complete) events.uploadAborted({ id, method, route: routeOptions.url ?? 'unknown' })
  })
  app.addHook('onResponse', async (request, reply) => logRequest(events, request, reply))
  registerRoutes(app, routes, handlers, dependencies, bodyMaxBytes)
  registerDocs(app, dependencies.limits)
  registerPages(app, pages)
  return app
}

/** What Node does not check. The answer to a request that is not handled ends the connection. */
function checkConnection(
  connections: Connections,
  { socket, raw }: FastifyRequest,
  reply: FastifyReply,
): void {
  try {
    connections.check(socket)
    if (raw.headers.host === undefined && raw.httpVersion !== '1.0')
      throw new AppError('invalid_headers', 'the request has no Host header')
  } catch (error) {
    reply.raw.shouldKeepAlive = false
    throw error
  }
}

/** OPTIONS, a method that the path does not have, or no such path. The body is not read. */
function answerWithoutRoute(
  request: FastifyRequest,
  reply: FastifyReply,
  methodsAt: AllowedMethods,
): FastifyReply {
  const { method } = request
  const path = request.url.split('?', 1)[0] ?? ''
  const methods = methodsAt(path)
  if (methods.length === 0) throw new AppError('not_found', `there is no ${method} ${path}`)
  if (method === 'OPTIONS') return answerOptions(request, reply, methods)
  reply.header('allow', methods.join(', '))
  throw new AppError('method_not_allowed', `there is no ${method} ${path}, only ${methods.join(', ')}`)
}

/** The path was decoded to find the route. */
function checkEncoding({ url }: FastifyRequest): void {
  const start = url.indexOf('?')
  if (start === -1) return
  try {
    decodeURIComponent(url.slice(start))
  } catch (cause) {
    throw new AppError('invalid_query_params', 'the query is not UTF-8 in percent-encoding', { cause })
  }
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
