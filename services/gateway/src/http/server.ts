import { randomUUID } from 'node:crypto'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import qs from 'qs'
import type { z } from 'zod'
import { refuseUnreadable } from './unreadable-request.ts'

export type AnswerError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply

/** Fastify that validates and serializes with zod, and reads requests as clients of the API send them. */
export function createServer(bodyLimit: number, answerError: AnswerError): FastifyInstance {
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
  })

  app.setValidatorCompiler<z.ZodType>(({ schema }) => (data) => {
    const parsed = schema.safeParse(data)
    return parsed.success ? { value: parsed.data } : { error: parsed.error }
  })
  app.setSerializerCompiler<z.ZodType>(
    ({ schema }) =>
      (data) =>
        JSON.stringify(schema.parse(data)),
  )

  // A body without Content-Type is JSON too, and a Content-Type without body is no fault.
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<string>('*', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parseJson(request, body, done)
  })
  return app
}
