import { AppError } from '@syncline/errors'
import type { Access, ConnectionPlace } from './access.ts'

/** The connection works again later, by itself. */
export class TokenUnavailable extends AppError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('unavailable', message, options)
  }
}

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
    `connection '${connection.id}' cannot get a token now: ${message}${times}. It is tried again in ${seconds} s: run the sync again later`,
  )
}

export function tooLate({ connection }: ConnectionPlace, cause?: unknown): TokenUnavailable {
  return new TokenUnavailable(
    `connection '${connection}' did not get a token in time: run the sync again later`,
    { cause },
  )
}
