import { codes, type ErrorCode } from './codes.ts'

/** The one error class that crosses our borders. The message carries the offending value; the code says what it is. */
export class AppError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'AppError'
    this.code = code
  }

  /** Whether the same call may succeed later. */
  get retry(): boolean {
    return codes[this.code].retry
  }
}
