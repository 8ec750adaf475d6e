import { checkSize, type Integration } from '@syncline/catalog'
import type { HostAnswers, HostMethod, HostParams } from '@syncline/functions'
import { type Caller, type ConnectionPlace, isRepeatable, type Outgoing } from '@syncline/outgoing'
import type { AnswerWithText, HostCall } from '@syncline/sandbox'
import { childCredentials } from './child-credentials.ts'
import type { CallTally } from './facts/call-tally.ts'
import { toHostAnswer } from './http-answer.ts'
import type { WorkLoader } from './load-work.ts'
import type { RequestLimit } from './request-limit.ts'

/** Different warnings that a run gives once. A function could call any number of hosts. */
const WARNINGS_ONCE = 100

/** Whose connection a function uses, and how its calls wait. */
export interface ConnectionContext {
  place: ConnectionPlace
  lane: Caller['lane']
  outgoing: Outgoing
  loader: WorkLoader
  integration: Integration
  requests: RequestLimit
  addWarning: (text: string) => void
  warned: Set<string>
  /** A request to an API: it works, apart from its waits. */
  request: <T>(work: () => Promise<T>, isRepeatable: boolean) => Promise<T>
  wait: (ms: number, reason: string, cause: 'named' | 'growing', signal: AbortSignal) => Promise<void>
  /** Counts requests to APIs. */
  callTally?: CallTally
}

type ConnectionMethod = Extract<
  HostMethod,
  'http' | 'fetch' | 'getConnection' | 'setMetadata' | 'getIntegration' | 'getEnvironmentVariables'
>

/** The host methods that syncs and actions share. */
export const connectionHost: {
  [Name in ConnectionMethod]: (
    context: ConnectionContext,
    params: HostParams[Name],
    call: HostCall,
  ) => Promise<HostAnswers[Name] | AnswerWithText>
} = { http, fetch: fetchUrl, getConnection, setMetadata, getIntegration, getEnvironmentVariables }

export async function http(context: ConnectionContext, call: HostParams['http'], own: HostCall) {
  const { place, lane, outgoing, requests, callTally } = context
  let waitedMs = 0
  let sent = 0
  const answer = await requests.run((waitOutside) => {
    const caller: Caller = {
      ...own,
      lane,
      warn: (text, options) => warn(context, text, options?.once),
      async wait(ms, reason, cause) {
        const since = performance.now()
        await waitOutside(() => context.wait(ms, reason, cause, own.signal))
        waitedMs += performance.now() - since
      },
      onSent(request) {
        callTally?.add(request, waitedMs, sent++ > 0)
        waitedMs = 0
      },
    }
    return context.request(() => outgoing.call(place, call, caller), isRepeatable(call))
  })
  return toHostAnswer(answer, call.binary)
}

function warn({ addWarning, warned }: ConnectionContext, text: string, once = false): void {
  if (once && (warned.has(text) || warned.size === WARNINGS_ONCE)) return
  if (once) warned.add(text)
  addWarning(text)
}

export async function fetchUrl(
  context: ConnectionContext,
  { url, ...request }: HostParams['fetch'],
  own: HostCall,
) {
  const { requests, outgoing, callTally } = context
  const to = new URL(url)
  const answer = await requests.run(() =>
    context.request(async () => {
      const since = performance.now()
      const sent = (status?: number) =>
        callTally?.add({ host: to.host, ...(status && { status }), ms: performance.now() - since }, 0, false)
      try {
        const answer = await outgoing.egress.request(to, request, own)
        sent(answer.status)
        return answer
      } catch (error) {
        sent()
        throw error
      }
    }, isRepeatable(request)),
  )
  return toHostAnswer(answer, true)
}

async function getConnection(
  { place, loader, outgoing }: ConnectionContext,
  { forceRefresh }: HostParams['getConnection'],
  { signal }: HostCall,
): Promise<HostAnswers['getConnection']> {
  const known = forceRefresh ? await outgoing.tokens.refresh(place, signal) : await loader.access(place)
  const access = known.settings.exposeTokens ? await outgoing.tokens.access(place, signal) : known
  const { connection, integration } = access
  return {
    connection_id: connection.id,
    provider_config_key: connection.integration,
    provider: integration.provider,
    credentials: childCredentials(access),
    connection_config: connection.connectionConfig,
    metadata: connection.metadata,
    tags: connection.tags,
    created_at: connection.createdAt,
    updated_at: connection.updatedAt,
  }
}

async function setMetadata(
  { place, loader }: ConnectionContext,
  { metadata, merge }: HostParams['setMetadata'],
): Promise<null> {
  if (place.tried)
    throw new Error('the connection is not stored yet: its metadata can be set when it was validated')
  await loader.catalog.connections.update(
    (present) => {
      const changed = merge ? { ...present.metadata, ...metadata } : metadata
      checkSize('metadata', changed)
      return { ...present, metadata: changed, updatedAt: new Date().toISOString() }
    },
    place.environment,
    place.integration,
    place.connection,
  )
  return null
}

/** What an app signs in with goes to the child only where its tokens may go, too. */
async function getIntegration(
  { place, integration, loader }: ConnectionContext,
  { credentials }: HostParams['getIntegration'],
): Promise<HostAnswers['getIntegration']> {
  const { key, integrationConfig, custom } = integration
  if (credentials && !(await loader.access(place)).settings.exposeTokens) {
    throw new Error(
      `getIntegration: the integration '${key}' keeps its credentials from functions: to read them, set its expose_tokens`,
    )
  }
  const { fields, ...app } = loader.app(integration) ?? {}
  return {
    unique_key: key,
    provider: integration.provider,
    display_name: integration.displayName,
    logo: '',
    forward_webhooks: integration.forwardWebhooks ?? true,
    ...(integrationConfig && { integration_config: integrationConfig }),
    ...(custom && { custom }),
    created_at: integration.createdAt,
    updated_at: integration.updatedAt,
    ...(credentials && { credentials: loader.app(integration) ? { ...fields, ...app } : null }),
  }
}

async function getEnvironmentVariables({ loader, place }: ConnectionContext) {
  return loader.variables(place.environment)
}
