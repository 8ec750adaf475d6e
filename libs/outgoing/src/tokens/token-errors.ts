import { AppError } from '@syncline/errors'
import type { Access, ConnectionPlace } from './access.ts'

/** The connection works again later, by itself. */
export class TokenUnavailable extends AppError {
  readonly retryAfterSeconds: number

  constructor(message: string, options: { cause?: unknown; retryAfterSeconds: number }) {
    super('unavailable', message, options)
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** After a refresh that took too long: its tries go on without us. */
const TOO_LATE_SECONDS = 5

export function refuseIfNeedsReauth({ connection: { id, needsReauth } }: Access): void {
  if (needsReauth) throw needsReauthError(id, needsReauth)
}

export function needsReauthError(id: string, { since, reason }: { since: string; reason: string }): AppError {
  return new AppError(
    'invalid_credentials',
    `connection '${id}' needs new credentials since ${since}, ${reason}. Give it new ones by POST /connections with the same connection_id`,
  )
}

export function inBackoff(
  { connection }: Access,
  { message, retryAt, count }: { message: string; retryAt: number; count: number },
) {
  const seconds = Math.max(1, Math.ceil((retryAt - Date.now()) / 1000))
  const times = count === 1 ? '' : `, ${count} times in a row`
  return new TokenUnavailable(
    `connection '${connection.id}' cannot get a token now: ${message}${times}. It is tried again in ${seconds} s: try again later`,
    { retryAfterSeconds: seconds },
  )
}

export function tooLate({ connection }: ConnectionPlace, cause?: unknown): TokenUnavailable {
  return new TokenUnavailable(`connection '${connection}' did not get a token in time: try again later`, {
    cause,
    retryAfterSeconds: TOO_LATE_SECONDS,
  })
}
