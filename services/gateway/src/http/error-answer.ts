import type { ErrorBody } from '@syncline/api'
import { AppError, codes, type ErrorCode, withoutAddresses } from '@syncline/errors'
import { ZodError } from 'zod'
import { InvalidRequest } from './invalid-request.ts'

/** How an error looks to the client; undefined = it is our fault, and its text is not for the client. */
export function errorAnswer(error: unknown): { status: number; body: ErrorBody } | undefined {
  const known = asAppError(error)
  if (known === undefined || known.code === 'server_error') return undefined
  const { code } = known
  const message = codes[code].http < 500 ? known.message : withoutAddresses(known.message)
  const errors = known instanceof InvalidRequest ? { errors: known.issues } : {}
  return { status: codes[code].http, body: { error: { code, message, ...errors } } }
}

/** What Fastify refuses by itself, by its codes. */
const fromFastify: Record<string, [ErrorCode, string]> = {
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid_json', 'the body is not valid JSON'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid_json', 'the body is not as long as Content-Length says'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'the body is too large: send less at a time'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['invalid_content_type', 'Content-Type must be application/json'],
  FST_ERR_BAD_URL: ['invalid_uri_params', 'the path is not a valid URL'],
}

const fromPlace: Record<string, ErrorCode> = {
  body: 'invalid_body',
  querystring: 'invalid_query_params',
  headers: 'invalid_headers',
  params: 'invalid_uri_params',
}

function asAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  if (!(error instanceof Error)) return undefined
  // Fastify names the part of the request that a schema refused.
  if (error instanceof ZodError && 'validationContext' in error) {
    const code = fromPlace[String(error.validationContext)]
    return code && invalidRequest(code, error)
  }
  const [code, message] = ('code' in error && fromFastify[String(error.code)]) || []
  return code && new AppError(code, message ?? error.message, { cause: error })
}

function invalidRequest(code: ErrorCode, error: ZodError): InvalidRequest {
  const issues = error.issues.map(({ code, message, path }) => ({ code, message, path: path.map(String) }))
  const lines = issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  )
  return new InvalidRequest(code, lines.join('; '), issues)
}
