import type { ApiKey } from '@syncline/catalog'
import { AppError } from '@syncline/errors'

/** What a caller may do in an environment: that of a key, or of a user of the dashboard. */
export type Access = Pick<ApiKey, 'id' | 'environment' | 'label' | 'scopes' | 'connection' | 'expiresAt'>

/** Who sends a request. */
export type Caller = { kind: 'admin' } | { kind: 'key'; key: Access }

/** The secret that a request was sent with. */
export function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined) {
    throw new AppError('missing_auth_header', 'send your key as Authorization: Bearer <secret key>')
  }
  const [, secret] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
  if (secret === undefined) {
    throw new AppError('malformed_auth_header', 'the Authorization header must be: Bearer <secret key>')
  }
  return secret
}
