import type { Integration as IntegrationAnswer } from '@syncline/api'
import { type ApiSettings, type Integration, type Keyring, sealApp } from '@syncline/catalog'
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
import { appAnswer, appOf, integrationAnswer } from '../answers/integration-answer.ts'
import { deleteAll } from '../delete-all.ts'
import type { Dependencies } from '../dependencies.ts'
import type { Handler } from '../http/handler.ts'
import { InvalidRequest } from '../http/invalid-request.ts'
import { deleteConnections } from '../on-events/delete-connections.ts'
import { checkRename, renameIntegration } from '../rules/rename-integration.ts'

type Settings = Omit<Parameters<typeof updateIntegration>[1]['body'], 'unique_key'>

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
  data: allOf(dependencies, environment),
})

export const oldListIntegrations: Handler<'oldListIntegrations'> = async (dependencies, { environment }) => ({
  configs: allOf(dependencies, environment),
})

export const getIntegration: Handler<'getIntegration'> = async (dependencies, request) => ({
  data: await oneOf(dependencies, request),
})

async function oneOf(
  dependencies: Dependencies,
  { environment, params, query }: Parameters<typeof getIntegration>[1],
): Promise<IntegrationAnswer> {
  const { catalog, keyring } = dependencies
  const integration = await catalog.integrations.get(environment, params.uniqueKey)
  const data = integrationAnswer(dependencies, integration)
  const include = [query.include ?? []].flat()
  return {
    ...data,
    ...(include.includes('credentials') && { credentials: appAnswer(keyring, integration) }),
    ...(include.includes('webhook') && { webhook_url: null }),
  }
}

export const oldGetIntegration: Handler<'oldGetIntegration'> = async (dependencies, request) => ({
  config: await oneOf(dependencies, request),
})

function allOf(dependencies: Dependencies, environment: string): IntegrationAnswer[] {
  return dependencies.catalog.integrations
    .list(environment)
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((integration) => integrationAnswer(dependencies, integration))
}

export const updateIntegration: Handler<'updateIntegration'> = async (
  dependencies,
  { environment, params, body },
) => {
  const { catalog, keyring } = dependencies
  const updatedAt = new Date().toISOString()
  const { unique_key: newKey, ...settings } = body
  const change = (present: Integration): Integration => {
    const integration = { ...withSettings(keyring, present, settings), updatedAt }
    if (body.base_url === null && !findSettings(catalog, integration)) {
      throw unknownProvider(dependencies, integration)
    }
    checkSettings(
      catalog.providers.peek(environment, integration.provider) ?? firstPartyProvider(integration.provider),
      integration,
    )
    return integration
  }
  const key = params.uniqueKey
  const isRename = newKey !== undefined && newKey !== key
  // Nothing is changed if the whole request can't be.
  if (isRename) await checkRename(dependencies, await catalog.integrations.get(environment, key), newKey)
  const integration = await catalog.integrations.update(change, environment, key)
  const renamed = isRename ? await renameIntegration(dependencies, integration, newKey) : integration
  return { data: integrationAnswer(dependencies, renamed) }
}

export const deleteIntegration: Handler<'deleteIntegration'> = async (
  dependencies,
  { environment, params: { uniqueKey } },
) => {
  const { catalog } = dependencies
  await catalog.integrations.get(environment, uniqueKey)
  // The integration goes last: a request that dies half-way can be sent again.
  const { connections, syncs, actions } = catalog
  const itsConnections = connections.list(environment, uniqueKey)
  const onEvents = await deleteConnections(dependencies, environment, itsConnections)
  const identityOf = ({ name }: { name: string }) => [environment, uniqueKey, name]
  await deleteAll(syncs, syncs.list(environment, uniqueKey), identityOf)
  await deleteAll(actions, actions.list(environment, uniqueKey), identityOf)
  await catalog.integrations.delete(environment, uniqueKey)
  return { success: true, ...(onEvents && { on_events: onEvents }) }
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
  const { display_name, credentials, concurrency, weight, forward_webhooks, integration_config, ...others } =
    body
  const { custom, ...given } = others
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
    ...(credentials !== undefined && { sealedApp, appType: credentials?.type }),
    ...(forward_webhooks !== undefined && { forwardWebhooks: forward_webhooks }),
    ...(integration_config && { integrationConfig: integration_config }),
    ...(custom && { custom }),
  }
}
