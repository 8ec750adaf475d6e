import type { ErrorBody } from '@syncline/api'
import { AppError, codes, type ErrorCode, withoutAddresses } from '@syncline/errors'
import { RECORD_ID_MAX_CHARS } from '@syncline/record/record-id'
import type { FastifyRequest } from 'fastify'
import { ZodError } from 'zod'
import { InvalidRequest } from './invalid-request.ts'

interface ErrorAnswer {
  status: number
  body: ErrorBody
  /** An unforeseen fault: its text is for the log only. */
  isOurFault: boolean
}

/** How an error looks to the client. */
export function errorAnswer(error: unknown, request: FastifyRequest): ErrorAnswer {
  const known = asAppError(error, request)
  const request_id = request.id
  if (known === undefined || known.code === 'server_error') {
    const message = `something went wrong on our side; the log says more about request ${request_id}`
    return { status: 500, body: { error: { code: 'server_error', message, request_id } }, isOurFault: true }
  }
  const { code } = known
  const status = codes[code].http
  const message = status < 500 ? known.message : withoutAddresses(known.message)
  const errors = known instanceof InvalidRequest ? { errors: known.issues } : {}
  return {
    status,
    body: { error: { code, message, ...errors, ...known.details, request_id } },
    isOurFault: false,
  }
}

/** What Fastify refuses by itself, by its codes. */
const fromFastify: Record<string, [ErrorCode, (request: FastifyRequest) => string]> = {
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'invalid_json',
    () => 'the body is not as long as Content-Length says',
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'body_too_large',
    ({ routeOptions }) => `the body is longer than ${routeOptions.bodyLimit} bytes`,
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'invalid_content_type',
    ({ headers }) => `Content-Type is '${headers['content-type']}': must be application/json`,
  ],
  FST_ERR_BAD_URL: ['invalid_uri_params', () => 'the path is not UTF-8 in percent-encoding'],
  FST_ERR_MAX_PARAM_LENGTH: [
    'invalid_uri_params',
    () => `a part of the path is longer than any id may be: ${RECORD_ID_MAX_CHARS} characters`,
  ],
}

const fromPlace: Record<string, ErrorCode> = {
  body: 'invalid_body',
  querystring: 'invalid_query_params',
  headers: 'invalid_headers',
  params: 'invalid_uri_params',
}

function asAppError(error: unknown, request: FastifyRequest): AppError | undefined {
  if (error instanceof AppError) return error
  if (!(error instanceof Error)) return undefined
  // Fastify names the part of the request that a schema refused.
  if (error instanceof ZodError && 'validationContext' in error) {
    const code = fromPlace[String(error.validationContext)]
    return code && invalidRequest(code, error)
  }
  const [code, message] = ('code' in error && fromFastify[String(error.code)]) || []
  if (code) return new AppError(code, message?.(request) ?? error.message, { cause: error })
  // The client has disconnected.
  if (request.raw.destroyed && !request.raw.complete)
    return new AppError('invalid_body', 'the body did not arrive as a whole', { cause: error })
  return undefined
}

function invalidRequest(code: ErrorCode, error: ZodError): InvalidRequest {
  const issues = error.issues.map(({ code, message, path }) => ({ code, message, path: path.map(String) }))
  const lines = issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  )
  return new InvalidRequest(code, lines.join('; '), issues)
}
