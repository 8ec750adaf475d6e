import { type Access, hasTokens } from '@syncline/outgoing'

/**
 * What a child gets of a connection's credentials: what somebody has typed and requests are sent with, as existing functions read it.
 * Tokens only where the integration exposes them. Refresh tokens, and what tokens are got with, stay in this process.
 */
export function childCredentials({ settings, credentials, token }: Access): Record<string, unknown> {
  const { type } = credentials
  if (hasTokens(settings.auth)) {
    if (!settings.exposeTokens || !token) return { type }
    const { accessToken, expiresAt } = token
    return {
      type,
      access_token: accessToken,
      ...(expiresAt !== undefined && { expires_at: new Date(expiresAt).toISOString() }),
    }
  }
  if (type === 'API_KEY' || type === 'BASIC') return credentials
  if (type === 'OAUTH2' && settings.exposeTokens) return { type, access_token: credentials.access_token }
  return { type }
}
