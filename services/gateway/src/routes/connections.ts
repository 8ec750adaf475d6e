import { randomUUID } from 'node:crypto'
import { allTags, type Connection, checkSize, hasTags, sealCredentials } from '@syncline/catalog'
import { accessTo, TokenUnavailable } from '@syncline/outgoing'
import { settingsOf } from '@syncline/providers'
import { connectionAnswer, connectionSummary } from '../answers/connection-answer.ts'
import { creationCallsAnswer } from '../answers/creation-calls-answer.ts'
import { endUserOf } from '../answers/end-user.ts'
import { Answer } from '../http/answer.ts'
import type { Handler } from '../http/handler.ts'
import { creationCalls } from '../on-events/queue-creation-calls.ts'
import { runOnEvents } from '../on-events/run-on-events.ts'
import { validateConnection } from '../on-events/validate-connection.ts'
import { checkAccount } from '../rules/check-account.ts'
import { checkConfig } from '../rules/check-config.ts'
import { checkCredentials } from '../rules/check-credentials.ts'
import { checkFit } from '../rules/check-fit.ts'
import { checkWebhookUrl } from '../rules/check-webhook-url.ts'

/** How long a GET waits for a new token. */
const TOKEN_MS = 45_000

/** A connection that exists gets these credentials: what was got with the ones before goes, and so does their refusal. */
export const createConnection: Handler<'createConnection'> = async (
  dependencies,
  { environment, query, body },
) => {
  const { catalog, keyring, outgoing, actions } = dependencies
  const { credentials, provider_config_key: integration } = body
  const known = await catalog.integrations.get(environment, integration)
  checkSize('credentials', credentials)
  checkSize('metadata', body.metadata)
  checkSize('connection_config', body.connection_config)
  checkWebhookUrl(outgoing.egress, body.webhook_url_override)
  checkFit(credentials, settingsOf(catalog, known).auth)
  const place = { environment, integration, id: body.connection_id ?? randomUUID() }
  const before = await catalog.connections.find(environment, integration, place.id)
  const config = body.connection_config ?? before?.connectionConfig
  checkConfig(settingsOf(catalog, known), config)
  checkAccount(credentials, config)
  const now = new Date().toISOString()
  const reauthorized = { kind: 'reauthorized' as const, reason: 'it has new credentials', at: now }
  const uid = randomUUID()
  const calls = creationCalls(catalog.actions.list(environment, integration))
  const change = (present: Connection | undefined): Connection => ({
    ...place,
    uid: present?.uid ?? uid,
    sealedCredentials: sealCredentials(keyring, credentials, place),
    ...(present?.needsReauth && { unpublished: reauthorized }),
    creationCalls: present ? present.creationCalls : calls,
    metadata: body.metadata ?? present?.metadata ?? null,
    connectionConfig: body.connection_config ?? present?.connectionConfig ?? {},
    tags: body.tags ?? present?.tags ?? {},
    endUser: body.end_user ? endUserOf(body.end_user) : present?.endUser,
    webhookUrlOverride: (body.webhook_url_override ?? present?.webhookUrlOverride) || undefined,
    createdAt: present?.createdAt ?? now,
    updatedAt: now,
  })
  if (query.verify) await checkCredentials({ catalog, keyring, outgoing }, change(before), credentials)
  await validateConnection(dependencies, change(before))
  // If we die after this, another gateway begins what runs because the connection was created.
  const stored = await catalog.connections.upsert(change, environment, integration, place.id)
  const at = { environment, integration, connection: place.id }
  const access = await accessTo({ catalog, keyring }, at)
  const onEvents = await creationCallsAnswer(actions.store, stored)
  return connectionAnswer(access, { refreshToken: true, onEvents })
}

export const listConnections: Handler<'listConnections'> = async ({ catalog }, { environment, query }) => {
  const found = query.integrationId
    ? unique(query.integrationId.split(',')).flatMap((key) => catalog.connections.list(environment, key))
    : catalog.connections.list(environment)
  const wanted = query.tags ?? {}
  const search = query.search?.toLowerCase()
  const from = query.page * query.limit
  const page = found
    .filter(
      (connection) =>
        (query.connectionId === undefined || connection.id === query.connectionId) &&
        (query.endUserId === undefined || hasTags(connection, { end_user_id: query.endUserId })) &&
        (query.endUserOrganizationId === undefined ||
          hasTags(connection, { organization_id: query.endUserOrganizationId })) &&
        (search === undefined || textsOf(connection).some((text) => text.toLowerCase().includes(search))) &&
        hasTags(connection, wanted),
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
  { catalog, keyring, lastFetched, actions, outgoing: { tokens } },
  { environment, params, query },
) => {
  const integration = query.provider_config_key
  const at = { environment, integration, connection: params.connectionId }
  const { connection } = await accessTo({ catalog, keyring }, at)
  const signal = AbortSignal.timeout(TOKEN_MS)
  const fetchedAt = lastFetched.note(connection.uid)
  try {
    const access = query.force_refresh
      ? await tokens.refresh(at, signal)
      : connection.needsReauth
        ? await accessTo({ catalog, keyring }, at)
        : await tokens.access(at, signal)
    const onEvents = await creationCallsAnswer(actions.store, access.connection)
    return connectionAnswer(access, {
      refreshToken: query.refresh_token,
      fetchedAt: await fetchedAt,
      onEvents,
    })
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

export const updateConnection: Handler<'updateConnection'> = async (
  { catalog, outgoing },
  { environment, params, query, body },
) => {
  const { end_user, tags, webhook_url_override: url } = body
  await catalog.integrations.get(environment, query.provider_config_key)
  checkWebhookUrl(outgoing.egress, url)
  const updatedAt = new Date().toISOString()
  await catalog.connections.update(
    (present) => ({
      ...present,
      updatedAt,
      ...(end_user && { endUser: endUserOf(end_user) }),
      ...(tags && { tags }),
      ...(url !== undefined && { webhookUrlOverride: url || undefined }),
    }),
    environment,
    query.provider_config_key,
    params.connectionId,
  )
  return { success: true }
}

/** Its functions have their time, and nothing that they do keeps it. If we die meanwhile, it is not deleted. */
export const deleteConnection: Handler<'deleteConnection'> = async (
  dependencies,
  { environment, params, query },
) => {
  const { catalog } = dependencies
  const identity = [environment, query.provider_config_key, params.connectionId]
  await catalog.integrations.get(environment, query.provider_config_key)
  const connection = await catalog.connections.get(...identity)
  const ended = await runOnEvents(dependencies, connection, 'pre-connection-deletion')
  await catalog.connections.delete(...identity)
  const outcomes = ended.map(({ name, logId, error }) => ({
    name,
    log_id: logId,
    state: error ? ('failed' as const) : ('done' as const),
    error: error?.message ?? null,
  }))
  return { success: true, ...(outcomes.length > 0 && { on_events: outcomes }) }
}

/** What a search looks into. */
function textsOf(connection: Connection): string[] {
  const all = allTags(connection)
  const [name = '', email = ''] = [all.get('end_user_display_name'), all.get('end_user_email')]
  return [connection.id, name, email]
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
