import { codes, type ErrorCode } from './codes.ts'

/** The error class that all services and clients know. The code names the fault, the message carries the offending value. */
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
