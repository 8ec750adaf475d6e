import type { Credentials, Token } from '@syncline/catalog'
import type { Access } from './access.ts'

/**
 * A connection's credentials as they would be given now: with the newest token, with what the provider has answered when it
 * gave it (`raw`), and with all other fields as they were given to us.
 */
export function presentCredentials(
  { credentials, token }: Pick<Access, 'credentials' | 'token'>,
  { refreshToken }: { refreshToken: boolean },
): Credentials {
  const present = withRaw(withToken(credentials, token))
  if (refreshToken) return present
  const given = 'refresh_token' in credentials ? credentials.refresh_token : undefined
  return without(present, [given, token?.refreshToken])
}

function withToken(credentials: Credentials, token: Token | undefined): Credentials {
  if (token === undefined) return credentials
  const { raw } = token
  if (credentials.type === 'CUSTOM') {
    const before = typeof credentials.raw === 'object' ? credentials.raw : {}
    return raw ? { ...credentials, raw: { ...before, ...raw } } : credentials
  }
  if (credentials.type !== 'OAUTH2' && credentials.type !== 'OAUTH2_CC') return credentials
  const given = raw ? { ...credentials, raw: { ...credentials.raw, ...raw } } : credentials
  const { accessToken, refreshToken, expiresAt } = token
  const { expires_at: _, ...before } = given
  const expiry = expiresAt === undefined ? {} : { expires_at: new Date(expiresAt).toISOString() }
  if (before.type === 'OAUTH2_CC') return { ...before, token: accessToken, ...expiry }
  const refresh = refreshToken === undefined ? {} : { refresh_token: refreshToken }
  return { ...before, access_token: accessToken, ...refresh, ...expiry }
}

/** Credentials whose `raw` has what the provider has answered. */
export const RAW_TYPES = ['OAUTH2', 'OAUTH2_CC', 'CUSTOM']

/** What the provider has answered, as far as it was given to us, with what is true now. */
function withRaw(credentials: Credentials): Credentials {
  switch (credentials.type) {
    case 'OAUTH1':
    case 'OAUTH2': {
      const { type: _, raw, ...fields } = credentials
      const { config_override: __, ...now } = { config_override: undefined, ...fields }
      return { ...credentials, raw: { ...raw, ...now } }
    }
    case 'OAUTH2_CC': {
      const { raw, token, expires_at } = credentials
      const now = { ...(token && { access_token: token }), ...(expires_at && { expires_at }) }
      return { ...credentials, raw: { ...raw, ...now } }
    }
    default:
      return credentials
  }
}

/** Some providers have the refresh token at another place of their answer. */
function without(credentials: Credentials, texts: unknown[]): Credentials {
  const secret = texts.filter((text) => typeof text === 'string')
  const safe = JSON.stringify(credentials, (name, value: unknown) =>
    name === 'refresh_token' || secret.some((text) => text === value) ? undefined : value,
  )
  return JSON.parse(safe) as Credentials // no type requires a refresh token
}
