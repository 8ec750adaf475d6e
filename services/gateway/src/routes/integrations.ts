import {
  createIntegration,
  deleteIntegration,
  getIntegration,
  type Integration as IntegrationAnswer,
  listIntegrations,
  updateIntegration,
} from '@syncline/api'
import type { Integration } from '@syncline/catalog'
import type { z } from 'zod'
import type { App } from '../app.ts'
import type { Dependencies } from '../dependencies.ts'
import { InvalidRequest } from '../invalid-request.ts'
import { providers } from '../providers.ts'

export function integrationRoutes(app: App, { catalog }: Dependencies) {
  app.route({
    ...createIntegration,
    handler: async ({ environment, body }) => {
      const preset = providers.get(body.provider)
      const baseUrl = body.base_url ?? preset?.baseUrl
      if (baseUrl === undefined) {
        const known = [...providers.keys()].join(', ')
        throw InvalidRequest.body(
          ['base_url'],
          `provider '${body.provider}' is not one that we know (${known}): give its base_url`,
        )
      }
      const now = new Date().toISOString()
      const integration = withSettings(
        {
          displayName: body.unique_key,
          auth: { type: 'none' },
          headers: {},
          ...preset,
          environment,
          key: body.unique_key,
          provider: body.provider,
          baseUrl,
          createdAt: now,
          updatedAt: now,
        },
        body,
      )
      await catalog.integrations.create(integration, environment, body.unique_key)
      return { data: integrationAnswer(integration) }
    },
  })

  app.route({
    ...listIntegrations,
    handler: async ({ environment }) => ({
      data: catalog.integrations
        .list(environment)
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .map(integrationAnswer),
    }),
  })

  app.route({
    ...getIntegration,
    handler: async ({ environment, params }) => ({
      data: integrationAnswer(await catalog.integrations.get(environment, params.uniqueKey)),
    }),
  })

  app.route({
    ...updateIntegration,
    handler: async ({ environment, params, body }) => {
      const updatedAt = new Date().toISOString()
      const integration = await catalog.integrations.update(
        (present) => ({ ...withSettings(present, body), updatedAt }),
        environment,
        params.uniqueKey,
      )
      return { data: integrationAnswer(integration) }
    },
  })

  app.route({
    ...deleteIntegration,
    handler: async ({ environment, params: { uniqueKey } }) => {
      await catalog.integrations.get(environment, uniqueKey)
      // The integration goes last: a request that dies half-way can be sent again.
      for (const { id } of catalog.connections.list(environment, uniqueKey)) {
        await catalog.connections.delete(environment, uniqueKey, id)
      }
      for (const { name } of catalog.syncs.list(environment, uniqueKey)) {
        await catalog.syncs.delete(environment, uniqueKey, name)
      }
      await catalog.integrations.delete(environment, uniqueKey)
      return { success: true as const }
    },
  })
}

type Settings = z.infer<typeof updateIntegration.schema.body>

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

function integrationAnswer(integration: Integration): IntegrationAnswer {
  const { key, provider, displayName, baseUrl, auth, headers, pagination, retry } = integration
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
