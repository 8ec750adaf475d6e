import type { Integration as IntegrationAnswer } from '@syncline/api'
import {
  type ApiSettings,
  type AppCredentials,
  type Integration,
  type Keyring,
  openApp,
  sealApp,
} from '@syncline/catalog'
import {
  findSettings,
  firstPartyNames,
  firstPartyProvider,
  ownSettings,
  type SettingsFields,
  settingsProblems,
  settingsWith,
  toFields,
  toSettings,
} from '@syncline/providers'
import type { Dependencies } from '../dependencies.ts'
import type { Handler } from '../http/handler.ts'
import { InvalidRequest } from '../http/invalid-request.ts'

type Settings = Parameters<typeof updateIntegration>[1]['body']
type App = NonNullable<Settings['credentials']>

export const createIntegration: Handler<'createIntegration'> = async (
  dependencies,
  { environment, body },
) => {
  const { catalog, keyring } = dependencies
  const { unique_key: key, provider, ...settings } = body
  const now = new Date().toISOString()
  const preset = (await catalog.providers.find(environment, provider)) ?? firstPartyProvider(provider)
  const displayName = preset?.displayName ?? key
  const basis = { displayName, environment, key, provider, createdAt: now, updatedAt: now }
  const integration = withSettings(keyring, basis, settings)
  if (integration.baseUrl === undefined && preset === undefined)
    throw unknownProvider(dependencies, integration)
  checkSettings(preset, integration)
  await catalog.integrations.create(integration, environment, key)
  return { data: integrationAnswer(dependencies, integration) }
}

export const listIntegrations: Handler<'listIntegrations'> = async (dependencies, { environment }) => ({
  data: dependencies.catalog.integrations
    .list(environment)
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((integration) => integrationAnswer(dependencies, integration)),
})

export const getIntegration: Handler<'getIntegration'> = async (
  dependencies,
  { environment, params, query },
) => {
  const { catalog, keyring } = dependencies
  const integration = await catalog.integrations.get(environment, params.uniqueKey)
  const data = integrationAnswer(dependencies, integration)
  return { data: query.include ? { ...data, credentials: openApp(keyring, integration) } : data }
}

export const updateIntegration: Handler<'updateIntegration'> = async (
  dependencies,
  { environment, params, body },
) => {
  const { catalog, keyring } = dependencies
  const updatedAt = new Date().toISOString()
  const change = (present: Integration): Integration => {
    const integration = { ...withSettings(keyring, present, body), updatedAt }
    if (body.base_url === null && !findSettings(catalog, integration)) {
      throw unknownProvider(dependencies, integration)
    }
    checkSettings(
      catalog.providers.peek(environment, integration.provider) ?? firstPartyProvider(integration.provider),
      integration,
    )
    return integration
  }
  const integration = await catalog.integrations.update(change, environment, params.uniqueKey)
  return { data: integrationAnswer(dependencies, integration) }
}

export const deleteIntegration: Handler<'deleteIntegration'> = async (
  { catalog },
  { environment, params: { uniqueKey } },
) => {
  await catalog.integrations.get(environment, uniqueKey)
  // The integration goes last: a request that dies half-way can be sent again.
  for (const { id } of catalog.connections.list(environment, uniqueKey)) {
    await catalog.connections.delete(environment, uniqueKey, id)
  }
  for (const { name } of catalog.syncs.list(environment, uniqueKey)) {
    await catalog.syncs.delete(environment, uniqueKey, name)
  }
  await catalog.integrations.delete(environment, uniqueKey)
  return { success: true }
}

function unknownProvider({ catalog }: Dependencies, { environment, provider }: Integration): InvalidRequest {
  const deployed = catalog.providers.list(environment).map(({ name }) => name)
  const known = [...new Set([...deployed, ...firstPartyNames()])].sort().join(', ')
  return InvalidRequest.body(
    ['base_url'],
    `provider '${provider}' is not one that we know (${known}): deploy its file, or give base_url`,
  )
}

/** What no schema can refuse. Parts of the connection config need no description here. */
function checkSettings(preset: { settings: ApiSettings } | undefined, integration: Integration): void {
  const settings = settingsWith(preset?.settings, integration)
  const problems = settings ? settingsProblems(settings) : []
  if (problems.length === 0) return
  throw new InvalidRequest(
    'invalid_body',
    problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    problems.map((problem) => ({ code: 'custom', ...problem })),
  )
}

function withSettings(keyring: Keyring, present: Integration, body: Settings): Integration {
  const { display_name, credentials, concurrency, weight, ...given } = body
  const own = ownSettings(present)
  const before = Object.fromEntries(Object.keys(own).map((name) => [name, undefined]))
  const fields = Object.entries({ ...toFields(own), ...given }).filter(([, value]) => value !== null)
  const sealedApp = credentials ? sealApp(keyring, appOf(credentials), present) : undefined
  return {
    ...present,
    ...before,
    // Without nulls they are the fields of a provider file.
    ...toSettings(Object.fromEntries(fields) as SettingsFields),
    ...(display_name !== undefined && { displayName: display_name }),
    ...(concurrency !== undefined && { maxRuns: concurrency ?? undefined }),
    ...(weight !== undefined && { weight: weight ?? undefined }),
    ...(credentials !== undefined && { sealedApp }),
  }
}

/** The scopes are a field like others that templates use. */
function appOf({ type: _, scopes, ...app }: App): AppCredentials {
  return scopes ? { ...app, fields: { ...app.fields, scopes } } : app
}

function integrationAnswer({ catalog }: Dependencies, integration: Integration): IntegrationAnswer {
  const { key, provider, displayName } = integration
  const settings = findSettings(catalog, integration)
  const { allowed_hosts = [], auth = { type: 'none' }, headers = {}, ...fields } = toFields(settings ?? {})
  return {
    unique_key: key,
    provider,
    display_name: displayName,
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
