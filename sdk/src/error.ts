import type { ErrorBody } from '@syncline/api'

/** One wrong field of a request. */
export type FieldError = NonNullable<ErrorBody['error']['errors']>[number]

/**
 * Every failure of a call.
 *
 * @example
 * try {
 *   await syncline.triggerSync('github', ['issues'], 'user-123')
 * } catch (error) {
 *   if (error instanceof SynclineError && error.code === 'unknown_connection') return
 *   throw error
 * }
 */
export class SynclineError extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  /** What went wrong, for programs: for example `invalid_cursor`. `no_answer` and `timeout` are the client's own. */
  readonly code: string
  /** Which fields of the request are wrong. */
  readonly errors: FieldError[]

  constructor(
    status: number,
    code: string,
    message: string,
    options: { errors?: FieldError[] | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'SynclineError'
    this.status = status
    this.code = code
    this.errors = options.errors ?? []
  }

  /** @internal */
  static fromAnswer(status: number, text: string): SynclineError {
    const body = parsed(text)
    if (body === undefined)
      return new SynclineError(status, 'unknown', `answer ${status}: ${text.slice(0, 200)}`)
    const { code, message, errors } = body.error
    return new SynclineError(status, code, message, { errors })
  }

  /** @internal */
  static withoutAnswer(host: string, timeoutMs: number, cause: unknown): SynclineError {
    const late = cause instanceof DOMException && cause.name === 'TimeoutError'
    return late
      ? new SynclineError(0, 'timeout', `no answer from ${host} within ${timeoutMs} ms`, { cause })
      : new SynclineError(0, 'no_answer', `no answer from ${host}: is it running there?`, { cause })
  }
}

/** Undefined when something between us and the API has answered. */
function parsed(text: string): ErrorBody | undefined {
  try {
    const body: unknown = JSON.parse(text)
    const isError = typeof body === 'object' && body !== null && 'error' in body
    // The API has one error shape.
    return isError ? (body as ErrorBody) : undefined
  } catch {
    return undefined
  }
}
