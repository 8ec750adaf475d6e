import { ApiSettings, AuthScheme, HeaderTemplates, Pagination, Retry } from '@syncline/catalog/api-settings'
import { z } from 'zod'
import { Success } from './answers.ts'
import { Instant, NoQuery, ProviderConfigKey } from './fields.ts'
import type { Route } from './route.ts'

/** How to reach an external API. A known `provider` brings its own; what is given here wins. */
const settings = {
  display_name: z.string().min(1).max(255).optional(),
  base_url: ApiSettings.shape.baseUrl.optional(),
  auth: AuthScheme.optional(),
  headers: HeaderTemplates.optional(),
  pagination: Pagination.optional(),
  retry: Retry.optional(),
}

export const Integration = z.object({
  unique_key: z.string(),
  provider: z.string(),
  display_name: z.string(),
  base_url: z.string(),
  auth: AuthScheme,
  headers: z.record(z.string(), z.string()),
  pagination: Pagination.optional(),
  retry: Retry.optional(),
  created_at: Instant,
  updated_at: Instant,
})
export type Integration = z.infer<typeof Integration>

const answer = { 200: z.object({ data: Integration }) }
const params = z.object({ uniqueKey: ProviderConfigKey })
const url = '/integrations/:uniqueKey'

const createIntegration = {
  method: 'POST',
  url: '/integrations',
  schema: {
    querystring: NoQuery,
    body: z.strictObject({
      unique_key: ProviderConfigKey,
      /** A provider that we know, or any name together with `base_url`. */
      provider: z.string().min(1).max(255),
      ...settings,
    }),
    response: answer,
  },
} as const satisfies Route

const listIntegrations = {
  method: 'GET',
  url: '/integrations',
  schema: { querystring: NoQuery, response: { 200: z.object({ data: z.array(Integration) }) } },
} as const satisfies Route

const getIntegration = {
  method: 'GET',
  url,
  schema: { params, querystring: NoQuery, response: answer },
} as const satisfies Route

const updateIntegration = {
  method: 'PATCH',
  url,
  schema: { params, querystring: NoQuery, body: z.strictObject(settings), response: answer },
} as const satisfies Route

/** Deletes its connections and syncs too. */
const deleteIntegration = {
  method: 'DELETE',
  url,
  schema: { params, querystring: NoQuery, response: { 200: Success } },
} as const satisfies Route

export const integrationRoutes = {
  createIntegration,
  listIntegrations,
  getIntegration,
  updateIntegration,
  deleteIntegration,
}
