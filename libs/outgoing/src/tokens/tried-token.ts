import { AppError } from '@syncline/errors'
import type { Egress } from '../http/egress.ts'
import type { Access, ConnectionPlace, TokenScheme } from './access.ts'
import { requestToken } from './request-token.ts'

type Tried = NonNullable<ConnectionPlace['tried']>

/**
 * Gets a token for a connection that is not stored yet, and keeps it as long as the connection is tried. A refresh token is not
 * used: servers give another one for it, which would be lost if the connection is not stored.
 */
export async function triedToken(
  egress: Egress,
  tried: Tried,
  access: Access,
  signal: AbortSignal,
): Promise<Access> {
  const auth = access.settings.auth as TokenScheme // the caller has checked it
  if (auth.type === 'oauth2') {
    const message =
      'the access token has expired: give one that works, as none is renewed before the connection is stored'
    throw new AppError('invalid_credentials', message)
  }
  const answer = await requestToken(egress, auth, access, 'first', signal)
  if (answer.kind !== 'token') throw new AppError('invalid_credentials', `no token: ${answer.message}`)
  tried.token = answer.token
  return { ...access, token: answer.token }
}
