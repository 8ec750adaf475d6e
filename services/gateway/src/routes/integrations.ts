import type { Integration as IntegrationAnswer } from '@syncline/api'
import type { ApiSettings, Integration } from '@syncline/catalog'
import { builtinProviders, settingsOf } from '@syncline/providers'
import type { Handler } from '../http/handler.ts'
import { InvalidRequest } from '../http/invalid-request.ts'

type Created = Parameters<typeof createIntegration>[1]['body']
type Settings = Parameters<typeof updateIntegration>[1]['body']

export const createIntegration: Handler<'createIntegration'> = async ({ catalog }, { environment, body }) => {
  const now = new Date().toISOString()
  const basis: Integration = {
    displayName: builtinProviders.get(body.provider)?.displayName ?? body.unique_key,
    environment,
    key: body.unique_key,
    provider: body.provider,
    createdAt: now,
    updatedAt: now,
  }
  const integration = withSettings(basis, body)
  if (integration.baseUrl === undefined && !builtinProviders.has(body.provider)) throw unknownProvider(body)
  await catalog.integrations.create(integration, environment, body.unique_key)
  return { data: integrationAnswer(integration, settingsOf(catalog, integration)) }
}

export const listIntegrations: Handler<'listIntegrations'> = async ({ catalog }, { environment }) => ({
  data: catalog.integrations
    .list(environment)
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((integration) => integrationAnswer(integration, settingsOf(catalog, integration))),
})

export const getIntegration: Handler<'getIntegration'> = async ({ catalog }, { environment, params }) => {
  const integration = await catalog.integrations.get(environment, params.uniqueKey)
  return { data: integrationAnswer(integration, settingsOf(catalog, integration)) }
}

export const updateIntegration: Handler<'updateIntegration'> = async (
  { catalog },
  { environment, params, body },
) => {
  const updatedAt = new Date().toISOString()
  const integration = await catalog.integrations.update(
    (present) => ({ ...withSettings(present, body), updatedAt }),
    environment,
    params.uniqueKey,
  )
  return { data: integrationAnswer(integration, settingsOf(catalog, integration)) }
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

function unknownProvider({ provider }: Created): InvalidRequest {
  const known = [...builtinProviders.keys()].join(', ')
  return InvalidRequest.body(
    ['base_url'],
    `provider '${provider}' is not one that we know (${known}): give its base_url`,
  )
}

function withSettings(present: Integration, settings: Settings): Integration {
  const { display_name, base_url, auth, headers, pagination, retry } = settings
  return {
    ...present,
    ...(display_name !== undefined && { displayName: display_name }),
    ...(base_url !== undefined && { baseUrl: base_url }),
    ...(auth !== undefined && { auth }),
    ...(headers !== undefined && { headers }),
    ...(pagination !== undefined && { pagination }),
    ...(retry !== undefined && { retry }),
  }
}

function integrationAnswer(integration: Integration, settings: ApiSettings): IntegrationAnswer {
  const { key, provider, displayName } = integration
  const { baseUrl, auth, headers, pagination, retry } = settings
  return {
    unique_key: key,
    provider,
    display_name: displayName,
    base_url: baseUrl,
    auth,
    headers,
    ...(pagination && { pagination }),
    ...(retry && { retry }),
    created_at: integration.createdAt,
    updated_at: integration.updatedAt,
  }
}
