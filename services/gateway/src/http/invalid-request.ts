import type { ErrorBody } from '@syncline/api'
import { AppError, type ErrorCode } from '@syncline/errors'

export type Issue = NonNullable<ErrorBody['error']['errors']>[number]

/** A request that no schema could refuse, with the fields that are wrong. */
export class InvalidRequest extends AppError {
  readonly issues: Issue[]

  constructor(code: ErrorCode, message: string, issues: Issue[]) {
    super(code, message)
    this.issues = issues
  }

  static body(path: string[], message: string): InvalidRequest {
    return new InvalidRequest('invalid_body', message, [{ code: 'custom', message, path }])
  }
}
