import type { Integration as Answer, ClientRequest, RouteAt } from '@syncline/api'
import { type AppCredentials, type Integration, type Keyring, openApp } from '@syncline/catalog'
import { findSettings, toFields } from '@syncline/providers'
import type { Dependencies } from '../dependencies.ts'

type App = NonNullable<ClientRequest<RouteAt<'POST', '/integrations'>>['body']['credentials']>

/** Fields of an app beside its keys: templates use them by their names. */
const NAMED = ['scopes', 'app_id', 'app_link', 'webhook_secret'] as const

/** As the catalog has it. */
export function appOf({ type: _, scopes, app_id, app_link, webhook_secret, ...app }: App): AppCredentials {
  const named = Object.entries({ scopes, app_id, app_link, webhook_secret }).filter(
    (entry): entry is [string, string] => Boolean(entry[1]),
  )
  return named.length === 0 ? app : { ...app, fields: { ...app.fields, ...Object.fromEntries(named) } }
}

/** Null if there are none. */
export function appAnswer(keyring: Keyring, integration: Integration): Answer['credentials'] {
  if (integration.sealedApp === undefined) return null
  const app = openApp(keyring, integration)
  const [scopes, app_id, app_link, webhook_secret] = NAMED.map((name) => app.fields?.[name] ?? null)
  const { client_id = null, client_secret = null, private_key = null } = app
  const type = typeOf(integration, app)
  const others = {
    ...(app.callback_secret && { callback_secret: app.callback_secret }),
    ...(app.fields && { fields: app.fields }),
  }
  const ofApp = { app_id: app_id ?? null, app_link: app_link ?? null, private_key }
  const ofClient = {
    client_id,
    client_secret,
    scopes: scopes ?? null,
    webhook_secret: webhook_secret ?? null,
  }
  if (type === 'APP') return { type, ...ofApp, ...(client_id && { client_id, client_secret }), ...others }
  if (type === 'CUSTOM') return { type, ...ofApp, ...ofClient, ...others }
  return { type, ...ofClient, ...(private_key && { private_key }), ...others }
}

function typeOf({ appType }: Integration, { fields, client_id, client_secret }: AppCredentials) {
  const types = ['OAUTH1', 'OAUTH2', 'TBA', 'APP', 'CUSTOM'] as const
  const given = types.find((type) => type === appType)
  if (given || fields?.app_id === undefined) return given ?? 'OAUTH2'
  return client_id && client_secret ? 'CUSTOM' : 'APP'
}

export function integrationAnswer(
  { catalog }: Pick<Dependencies, 'catalog'>,
  integration: Integration,
): Answer {
  const { key, provider, displayName, integrationConfig, custom } = integration
  const settings = findSettings(catalog, integration)
  const { allowed_hosts = [], auth = { type: 'none' }, headers = {}, ...fields } = toFields(settings ?? {})
  return {
    unique_key: key,
    provider,
    display_name: displayName,
    logo: '',
    forward_webhooks: integration.forwardWebhooks ?? true,
    ...(integrationConfig && { integration_config: integrationConfig }),
    ...(custom && { custom }),
    ...fields,
    base_url: settings?.baseUrl ?? null,
    allowed_hosts,
    auth,
    headers,
    concurrency: integration.maxRuns ?? null,
    weight: integration.weight ?? 1,
    created_at: integration.createdAt,
    updated_at: integration.updatedAt,
  }
}
