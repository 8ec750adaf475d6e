import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { health as healthRoute } from '@syncline/api'
import { AppError } from '@syncline/errors'
import type { Health } from '@syncline/service'
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import qs from 'qs'
import type { z } from 'zod'
import { authenticate } from './authenticate.ts'
import type { Dependencies } from './dependencies.ts'
import { errorAnswer } from './error-answer.ts'
import type { Events } from './events.ts'
import { connectionRoutes } from './routes/connections.ts'
import { deploymentRoutes } from './routes/deployments.ts'
import { integrationRoutes } from './routes/integrations.ts'
import { metadataRoutes } from './routes/metadata.ts'
import { recordRoutes } from './routes/records.ts'
import { runRoutes } from './routes/runs.ts'
import { statusRoutes } from './routes/status.ts'
import { syncRoutes } from './routes/syncs.ts'
import { variableRoutes } from './routes/variables.ts'
import { variantRoutes } from './routes/variants.ts'
import { refuseUnreadable } from './unreadable-request.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The environment that the request's key opens. */
    environment: string
  }
}

export type App = ReturnType<typeof createServer>

interface Surroundings {
  health: () => Promise<Health>
  events: Events
  bodyMaxBytes: number
}

/** The REST API. Checks go in this order: content type, JSON, key, request schema, names, and then the work. */
export function createApp(dependencies: Dependencies, { health, events, bodyMaxBytes }: Surroundings): App {
  const answerError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const answer = errorAnswer(error)
    if (answer) return reply.code(answer.status).send(answer.body)
    events.requestFailed(request.id, error)
    const message = `something went wrong on our side; the log says more about request ${request.id}`
    return reply.code(500).send({ error: { code: 'server_error', message } })
  }
  const app = createServer(bodyMaxBytes, answerError)
  app.setErrorHandler(answerError)
  app.setNotFoundHandler((request) => {
    const path = request.url.split('?')[0]
    throw new AppError('not_found', `there is no ${request.method} ${path}`)
  })
  app.decorateRequest('environment', '')
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    const type = request.headers['content-type']
    if (type !== undefined && !/^application\/json\b/i.test(type)) {
      throw new AppError('invalid_content_type', `Content-Type is '${type}': must be application/json`)
    }
  })
  app.addHook('onSend', async (request, _reply, payload) => {
    // What fails after the answer has begun breaks the connection; the log is all that can tell why.
    if (payload instanceof Readable) {
      payload.once('error', (error) => events.requestFailed(request.id, error))
    }
    return payload
  })
  app.addHook('onResponse', async (request, reply) => {
    events.requestFinished({
      id: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      ms: reply.elapsedTime,
      environment: request.environment,
    })
  })

  app.route({
    ...healthRoute,
    handler: async (_request, reply) => {
      const checks = await health()
      const ok = Object.values(checks).every((state) => state === 'ok')
      return reply.code(ok ? 200 : 503).send({ status: ok ? 'ok' : 'failing', checks })
    },
  })
  app.register(async (withKey: App) => {
    withKey.addHook('preValidation', async (request) => {
      request.environment = await authenticate(dependencies.catalog, request.headers.authorization)
    })
    recordRoutes(withKey, dependencies)
    syncRoutes(withKey, dependencies)
    statusRoutes(withKey, dependencies)
    variantRoutes(withKey, dependencies)
    runRoutes(withKey, dependencies)
    variableRoutes(withKey, dependencies)
    connectionRoutes(withKey, dependencies)
    metadataRoutes(withKey, dependencies)
    integrationRoutes(withKey, dependencies)
    deploymentRoutes(withKey, dependencies)
  })
  return app
}

type AnswerError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply

/** Fastify that validates with zod, and reads requests as clients of the API send them. */
function createServer(bodyLimit: number, answerError: AnswerError) {
  const app = fastify({
    logger: false,
    bodyLimit,
    genReqId: () => randomUUID(),
    // 100 ids of 256 characters, URL-encoded, are one request line.
    http: { maxHeaderSize: 96 * 1024 },
    requestTimeout: 60_000,
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: 1024,
      querystringParser: (text) => qs.parse(text, { arrayLimit: 100 }),
    },
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
  }).withTypeProvider<ZodTypeProvider>()

  // Unlike the type provider's own compiler, this one keeps zod's error, and with it the path of each issue.
  app.setValidatorCompiler<z.ZodType>(({ schema }) => (data) => {
    const parsed = schema.safeParse(data)
    return parsed.success ? { value: parsed.data } : { error: parsed.error }
  })
  app.setSerializerCompiler(serializerCompiler)

  // A body without Content-Type is JSON too, and a Content-Type without body is no fault.
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<string>('*', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parseJson(request, body, done)
  })
  return app
}
