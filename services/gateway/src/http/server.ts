import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { z } from 'zod'
import { parseQuery } from './parse-query.ts'
import { readJson } from './read-json.ts'
import { requestId } from './request-id.ts'
import { refuseUnreadable } from './unreadable-request.ts'

export type AnswerError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply

const MIB = 1024 * 1024
/** A route may have another limit. */
const BODY_MAX_BYTES = MIB
/** 100 ids of 256 characters, URL-encoded, are one request line. */
const HEADERS_MAX_BYTES = 96 * 1024
/** A record id has 256 characters, and one of them takes up to nine characters in a URL. */
const PARAM_MAX_CHARS = 2304
/** A connection without a request, new or kept alive by a client. Proxies before us keep theirs for 60 s. */
const HEADERS_TIMEOUT_MS = 15_000
const KEEP_ALIVE_MS = 72_000
/** From the first byte of a request to the last one of its body. */
const REQUEST_TIMEOUT_MS = 60_000
/** No byte in either direction, while we work or while the client does not read. It is longer than all that a handler waits for. */
const SILENCE_MS = 5 * 60_000
const TIMEOUTS_CHECKED_EVERY_MS = 2000

/** Fastify that validates and serializes with zod, and reads requests as clients of the API send them. */
export function createServer(
  answerError: AnswerError,
  { maxConnections }: { maxConnections: number },
): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_MAX_BYTES,
    genReqId: requestId,
    http: {
      maxHeaderSize: HEADERS_MAX_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUTS_CHECKED_EVERY_MS,
    },
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: SILENCE_MS,
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: PARAM_MAX_CHARS,
      querystringParser: parseQuery,
    },
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
  })
  app.server.maxConnections = maxConnections
  // One connection more is closed at once, and those without a request make room for the next.
  app.server.on('drop', () => app.server.closeIdleConnections())

  app.setValidatorCompiler<z.ZodType>(({ schema }) => (data) => {
    const parsed = schema.safeParse(data)
    return parsed.success ? { value: parsed.data } : { error: parsed.error }
  })
  app.setSerializerCompiler<z.ZodType>(
    ({ schema }) =>
      (data) =>
        JSON.stringify(schema.parse(data)),
  )
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    readJson(body, request.headers['content-type']),
  )
  return app
}
