import type { ErrorBody } from '@syncline/api'

/** An answer of the API that is an error, or no answer. */
export class ApiError extends Error {
  /** Of the answer; 0 = there was none. */
  readonly status: number
  readonly code: string
  /** What is wrong with fields of the request. */
  readonly fields: { path: string; message: string }[]
  readonly requestId: string

  constructor(
    status: number,
    code: string,
    message: string,
    {
      fields = [],
      requestId = '',
      cause,
    }: { fields?: ApiError['fields']; requestId?: string; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.status = status
    this.code = code
    this.fields = fields
    this.requestId = requestId
  }

  static of(status: number, answer: unknown): ApiError {
    // Each error of the gateway has this shape; what a proxy before it answers may have any.
    const error = (answer as ErrorBody | undefined)?.error
    if (typeof error?.code !== 'string')
      return new ApiError(status, 'unknown', `the answer has status ${status}`)
    return new ApiError(status, error.code, error.message, {
      requestId: error.request_id,
      fields: (error.errors ?? []).map(({ path, message }) => ({ path: path.join('.'), message })),
    })
  }

  /** Nobody answers, or a part of Syncline does not: it goes on by itself when they are back. */
  get isAway(): boolean {
    return [0, 502, 503, 504].includes(this.status)
  }
}
