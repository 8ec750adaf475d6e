import { Credentials } from '@syncline/catalog/credentials'
import { z } from 'zod'
import { ErrorBody, Success } from './answers.ts'
import {
  ConnectionId,
  countInQuery,
  Instant,
  JsonObject,
  NoQuery,
  ProviderConfigKey,
  TagFilter,
} from './fields.ts'
import type { Route } from './route.ts'

const Tags = z
  .record(
    z
      .string()
      .regex(/^[a-zA-Z][a-zA-Z0-9_\-./]*$/)
      .max(64),
    z.string().min(1).max(255),
  )
  .refine((tags) => Object.keys(tags).length <= 10, 'at most 10 tags')

const known = {
  id: z.string(),
  connection_id: z.string(),
  provider_config_key: z.string(),
  provider: z.string(),
  /** `auth`: it needs new credentials. */
  errors: z.array(z.object({ type: z.string(), log_id: z.string() })),
  /** Its credentials were refused for good; POST /connections with the same id gives it new ones. */
  needs_reauth: z.object({ since: Instant, reason: z.string() }).nullable(),
  tags: z.record(z.string(), z.string()),
  metadata: JsonObject.nullable(),
}

/** A connection in a list: without its credentials. */
export const ConnectionSummary = z.object({ ...known, created: Instant })
export type ConnectionSummary = z.infer<typeof ConnectionSummary>

export const Connection = z.object({
  ...known,
  connection_config: JsonObject,
  created_at: Instant,
  updated_at: Instant,
  /** Empty if the key lacks the scope `secrets`; `token` is absent then. */
  credentials: z.union([Credentials, z.strictObject({})]),
  /** What requests are sent with, where we get that with the credentials. */
  token: z.object({ access_token: z.string(), expires_at: Instant.nullable() }).optional(),
})
export type Connection = z.infer<typeof Connection>

const place = {
  params: z.object({ connectionId: ConnectionId }),
  url: '/connections/:connectionId',
} as const

const createConnection = {
  method: 'POST',
  url: '/connections',
  summary: 'Make a connection, or give an existing one new credentials.',
  scope: 'operate',
  holdsSecrets: true,
  errors: ['unknown_integration', 'too_large'],
  schema: {
    querystring: NoQuery,
    body: z.strictObject({
      provider_config_key: ProviderConfigKey,
      /** Generated when absent. A connection that exists is overwritten. */
      connection_id: ConnectionId.optional(),
      credentials: Credentials,
      metadata: JsonObject.optional(),
      connection_config: JsonObject.optional(),
      tags: Tags.optional(),
    }),
    response: { 201: Connection },
  },
} as const satisfies Route

const listConnections = {
  method: 'GET',
  url: '/connections',
  summary: 'List connections, newest first.',
  scope: 'read',
  schema: {
    querystring: z.strictObject({
      connectionId: z.string().min(1).max(255).optional(),
      /** Part of the connection id. */
      search: z.string().min(1).max(255).optional(),
      /** Comma-separated. */
      integrationId: z
        .string()
        .max(2048)
        .regex(/^[^,]+(,[^,]+)*$/, 'must be keys separated by commas')
        .optional(),
      tags: TagFilter.optional(),
      limit: countInQuery(1, 2000).default(2000),
      /** From 0. */
      page: countInQuery(0, 1_000_000).default(0),
    }),
    response: { 200: z.object({ connections: z.array(ConnectionSummary) }) },
  },
} as const satisfies Route

const flag = z.stringbool().default(false)

const getConnection = {
  method: 'GET',
  url: place.url,
  summary: 'Get a connection with its credentials and a token that works.',
  description: 'Without the scope `secrets` its credentials are empty.',
  scope: 'read',
  holdsSecrets: true,
  errors: ['unknown_integration', 'unknown_connection', 'invalid_credentials'],
  schema: {
    params: place.params,
    querystring: z.strictObject({
      provider_config_key: ProviderConfigKey,
      /** Show the refresh token too. */
      refresh_token: flag,
      /** Get a new token in any case. */
      force_refresh: flag,
      /** Sent by clients of other engines; a token that has expired is renewed without it. */
      refresh_github_app_jwt_token: flag,
    }),
    // 424: it has no token that works, and the provider gives none now.
    response: { 200: Connection, 424: ErrorBody },
  },
} as const satisfies Route

const deleteConnection = {
  method: 'DELETE',
  url: place.url,
  summary: 'Delete a connection with its schedules and records.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection'],
  schema: {
    params: place.params,
    querystring: z.strictObject({ provider_config_key: ProviderConfigKey }),
    response: { 200: Success },
  },
} as const satisfies Route

const Metadata = z.strictObject({
  connection_id: z.union([ConnectionId, z.array(ConnectionId).min(1).max(100)]),
  provider_config_key: ProviderConfigKey,
  metadata: JsonObject,
})

/** Replaces the metadata; the answer is the request's body. */
const setMetadata = {
  method: 'POST',
  url: '/connections/metadata',
  summary: 'Replace the metadata of connections.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'too_large'],
  schema: { querystring: NoQuery, body: Metadata, response: { 201: Metadata } },
} as const satisfies Route

/** Replaces the given keys only. */
const updateMetadata = {
  method: 'PATCH',
  url: '/connections/metadata',
  summary: 'Change the given keys of the metadata of connections.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'too_large'],
  schema: { querystring: NoQuery, body: Metadata, response: { 200: Metadata } },
} as const satisfies Route

export const connectionRoutes = {
  createConnection,
  listConnections,
  getConnection,
  deleteConnection,
  setMetadata,
  updateMetadata,
}
