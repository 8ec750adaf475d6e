import type { Route } from '@syncline/api'
import { AppError, codes, type ErrorCode } from '@syncline/errors'
import { Answer } from './answer.ts'
import { InvalidRequest, type Issue } from './invalid-request.ts'

const MAX_CHARS = 1024 * 1024

/** What is kept of the answer to a request with an Idempotency-Key. */
export type KeptAnswer =
  | { kind: 'body'; status: number; body?: unknown; headers: Record<string, string> }
  | { kind: 'error'; code: ErrorCode; message: string; issues?: Issue[]; details?: Record<string, unknown> }

/** How a request ended. */
export interface Ended {
  status: number
  /** Undefined: it is too large to be kept, or was sent piece by piece. */
  answer: KeptAnswer | undefined
}

export function keptAnswer({ schema }: Route, sent: number, handled: unknown): Ended {
  const usual = schema.response[200] ? 200 : schema.response[201] ? 201 : sent
  const answer = handled instanceof Answer ? handled : new Answer(usual, handled)
  const { status, body, headers } = answer
  const isKept = isJson(body) && (JSON.stringify(body)?.length ?? 0) <= MAX_CHARS
  return { status, answer: isKept ? { kind: 'body', status, body, headers } : undefined }
}

export function keptError(error: AppError): Ended {
  const { code, message, details } = error
  const issues = error instanceof InvalidRequest ? { issues: error.issues } : {}
  return { status: codes[code].http, answer: { kind: 'error', code, message, details, ...issues } }
}

/** The same answer again, or the same error thrown. */
export function replayed(kept: KeptAnswer | undefined, status: number): Answer<number, unknown> {
  if (kept?.kind === 'body') return new Answer(kept.status, kept.body, kept.headers)
  if (kept === undefined) {
    const message = `this request was carried out and answered with ${status}; the answer is not kept: it was too large, or others have taken its place`
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
