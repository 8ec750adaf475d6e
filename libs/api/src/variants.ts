import { z } from 'zod'
import { Accepted, Nothing } from './answers.ts'
import { ConnectionId, NoQuery, ProviderConfigKey, SyncName, Variant } from './fields.ts'
import type { Route } from './route.ts'

const place = {
  params: z.object({ name: SyncName, variant: Variant }),
  querystring: NoQuery,
  body: z.strictObject({ provider_config_key: ProviderConfigKey, connection_id: ConnectionId }),
}

const createVariant = {
  method: 'POST',
  url: '/sync/:name/variant/:variant',
  summary: 'Make a variant of a sync on a connection.',
  scope: 'operate',
  errors: [
    'unknown_integration',
    'unknown_connection',
    'unknown_sync',
    'invalid_variant',
    'sync_variant_already_exists',
    'resource_capped',
  ],
  schema: {
    ...place,
    response: {
      200: z.object({
        id: z.string().describe('Id of its schedule.'),
        name: z.string().describe('Name of the sync.'),
        variant: z.string().describe('The new variant.'),
      }),
      202: Accepted,
    },
  },
} as const satisfies Route

const deleteVariant = {
  method: 'DELETE',
  url: '/sync/:name/variant/:variant',
  summary: 'Delete a variant of a sync with its records.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_sync', 'invalid_variant'],
  schema: { ...place, response: { 200: Nothing, 202: Accepted } },
} as const satisfies Route

export const variantRoutes = { createVariant, deleteVariant }
