import type { ErrorBody, ErrorCode } from './api-types.ts'

/** One wrong field of a request. */
export type FieldError = NonNullable<ErrorBody['error']['errors']>[number]

/**
 * The codes that are the client's own:
 * - `no_answer`: nobody answers at the host, or the connection broke.
 * - `timeout`: no answer within `timeoutMs`, or what was waited for has not happened in time.
 * - `aborted`: the `signal` of the call was aborted.
 * - `not_json`: an answer that should be JSON is not.
 * - `unknown`: an error answer that is not the API's, for example of a reverse proxy.
 */
export type ClientErrorCode = 'no_answer' | 'timeout' | 'aborted' | 'not_json' | 'unknown'

/** What went wrong, for programs. A newer server may have codes that this client does not know. */
export type SynclineErrorCode = ErrorCode | ClientErrorCode | (string & Record<never, never>)

interface Details {
  errors?: FieldError[] | undefined
  requestId?: string | undefined
  retryAfterMs?: number | undefined
  cause?: unknown
}

/**
 * Every failure of a call. A call that is wrong in itself, such as one with an empty name, throws a `TypeError` instead: nothing
 * is sent.
 *
 * @example
 * try {
 *   await syncline.syncs.trigger({ providerConfigKey: 'github', syncs: ['issues'], connectionId: 'user-123' })
 * } catch (error) {
 *   if (!(error instanceof SynclineError)) throw error
 *   if (error.code === 'unknown_connection') return
 *   console.error(error.message, error.requestId)
 * }
 */
export class SynclineError extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  readonly code: SynclineErrorCode
  /** Which fields of the request are wrong. */
  readonly errors: FieldError[]
  /** Names the request in the logs of the server. */
  readonly requestId: string | undefined
  /** How long the server asks to wait before the next try. */
  readonly retryAfterMs: number | undefined

  constructor(status: number, code: SynclineErrorCode, message: string, details: Details = {}) {
    super(message, { cause: details.cause })
    this.name = 'SynclineError'
    this.status = status
    this.code = code
    this.errors = details.errors ?? []
    this.requestId = details.requestId
    this.retryAfterMs = details.retryAfterMs
  }
}
