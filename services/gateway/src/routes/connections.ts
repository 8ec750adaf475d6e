import { randomUUID } from 'node:crypto'
import { type AuthScheme, type Connection, type Credentials, sealCredentials } from '@syncline/catalog'
import { accessTo, TokenUnavailable } from '@syncline/outgoing'
import { settingsOf } from '@syncline/providers'
import { connectionAnswer, connectionSummary } from '../answers/connection-answer.ts'
import { Answer } from '../http/answer.ts'
import type { Handler } from '../http/handler.ts'
import { InvalidRequest } from '../http/invalid-request.ts'
import { checkConfig } from '../rules/check-config.ts'

/** How long a GET waits for a new token. */
const TOKEN_MS = 45_000

/** Credentials that an integration can put into a request, or get a token with. NONE always fits: an API may have a public part. */
const fitting: Record<AuthScheme['type'], Credentials['type'][]> = {
  none: ['NONE', 'CUSTOM'],
  bearer: ['NONE', 'API_KEY', 'OAUTH2'],
  header: ['NONE', 'API_KEY', 'OAUTH2'],
  query: ['NONE', 'API_KEY', 'OAUTH2'],
  basic: ['NONE', 'BASIC', 'API_KEY'],
  oauth2: ['OAUTH2'],
  client_credentials: ['OAUTH2_CC'],
  password: ['BASIC'],
  jwt: ['CUSTOM', 'NONE'],
  two_step: ['CUSTOM', 'API_KEY', 'BASIC', 'OAUTH2_CC'],
  callback: ['CALLBACK'],
}

/** A connection that exists gets these credentials: what was got with the ones before goes, and so does their refusal. */
export const createConnection: Handler<'createConnection'> = async (
  { catalog, keyring },
  { environment, body },
) => {
  const { credentials, provider_config_key: integration } = body
  const known = await catalog.integrations.get(environment, integration)
  checkFit(credentials, settingsOf(catalog, known).auth)
  const place = { environment, integration, id: body.connection_id ?? randomUUID() }
  const before = await catalog.connections.find(environment, integration, place.id)
  checkConfig(settingsOf(catalog, known), body.connection_config ?? before?.connectionConfig)
  const now = new Date().toISOString()
  const reauthorized = { kind: 'reauthorized' as const, reason: 'it has new credentials', at: now }
  const change = (present: Connection | undefined): Connection => ({
    ...place,
    uid: present?.uid ?? randomUUID(),
    sealedCredentials: sealCredentials(keyring, credentials, place),
    ...(present?.needsReauth && { unpublished: reauthorized }),
    metadata: body.metadata ?? present?.metadata ?? null,
    connectionConfig: body.connection_config ?? present?.connectionConfig ?? {},
    tags: body.tags ?? present?.tags ?? {},
    createdAt: present?.createdAt ?? now,
    updatedAt: now,
  })
  await catalog.connections.upsert(change, environment, integration, place.id)
  const at = { environment, integration, connection: place.id }
  return connectionAnswer(await accessTo({ catalog, keyring }, at), { refreshToken: true })
}

export const listConnections: Handler<'listConnections'> = async ({ catalog }, { environment, query }) => {
  const found = query.integrationId
    ? unique(query.integrationId.split(',')).flatMap((key) => catalog.connections.list(environment, key))
    : catalog.connections.list(environment)
  const tags = Object.entries(query.tags ?? {})
  const from = query.page * query.limit
  const page = found
    .filter(
      (connection) =>
        (query.connectionId === undefined || connection.id === query.connectionId) &&
        (query.search === undefined || connection.id.includes(query.search)) &&
        tags.every(([name, value]) => connection.tags[name] === value),
    )
    .sort(newestFirst)
    .slice(from, from + query.limit)
  const providers = new Map(catalog.integrations.list(environment).map((it) => [it.key, it.provider]))
  return {
    connections: page.map((connection) =>
      connectionSummary(connection, providers.get(connection.integration) ?? ''),
    ),
  }
}

/** With a token that works, unless the connection needs new credentials: its errors say so then. */
export const getConnection: Handler<'getConnection'> = async (
  { catalog, keyring, outgoing: { tokens } },
  { environment, params, query },
) => {
  const integration = query.provider_config_key
  const at = { environment, integration, connection: params.connectionId }
  const { connection } = await accessTo({ catalog, keyring }, at)
  const signal = AbortSignal.timeout(TOKEN_MS)
  try {
    const access = query.force_refresh
      ? await tokens.refresh(at, signal)
      : connection.needsReauth
        ? await accessTo({ catalog, keyring }, at)
        : await tokens.access(at, signal)
    return connectionAnswer(access, { refreshToken: query.refresh_token })
  } catch (error) {
    const unavailable = error instanceof TokenUnavailable || (signal.aborted && error === signal.reason)
    if (!unavailable) throw error
    const message =
      error instanceof TokenUnavailable
        ? error.message
        : `connection '${params.connectionId}' did not get a token within ${TOKEN_MS / 1000} s: try again later`
    return new Answer(424, { error: { code: 'invalid_credentials', message } })
  }
}

export const deleteConnection: Handler<'deleteConnection'> = async (
  { catalog },
  { environment, params, query },
) => {
  await catalog.integrations.get(environment, query.provider_config_key)
  await catalog.connections.delete(environment, query.provider_config_key, params.connectionId)
  return { success: true }
}

function checkFit(credentials: Credentials, auth: AuthScheme): void {
  const types = fitting[auth.type]
  if (types.includes(credentials.type)) return
  const message = `${credentials.type} does not fit the auth '${auth.type}' of the integration, which takes ${types.join(', ')}`
  throw InvalidRequest.body(['credentials', 'type'], message)
}

function newestFirst(a: Connection, b: Connection): number {
  return descending(a.createdAt, b.createdAt) || descending(a.uid, b.uid)
}

/** Of texts in ASCII, much faster than by locale. */
function descending(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)]
}
