import { AppCredentials } from '@syncline/catalog/credentials'
import { settingsFields } from '@syncline/providers/settings-fields'
import { z } from 'zod'
import { Success } from './answers.ts'
import { countInBody, Instant, NoQuery, ProviderConfigKey } from './fields.ts'
import type { Route } from './route.ts'

/** Of the customer's own app at the vendor. */
const App = z.strictObject({
  /** Sent by clients of other engines; it changes nothing. */
  type: z.enum(['OAUTH1', 'OAUTH2', 'TBA', 'APP', 'CUSTOM']).optional(),
  ...AppCredentials.shape,
  scopes: z.string().max(10_000).optional(),
})

/** How many runs may be in flight at a time, and the share of the runners beside other integrations. */
const share = { concurrency: countInBody(1, 100_000), weight: countInBody(1, 100) }

const displayName = z.string().min(1).max(255).optional()

export const Integration = z.object({
  unique_key: z.string(),
  provider: z.string(),
  display_name: z.string(),
  ...settingsFields,
  /** Null if there is none: the provider was deleted. */
  base_url: z.string().nullable(),
  allowed_hosts: settingsFields.allowed_hosts.unwrap(),
  auth: settingsFields.auth.unwrap(),
  headers: settingsFields.headers.unwrap(),
  /** Shown with `include=credentials`. */
  credentials: AppCredentials.optional(),
  /** Null: no limit of its own. */
  concurrency: share.concurrency.nullable(),
  weight: share.weight,
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
  summary: 'Register an external API.',
  scope: 'deploy',
  errors: ['already_exists', 'too_large'],
  schema: {
    querystring: NoQuery,
    body: z.strictObject({
      unique_key: ProviderConfigKey,
      /** A provider that is deployed or comes with Syncline, or any name together with `base_url`. */
      provider: z.string().min(1).max(255),
      display_name: displayName,
      /** What is given here wins over the provider's. */
      ...settingsFields,
      concurrency: share.concurrency.optional(),
      weight: share.weight.optional(),
      credentials: App.optional(),
    }),
    response: answer,
  },
} as const satisfies Route

const listIntegrations = {
  method: 'GET',
  url: '/integrations',
  summary: 'List the external APIs.',
  scope: 'read',
  schema: { querystring: NoQuery, response: { 200: z.object({ data: z.array(Integration) }) } },
} as const satisfies Route

const include = z.literal('credentials')

const getIntegration = {
  method: 'GET',
  url,
  summary: 'Get an external API.',
  description: '`include=credentials` needs the scope `secrets`.',
  scope: 'read',
  holdsSecrets: true,
  errors: ['unknown_integration'],
  schema: {
    params,
    querystring: z.strictObject({ include: z.union([include, z.array(include).max(10)]).optional() }),
    response: answer,
  },
} as const satisfies Route

const updateIntegration = {
  method: 'PATCH',
  url,
  summary: 'Change an external API.',
  scope: 'deploy',
  errors: ['unknown_integration', 'too_large'],
  schema: {
    params,
    querystring: NoQuery,
    body: z.strictObject({
      display_name: displayName,
      /** Null: the provider's again. */
      ...nullable(settingsFields),
      /** Null: no limit of its own. */
      concurrency: share.concurrency.nullable().optional(),
      /** Null: 1. */
      weight: share.weight.nullable().optional(),
      /** Replaced as a whole. */
      credentials: App.nullable().optional(),
    }),
    response: answer,
  },
} as const satisfies Route

/** Deletes its connections and syncs too. */
const deleteIntegration = {
  method: 'DELETE',
  url,
  summary: 'Delete an external API with its connections and syncs.',
  scope: 'deploy',
  errors: ['unknown_integration'],
  schema: { params, querystring: NoQuery, response: { 200: Success } },
} as const satisfies Route

export const integrationRoutes = {
  createIntegration,
  listIntegrations,
  getIntegration,
  updateIntegration,
  deleteIntegration,
}

function nullable<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const entries = Object.entries(shape).map(([name, field]) => [name, field.nullable()])
  return Object.fromEntries(entries) as { [Name in keyof Shape]: z.ZodNullable<Shape[Name]> }
}
