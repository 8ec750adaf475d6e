import { JsonObject } from '@syncline/catalog/json-object'
import { z } from 'zod'
import { connectionRoutes } from './connections.ts'
import { ConnectionId, NoQuery, ProviderConfigKey } from './fields.ts'
import type { Route } from './route.ts'

// Paths that clients of other engines used before. All but two are other names of the routes of today.

const { getConnection, listConnections, deleteConnection, setMetadata, updateMetadata } = connectionRoutes

const url = '/connection/:connectionId'
const deprecated = true as const

/** With the credentials as plain fields: `access_token`, `oauth_token`, `api_key`, `username` and so on. */
const importConnection = {
  method: 'POST',
  url: '/connection',
  summary: 'Make a connection from credentials as plain fields.',
  scope: 'operate',
  holdsSecrets: true,
  errors: [
    ...(['unknown_integration', 'too_large', 'connection_validation_failed'] as const),
    ...(['in_doubt', 'unavailable'] as const),
  ],
  deprecated,
  schema: { querystring: NoQuery, body: JsonObject, response: { 201: JsonObject } },
} as const satisfies Route

/** The body is the metadata. The integration comes in the query or in the header `Provider-Config-Key`. */
const metadataOfOne = {
  url: '/connection/:connectionId/metadata',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'missing_provider_config_key', 'too_large'],
  deprecated,
} as const
const request = {
  params: z.object({ connectionId: ConnectionId }),
  querystring: z.strictObject({ provider_config_key: ProviderConfigKey.optional() }),
  headers: z.object({
    'provider-config-key': ProviderConfigKey.optional().describe(
      'Key of an integration, if the query has none.',
    ),
  }),
  body: JsonObject,
} as const

const setMetadataOfOne = {
  ...metadataOfOne,
  method: 'POST',
  summary: 'Replace the metadata of a connection.',
  schema: { ...request, response: { 201: JsonObject } },
} as const satisfies Route

const updateMetadataOfOne = {
  ...metadataOfOne,
  method: 'PATCH',
  summary: 'Change the given keys of the metadata of a connection.',
  schema: { ...request, response: { 200: JsonObject } },
} as const satisfies Route

export const oldConnectionRoutes = {
  oldGetConnection: { ...getConnection, url, deprecated },
  oldListConnections: { ...listConnections, url: '/connection', deprecated },
  oldDeleteConnection: { ...deleteConnection, url, deprecated },
  oldSetMetadata: { ...setMetadata, url: '/connection/metadata', deprecated },
  oldUpdateMetadata: { ...updateMetadata, url: '/connection/metadata', deprecated },
  importConnection,
  setMetadataOfOne,
  updateMetadataOfOne,
} as const satisfies Record<string, Route>
