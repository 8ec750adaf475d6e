import { ERROR_CHARS } from '../../error-chars.ts'
import type { ThrownError } from '../../messages.ts'
import { truncated } from '../../truncated.ts'

/** What was thrown, as data. It may be anything: also an object whose every property throws. */
export function describeError(thrown: unknown): ThrownError {
  try {
    if (!(thrown instanceof Error)) {
      return { name: 'Error', message: truncated(asText(thrown), ERROR_CHARS.message) }
    }
    return {
      name: truncated(String(thrown.name), ERROR_CHARS.name),
      message: truncated(String(thrown.message), ERROR_CHARS.message),
      ...(typeof thrown.stack === 'string' && { stack: truncated(thrown.stack, ERROR_CHARS.stack) }),
    }
  } catch {
    return { name: 'Error', message: 'the function threw something that cannot be shown' }
  }
}

function asText(thrown: unknown): string {
  return typeof thrown === 'object' ? (JSON.stringify(thrown) ?? 'undefined') : String(thrown)
}
