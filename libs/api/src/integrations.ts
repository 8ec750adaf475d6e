import { AppCredentials } from '@syncline/catalog/credentials'
import { Texts } from '@syncline/catalog/json-object'
import { settingsFields } from '@syncline/providers/settings-fields'
import { z } from 'zod'
import { DeletedWithConnections } from './connections.ts'
import { countInBody, instant, NoQuery, ProviderConfigKey } from './fields.ts'
import type { Route } from './route.ts'

const appTypes = ['OAUTH1', 'OAUTH2', 'TBA', 'APP', 'CUSTOM'] as const
const field = z.string().min(1).max(65_536).optional()
/** They are fields of the app that templates may use. */
const appFields = {
  scopes: z.string().max(10_000).optional().describe('Separated by commas.'),
  app_id: field.describe('Id of the app.'),
  app_link: field.describe('Page of the app.'),
  webhook_secret: z.string().max(65_536).optional().describe('Kept, and used by templates only.'),
}

/** Of the customer's own app at the vendor. */
const App = z.strictObject({
  type: z
    .enum(appTypes)
    .optional()
    .describe('The kind of app, as clients of other engines name it: it is kept, and changes nothing.'),
  ...AppCredentials.shape,
  ...appFields,
})

const nullableText = z.string().nullable().optional()

/** What an app has not is null where clients of other engines expect a field. */
const AppAnswer = z.object({
  type: z.enum(appTypes).describe('The kind of app, as it was given.'),
  client_id: nullableText.describe('Id of the OAuth client.'),
  client_secret: nullableText.describe('Secret of the OAuth client.'),
  scopes: nullableText.describe('Separated by commas.'),
  webhook_secret: nullableText.describe('Secret of webhooks, as it was given.'),
  app_id: nullableText.describe('Id of the app.'),
  app_link: nullableText.describe('Page of the app.'),
  private_key: nullableText.describe('Key that JWTs are signed with, as PEM.'),
  callback_secret: z.string().optional().describe('Signs requests to your own app: `whsec_` and base64.'),
  fields: AppCredentials.shape.fields.describe('Other secrets that templates use, by name.'),
})

/** The customer's own notes on an integration. */
const notes = {
  forward_webhooks: z
    .boolean()
    .optional()
    .describe('Kept for clients of other engines: Syncline receives no webhooks of vendors.'),
  integration_config: texts('integration_config', 8192).describe(
    'Your own notes: up to 100 texts of 8 192 characters.',
  ),
  custom: texts('custom', 8192).describe('Your own notes: up to 100 texts of 8 192 characters.'),
}

/** How many runs may be in flight at a time, and the share of the runners beside other integrations. */
const share = {
  concurrency: countInBody(1, 100_000).describe('How many runs may be in flight at a time: 1 to 100 000.'),
  weight: countInBody(1, 100).describe('Share of the runners beside other integrations: 1 to 100.'),
}

const { allowed_hosts, auth, headers } = settingsFields

const displayName = z.string().min(1).max(255).optional()

export const Integration = z
  .object({
    unique_key: z.string().describe('Its key, which other calls name `provider_config_key`.'),
    provider: z.string().describe('Provider that it takes from what it does not set itself.'),
    display_name: z.string().describe('Name for people.'),
    logo: z.string().describe('Always empty: Syncline has no pictures.'),
    forward_webhooks: z
      .boolean()
      .describe('Kept for clients of other engines: Syncline receives no webhooks of vendors.'),
    integration_config: Texts.optional().describe('Your own notes, by name.'),
    custom: Texts.optional().describe('Your own notes, by name.'),
    ...settingsFields,
    base_url: z
      .string()
      .nullable()
      .describe('URL that paths of requests are put behind. Null: its provider was deleted.'),
    allowed_hosts: allowed_hosts.unwrap().describe(allowed_hosts.description ?? ''),
    auth: auth.unwrap().describe(auth.description ?? ''),
    headers: headers.unwrap().describe(headers.description ?? ''),
    credentials: AppAnswer.nullable()
      .optional()
      .describe('Your own app at the vendor, shown with `include=credentials`.'),
    webhook_url: z
      .null()
      .optional()
      .describe('Always null, shown with `include=webhook`: Syncline receives no webhooks of vendors.'),
    concurrency: share.concurrency
      .nullable()
      .describe('How many runs may be in flight at a time: 1 to 100 000. Null: no limit of its own.'),
    weight: share.weight,
    created_at: instant('When it was made'),
    updated_at: instant('When it was changed last'),
  })
  .meta({ id: 'Integration' })
