import type { Connection as ConnectionAnswer, ConnectionSummary, OnEventOutcome } from '@syncline/api'
import type { Connection, Token } from '@syncline/catalog'
import { type Access, hasTokens, presentCredentials } from '@syncline/outgoing'
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
    credentials: presentCredentials({ credentials, token }, options),
    ...(hasTokens(settings.auth) && token && { token: tokenAnswer(token) }),
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
