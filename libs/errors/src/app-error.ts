import { codes, type ErrorCode } from './codes.ts'

/** The error class that all services and clients know. The code names the fault, the message carries the offending value. */
export class AppError extends Error {
  readonly code: ErrorCode
  /** Further fields of the error as a client of the REST API gets it. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: ErrorCode,
    message: string,
    { details = {}, ...options }: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, options)
    this.name = 'AppError'
    this.code = code
    this.details = details
  }

  /** Whether the same call may succeed later. */
  get retry(): boolean {
    return codes[this.code].retry
  }
}
