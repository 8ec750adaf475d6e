import { RECORD_ID_MAX_CHARS } from '@syncline/record/record-id'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { z } from 'zod'
import type { Timeouts } from './deadlines.ts'
import { parseQuery } from './parse-query.ts'
import { readJson } from './read-json.ts'
import { requestId } from './request-id.ts'

export type AnswerError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply

const MIB = 1024 * 1024
/** A route may have another limit. */
const BODY_MAX_BYTES = MIB
/** 100 ids of the greatest length are one request line, unless many of their characters need percent-encoding. */
const HEADERS_MAX_BYTES = 112 * 1024
/** A character of a record id takes up to nine characters in a URL. */
const PARAM_MAX_CHARS = 9 * RECORD_ID_MAX_CHARS
/** A connection without a request. Proxies before us keep theirs for 60 s. */
const KEEP_ALIVE_MS = 72_000
/** No byte in either direction, while the client does not read. While a handler works it may be longer. */
const SILENCE_MS = 5 * 60_000
/** A handler may wait for its turn before its own deadline begins. */
const SPARE_MS = 60_000
const TIMEOUTS_CHECKED_EVERY_MS = 2000

/** Fastify that validates and serializes with zod, and reads requests as clients of the API send them. */
export function createServer(
  answerError: AnswerError,
  { headersMs, bodyMs, rawBodyMs, handlerMs }: Timeouts,
  trustedProxies: string[],
): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_MAX_BYTES,
    genReqId: requestId,
    trustProxy: trustedProxies.length > 0 && trustedProxies,
    http: {
      maxHeaderSize: HEADERS_MAX_BYTES,
      headersTimeout: headersMs,
      connectionsCheckingInterval: Math.min(TIMEOUTS_CHECKED_EVERY_MS, headersMs),
      // `app.ts` refuses a request without one, in the shape of all our errors.
      requireHostHeader: false,
    },
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Of any route. `limitBodyTime` has the deadline of each.
    requestTimeout: headersMs + Math.max(bodyMs, rawBodyMs) + TIMEOUTS_CHECKED_EVERY_MS,
    connectionTimeout: Math.max(SILENCE_MS, handlerMs + SPARE_MS),
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: PARAM_MAX_CHARS,
      querystringParser: parseQuery,
    },
    // `UnreadableRequests` does it, which knows the connections.
    clientErrorHandler: () => {},
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
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    readJson(body, request.headers['content-type']),
  )
  return app
}
