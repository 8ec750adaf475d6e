import { AppError } from '@syncline/errors'

/** A field of a provider file that is wrong, and what to do about it. */
export interface Issue {
  path: string[]
  message: string
}

/** A provider file that can't be used. */
export class InvalidProvider extends AppError {
  readonly provider: string
  readonly issues: Issue[]

  constructor(provider: string, issues: Issue[]) {
    const lines = issues.map(({ path, message }) => `${path.join('.') || 'the file'} ${message}`)
    super('invalid_body', `provider '${provider}': ${lines.join('; ')}`)
    this.provider = provider
    this.issues = issues
  }
}
