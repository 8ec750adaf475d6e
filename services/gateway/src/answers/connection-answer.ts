import type { Connection as ConnectionAnswer, ConnectionSummary } from '@syncline/api'
import type { Connection, Credentials, Token } from '@syncline/catalog'
import { type Access, hasTokens } from '@syncline/outgoing'
import { instant } from './instant.ts'

export function connectionSummary(connection: Connection, provider: string): ConnectionSummary {
  return { ...known(connection, provider), created: connection.createdAt }
}

export function connectionAnswer(
  { connection, integration, settings, credentials, token }: Access,
  options: { refreshToken: boolean },
): ConnectionAnswer {
  return {
    ...known(connection, integration.provider),
    connection_config: connection.connectionConfig,
    created_at: connection.createdAt,
    updated_at: connection.updatedAt,
    credentials: shown(withToken(credentials, token), options),
    ...(hasTokens(settings.auth) && token && { token: tokenAnswer(token) }),
  }
}

/** The credentials as they would be given now. */
function withToken(credentials: Credentials, token: Token | undefined): Credentials {
  if (token === undefined) return credentials
  const { accessToken, refreshToken, expiresAt } = token
  if (credentials.type !== 'OAUTH2' && credentials.type !== 'OAUTH2_CC') return credentials
  const { expires_at: _, ...given } = credentials
  const expiry = expiresAt === undefined ? {} : { expires_at: instant(expiresAt) }
  if (given.type === 'OAUTH2_CC') return { ...given, token: accessToken, ...expiry }
  const refresh = refreshToken === undefined ? {} : { refresh_token: refreshToken }
  return { ...given, access_token: accessToken, ...refresh, ...expiry }
}

function shown(credentials: Credentials, { refreshToken }: { refreshToken: boolean }): Credentials {
  if (credentials.type !== 'OAUTH2' || refreshToken) return credentials
  const { refresh_token: _, ...rest } = credentials
  return rest
}

function tokenAnswer({ accessToken, expiresAt }: Token) {
  return { access_token: accessToken, expires_at: expiresAt === undefined ? null : instant(expiresAt) }
}

function known({ uid, id, integration, tags, metadata, needsReauth }: Connection, provider: string) {
  return {
    id: uid,
    connection_id: id,
    provider_config_key: integration,
    provider,
    errors: needsReauth ? [{ type: 'auth', log_id: `${uid}.${Date.parse(needsReauth.since)}` }] : [],
    needs_reauth: needsReauth ?? null,
    tags,
    metadata,
  }
}
