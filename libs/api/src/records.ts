import { z } from 'zod'
import {
  AnyInstant,
  ConnectionHeaders,
  ConnectionId,
  Cursor,
  countInQuery,
  Instant,
  Model,
  NoQuery,
  ProviderConfigKey,
  Variant,
} from './fields.ts'
import type { Route } from './route.ts'

export const RecordMetadata = z.object({
  first_seen_at: Instant,
  last_modified_at: Instant,
  last_action: z.enum(['ADDED', 'UPDATED', 'DELETED']),
  deleted_at: Instant.nullable(),
  pruned_at: Instant.nullable(),
  cursor: Cursor,
})
export type RecordMetadata = z.infer<typeof RecordMetadata>

/** In any order and case; several mean the union of what each finds. */
const Filter = z
  .string()
  .transform((text) => text.toLowerCase().split(','))
  .pipe(z.array(z.enum(['added', 'updated', 'deleted'])))

const RecordId = z.string().min(1).max(256)

const AnyRecord = z.looseObject({ _nango_metadata: RecordMetadata })

const RecordsPage = z.object({
  records: z.array(AnyRecord),
  next_cursor: Cursor.nullable(),
})

const listRecords = (maxLimit: number) =>
  ({
    method: 'GET',
    url: '/records',
    summary: 'List the records of a model, oldest change first.',
    scope: 'read',
    errors: ['unknown_integration', 'unknown_connection', 'unknown_model', 'invalid_cursor'],
    answeredAsBytes: true,
    schema: {
      querystring: z.strictObject({
        model: Model,
        variant: Variant.default('base'),
        modified_after: AnyInstant.optional(),
        delta: AnyInstant.optional().describe('Older name of `modified_after`.'),
        filter: Filter.optional(),
        as_of: AnyInstant.optional().describe('The stream as it was then, as far back as history is kept.'),
        cursor: Cursor.optional(),
        limit: countInQuery(1, maxLimit).default(100),
        ids: z
          .union([RecordId, z.array(RecordId).max(100)])
          .transform((ids) => [ids].flat())
          .optional(),
      }),
      headers: ConnectionHeaders,
      response: { 200: RecordsPage },
    },
  }) as const satisfies Route

const getRecord = {
  method: 'GET',
  url: '/records/:id',
  summary: 'Get one record by its id, with its metadata.',
  description:
    'A record that was deleted is answered too, as in a list. The ids `counts`, `held-deletions` and `prune`, and for most ' +
    'HTTP clients `.` and `..`, are not possible in a path: read them with `ids` of the list.',
  scope: 'read',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_model', 'unknown_record'],
  answeredAsBytes: true,
  schema: {
    params: z.object({ id: RecordId }),
    querystring: z.strictObject({ model: Model, variant: Variant.default('base') }),
    headers: ConnectionHeaders,
    response: { 200: AnyRecord },
  },
} as const satisfies Route

/** Of all connections of an integration, or of one. */
const ModelCount = z.object({
  provider_config_key: z.string(),
  model: z.string(),
  connections: z.int().describe('How many connections these are.'),
  records: z.int().describe('Records that are not deleted.'),
  bytes: z.int().describe('Of their payloads, as JSON.'),
})

const countRecords = {
  method: 'GET',
  url: '/records/counts',
  summary: 'Count the records of each model that are not deleted.',
  description:
    'Of the environment, of an integration, or of one connection. Counts and bytes are summed over connections. At most ' +
    '10 000 connections and models are counted in one request.',
  scope: 'read',
  errors: ['unknown_integration', 'unknown_connection', 'missing_provider_config_key'],
  schema: {
    querystring: z.strictObject({
      provider_config_key: ProviderConfigKey.optional(),
      connection_id: ConnectionId.optional(),
      variant: Variant.default('base'),
    }),
    response: { 200: z.object({ counts: z.array(ModelCount) }) },
  },
} as const satisfies Route

/** The versions of one record, newest first, as far back as history is kept. */
const getRecordHistory = (maxLimit: number) =>
  ({
    method: 'GET',
    url: '/records/:id/history',
    summary: 'List the versions of a record, newest first.',
    scope: 'read',
    errors: ['unknown_integration', 'unknown_connection', 'unknown_model', 'invalid_cursor'],
    answeredAsBytes: true,
    schema: {
      params: z.object({ id: RecordId }),
      querystring: z.strictObject({
        model: Model,
        variant: Variant.default('base'),
        cursor: Cursor.optional(),
        limit: countInQuery(1, maxLimit).default(100),
      }),
      headers: ConnectionHeaders,
      response: { 200: RecordsPage },
    },
  }) as const satisfies Route

const pruneRecords = {
  method: 'PATCH',
  url: '/records/prune',
  summary: 'Empty the payloads of records up to a cursor, and keep their metadata.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_model', 'invalid_cursor'],
  schema: {
    querystring: NoQuery,
    body: z.strictObject({
      model: Model,
      until_cursor: Cursor,
      variant: Variant.default('base'),
      limit: countInQuery(1, 10_000).optional().describe('Without it, all that match.'),
    }),
    headers: ConnectionHeaders,
    response: { 200: z.object({ count: z.int(), has_more: z.boolean() }) },
  },
} as const satisfies Route

/** @param maxLimit The operator may raise the bound of a page. */
export const recordRoutes = (maxLimit: number) => ({
  listRecords: listRecords(maxLimit),
  getRecord,
  countRecords,
  getRecordHistory: getRecordHistory(maxLimit),
  pruneRecords,
})