export type Integration = z.infer<typeof Integration>

const answer = { 200: z.object({ data: Integration.describe('The integration.') }) }
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
      unique_key: ProviderConfigKey.describe('Key of the new integration.'),
      provider: z
        .string()
        .min(1)
        .max(255)
        .describe(
          'A provider that is deployed or comes with Syncline, or any name together with `base_url`.',
        ),
      display_name: displayName.describe("Name for people; the provider's when absent."),
      ...notes,
      /** What is given here wins over the provider's. */
      ...settingsFields,
      concurrency: share.concurrency.optional(),
      weight: share.weight.optional(),
      credentials: App.optional().describe('Your own app at the vendor.'),
    }),
    response: answer,
  },
} as const satisfies Route

const listIntegrations = {
  method: 'GET',
  url: '/integrations',
  summary: 'List the external APIs.',
  scope: 'read',
  schema: {
    querystring: NoQuery,
    response: { 200: z.object({ data: z.array(Integration).describe('In the order of their keys.') }) },
  },
} as const satisfies Route

const include = z.enum(['webhook', 'credentials'])

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
    querystring: z.strictObject({
      include: z
        .union([include, z.array(include).max(10)])
        .optional()
        .describe('What else to show: one or both.'),
    }),
    response: answer,
  },
} as const satisfies Route

const updateIntegration = {
  method: 'PATCH',
  url,
  summary: 'Change an external API.',
  scope: 'deploy',
  errors: ['unknown_integration', 'already_exists', 'in_use', 'too_large'],
  schema: {
    params,
    querystring: NoQuery,
    body: z.strictObject({
      unique_key: ProviderConfigKey.optional().describe(
        'Its new key. Connections, actions and keys of connections move with it. Refused while syncs are deployed for it: their schedules and records belong to the key.',
      ),
      display_name: displayName.describe('Name for people.'),
      ...notes,
      ...nullable(settingsFields),
      concurrency: share.concurrency
        .nullable()
        .optional()
        .describe('How many runs may be in flight at a time: 1 to 100 000. Null: no limit of its own.'),
      weight: share.weight
        .nullable()
        .optional()
        .describe('Share of the runners beside others: 1 to 100. Null: 1.'),
      credentials: App.nullable()
        .optional()
        .describe('Your own app at the vendor, in place of what was there. Null: none.'),
    }),
    response: answer,
  },
} as const satisfies Route

const deleteIntegration = {
  method: 'DELETE',
  url,
  summary: 'Delete an external API with its connections and syncs.',
  description:
    'Functions for `pre-connection-deletion` of its connections run first, ten at a time. After 60 s none is begun any more, and the ' +
    'connections that are left are deleted without them. However they end, it is deleted. A request that fails half-way may be sent again.',
  scope: 'deploy',
  errors: ['unknown_integration'],
  schema: { params, querystring: NoQuery, response: { 200: DeletedWithConnections } },
} as const satisfies Route

const deprecated = true as const
const oldParams = { ...getIntegration.schema, params }

export const integrationRoutes = {
  createIntegration,
  listIntegrations,
  getIntegration,
  updateIntegration,
  deleteIntegration,
  oldListIntegrations: {
    ...listIntegrations,
    url: '/config',
    deprecated,
    schema: {
      querystring: NoQuery,
      response: { 200: z.object({ configs: z.array(Integration).describe('In the order of their keys.') }) },
    },
  },
  oldGetIntegration: {
    ...getIntegration,
    url: '/config/:uniqueKey',
    deprecated,
    schema: {
      ...oldParams,
      response: { 200: z.object({ config: Integration.describe('The integration.') }) },
    },
  },
} as const satisfies Record<string, Route>

function texts(name: string, max: number) {
  return Texts.refine(
    (values) => Object.keys(values).length <= 100 && Object.values(values).every((it) => it.length <= max),
    `${name} may have 100 values of ${max} characters`,
  ).optional()
}

function nullable<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const entries = Object.entries(shape).map(([name, field]) => [
    name,
    field.nullable().describe(`${field.description} Null: the provider's again.`),
  ])
  return Object.fromEntries(entries) as { [Name in keyof Shape]: z.ZodNullable<Shape[Name]> }
}
