import { ProviderFile } from '@syncline/providers/provider-file'
import { settingsFields } from '@syncline/providers/settings-fields'
import { z } from 'zod'
import { Success } from './answers.ts'
import { ConnectionId, Instant, NoQuery, ProviderConfigKey } from './fields.ts'
import type { Route } from './route.ts'

const known = {
  name: z.string().describe('Its name, which integrations have as `provider`.'),
  display_name: z.string().describe('Name for people.'),
  docs: z.string().describe('Page of the vendor that it was written from.'),
  source: z
    .enum(['deployed', 'first_party'])
    .describe('Where it is from. A deployed one wins over one of the same name that comes with Syncline.'),
  deployed_at: Instant.optional().describe(
    'Of a deployed one, when it was changed last: ISO 8601 in UTC with milliseconds.',
  ),
  auth_mode: z.string().describe('The form of the credentials, as clients of other engines name it.'),
  categories: z.array(z.string()).describe('Always empty.'),
  logo_url: z.string().describe('Always empty: Syncline has no pictures.'),
  proxy: z
    .object({ base_url: z.string().describe('The same as `base_url` beside it.') })
    .describe('The base URL, as clients of other engines read it.'),
}

const ProviderSummary = z
  .object({
    ...known,
    base_url: z.string().describe('URL that paths of requests are put behind. May be a template.'),
    auth: z.string().describe('How requests are authorized: the type of its auth.'),
  })
  .meta({ id: 'ProviderSummary' })

/** With what it has from the provider that it extends. */
export const Provider = z
  .object({
    ...known,
    extends: z.string().optional().describe('Provider that it takes what it does not set from.'),
    ...settingsFields,
    base_url: z.string().describe('URL that paths of requests are put behind. May be a template.'),
    integrations: z.array(z.string()).describe('Keys of the integrations that use it.'),
  })
  .meta({ id: 'Provider' })
export type Provider = z.infer<typeof Provider>

const params = z.object({ name: z.string().min(1).max(255).describe('Name of a provider.') })
const url = '/providers/:name'

const listProviders = {
  method: 'GET',
  url: '/providers',
  summary: 'List the providers: deployed ones, and those that come with Syncline.',
  scope: 'read',
  schema: {
    querystring: z.strictObject({
      search: z
        .string()
        .min(1)
        .max(255)
        .optional()
        .describe('Only those with this in their name, in upper or lower case.'),
    }),
    response: { 200: z.object({ data: z.array(ProviderSummary).describe('In the order of their names.') }) },
  },
} as const satisfies Route

const getProvider = {
  method: 'GET',
  url,
  summary: 'Get a provider.',
  scope: 'read',
  errors: ['unknown_provider'],
  schema: {
    params,
    querystring: NoQuery,
    response: { 200: z.object({ data: Provider.describe('The provider.') }) },
  },
} as const satisfies Route

/** Refused while an integration or another deployed provider needs it. */
const deleteProvider = {
  method: 'DELETE',
  url,
  summary: 'Delete a deployed provider that nothing needs.',
  scope: 'deploy',
  errors: ['unknown_provider', 'in_use'],
  schema: { params, querystring: NoQuery, response: { 200: Success } },
} as const satisfies Route

/** Makes the verify request of a provider file, or without one, of the integration as it is. Nothing is stored. */
const verifyProvider = {
  method: 'POST',
  url: '/providers/verify',
  summary: 'Make the verify request of a provider with the credentials of a connection.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_provider'],
  schema: {
    querystring: NoQuery,
    body: z.strictObject({
      provider: ProviderFile.optional().describe(
        'A file that is not deployed yet; without it, the integration as it is.',
      ),
      provider_config_key: ProviderConfigKey,
      connection_id: ConnectionId,
    }),
    response: {
      200: z.object({
        ok: z.boolean().describe('The connection works.'),
        request: z.string().describe('Method and URL, as templates where they may hold secrets.'),
        status: z.int().optional().describe('Absent if there was no answer.'),
        ms: z.int().describe('How long it took, in milliseconds.'),
        reason: z.string().optional().describe('Why it is not ok.'),
        body: z.string().optional().describe('The first characters of an answer that is not ok.'),
      }),
    },
  },
} as const satisfies Route

export const providerRoutes = { listProviders, getProvider, deleteProvider, verifyProvider }
