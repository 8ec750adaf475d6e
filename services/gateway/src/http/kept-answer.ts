import type { Route } from '@syncline/api'
import { AppError, type ErrorCode } from '@syncline/errors'
import { Answer } from './answer.ts'
import { InvalidRequest, type Issue } from './invalid-request.ts'

const MAX_CHARS = 1024 * 1024

/** What is kept of the answer to a request with an Idempotency-Key. */
export type KeptAnswer =
  | { kind: 'body'; status: number; body?: unknown; headers: Record<string, string> }
  | { kind: 'error'; code: ErrorCode; message: string; issues?: Issue[]; details?: Record<string, unknown> }
  /** Too large, or sent piece by piece. */
  | { kind: 'not kept'; status: number }

export function keptAnswer({ schema }: Route, sent: number, handled: unknown): KeptAnswer {
  const usual = schema.response[200] ? 200 : schema.response[201] ? 201 : sent
  const answer = handled instanceof Answer ? handled : new Answer(usual, handled)
  const { status, body, headers } = answer
  if (!isJson(body) || (JSON.stringify(body)?.length ?? 0) > MAX_CHARS) return { kind: 'not kept', status }
  return { kind: 'body', status, body, headers }
}

export function keptError(error: AppError): KeptAnswer {
  const { code, message, details } = error
  return {
    kind: 'error',
    code,
    message,
    details,
    ...(error instanceof InvalidRequest && { issues: error.issues }),
  }
}

/** The same answer again, or the same error thrown. */
export function replayed(kept: KeptAnswer): Answer<number, unknown> {
  if (kept.kind === 'body') return new Answer(kept.status, kept.body, kept.headers)
  if (kept.kind === 'not kept') {
    const message = `this request was carried out and answered with ${kept.status}; the answer was too large to be kept`
    throw new AppError('idempotency_key_reused', message)
  }
  if (kept.issues) throw new InvalidRequest(kept.code, kept.message, kept.issues)
  throw new AppError(kept.code, kept.message, kept.details && { details: kept.details })
}

/** Not a stream, nor a page that is still to come. */
function isJson(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return typeof body !== 'function'
  return Object.getPrototypeOf(body) === Object.prototype
}
