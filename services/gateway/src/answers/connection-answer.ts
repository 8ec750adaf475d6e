import type { Connection as ConnectionAnswer, ConnectionSummary, OnEventOutcome } from '@syncline/api'
import type { Connection, Credentials, Token } from '@syncline/catalog'
import { type Access, hasTokens } from '@syncline/outgoing'
import { endUserAnswer } from './end-user.ts'
import { instant } from './instant.ts'

export function connectionSummary(connection: Connection, provider: string): ConnectionSummary {
  return { ...known(connection, provider), created: connection.createdAt }
}

export function connectionAnswer(
  { connection, integration, settings, credentials, token }: Access,
  options: { refreshToken: boolean; fetchedAt?: number | undefined; onEvents: OnEventOutcome[] },
): ConnectionAnswer {
  return {
    ...known(connection, integration.provider),
    connection_config: connection.connectionConfig,
    webhook_url_override: connection.webhookUrlOverride ?? null,
    created_at: connection.createdAt,
    updated_at: connection.updatedAt,
    last_fetched_at: options.fetchedAt === undefined ? null : instant(options.fetchedAt),
    on_events: options.onEvents,
    credentials: shown(withToken(credentials, token), options),
    ...(hasTokens(settings.auth) && token && { token: tokenAnswer(token) }),
  }
}

/** The credentials as they would be given now. */
function withToken(credentials: Credentials, token: Token | undefined): Credentials {
  if (token === undefined) return credentials
  const { accessToken, refreshToken, expiresAt } = token
  if (credentials.type !== 'OAUTH2' && credentials.type !== 'OAUTH2_CC') return credentials
  const { expires_at: _, ...before } = credentials
  const given = token.raw ? { ...before, raw: { ...before.raw, ...token.raw } } : before
  const expiry = expiresAt === undefined ? {} : { expires_at: instant(expiresAt) }
  if (given.type === 'OAUTH2_CC') return { ...given, token: accessToken, ...expiry }
  const refresh = refreshToken === undefined ? {} : { refresh_token: refreshToken }
  return { ...given, access_token: accessToken, ...refresh, ...expiry }
}

function shown(credentials: Credentials, { refreshToken }: { refreshToken: boolean }): Credentials {
  if (credentials.type !== 'OAUTH2' || refreshToken) return withRaw(credentials)
  const { refresh_token: refresh, raw, ...rest } = credentials
  const { refresh_token: _, ...others } = raw ?? {}
  return withRaw({ ...rest, ...(raw && { raw: withoutText(others, refresh) }) })
}

/** Some providers have the refresh token at another place of their answer. */
function withoutText(raw: Record<string, unknown>, text: string | undefined): Record<string, unknown> {
  const safe = JSON.stringify(raw, (_, value: unknown) => (value === text ? undefined : value))
  return JSON.parse(safe) as Record<string, unknown> // it was one
}

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

function tokenAnswer({ accessToken, expiresAt }: Token) {
  return { access_token: accessToken, expires_at: expiresAt === undefined ? null : instant(expiresAt) }
}

function known(connection: Connection, provider: string) {
  const { uid, id, integration, tags, metadata, needsReauth } = connection
  return {
    id: numberOf(uid),
    uid,
    connection_id: id,
    provider_config_key: integration,
    provider,
    errors: needsReauth ? [{ type: 'auth', log_id: `${uid}.${Date.parse(needsReauth.since)}` }] : [],
    needs_reauth: needsReauth ?? null,
    end_user: endUserAnswer(connection),
    tags,
    metadata,
  }
}

/** The first 48 of its 122 random bits: of a million connections, two have the same number once in 500 cases. */
const numberOf = (uid: string) => Number.parseInt(uid.replaceAll('-', '').slice(0, 12), 16)
