import { type Access, hasTokens, presentCredentials } from '@syncline/outgoing'

/** Given to us as the result of an authorization. Nobody types them. */
const TOKENS = ['OAUTH1', 'OAUTH2', 'OAUTH2_CC', 'TBA']
/** What tokens are got with. */
const SECRETS = [
  'client_secret',
  'client_certificate',
  'client_private_key',
  'private_key',
  'config_override',
  'password',
]

/**
 * What a child gets of a connection's credentials, as existing functions read it: what somebody has typed and requests are sent
 * with. Tokens, and what was given beside them, only where the integration exposes them. Refresh tokens, and what tokens are got
 * with, stay in this process.
 */
export function childCredentials({ settings, credentials, token }: Access): Record<string, unknown> {
  const { type } = credentials
  const given = presentCredentials({ credentials, token }, { refreshToken: false })
  if (!hasTokens(settings.auth)) return TOKENS.includes(type) && !settings.exposeTokens ? { type } : given
  if (!settings.exposeTokens || !token) return { type }
  const { accessToken, expiresAt } = token
  return {
    ...Object.fromEntries(Object.entries(given).filter(([name]) => !SECRETS.includes(name))),
    access_token: accessToken,
    ...(type !== 'OAUTH2' && { token: accessToken }),
    ...(expiresAt !== undefined && { expires_at: new Date(expiresAt).toISOString() }),
  }
}
