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

  /** The only fault is that a provider, which it extends, is not known here. */
  readonly parentIsUnknown: boolean

  constructor(provider: string, issues: Issue[], parentIsUnknown = false) {
    const lines = issues.map(({ path, message }) => `${path.join('.') || 'the file'} ${message}`)
    super('invalid_body', `provider '${provider}': ${lines.join('; ')}`)
    this.provider = provider
    this.issues = issues
    this.parentIsUnknown = parentIsUnknown
  }
}
