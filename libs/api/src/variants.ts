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
  schema: {
    ...place,
    response: {
      200: z.object({ id: z.string(), name: z.string(), variant: z.string() }),
      202: Accepted,
    },
  },
} as const satisfies Route

const deleteVariant = {
  method: 'DELETE',
  url: '/sync/:name/variant/:variant',
  schema: { ...place, response: { 200: Nothing, 202: Accepted } },
} as const satisfies Route

export const variantRoutes = { createVariant, deleteVariant }
