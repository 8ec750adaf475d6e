import { RECORD_ID_MAX_CHARS } from '@syncline/record/record-id'
import { z } from 'zod'
import {
  AnyInstant,
  ConnectionHeaders,
  ConnectionId,
  Cursor,
  countInQuery,
  Instant,
  instant,
  Model,
  NextCursor,
  NoQuery,
  ProviderConfigKey,
  Variant,
} from './fields.ts'
import type { Route } from './route.ts'

export const RecordMetadata = z
  .object({
    first_seen_at: instant('When it was saved first'),
    last_modified_at: instant('When it was changed last'),
    last_action: z.enum(['ADDED', 'UPDATED', 'DELETED']).describe('What the last change was.'),
    deleted_at: Instant.nullable().describe(
      'When it was deleted: ISO 8601 in UTC with milliseconds. Null: it is not.',
    ),
    pruned_at: Instant.nullable().describe(
      'When its payload was pruned: ISO 8601 in UTC with milliseconds. Null: it was not.',
    ),
    cursor: Cursor.describe('Its place in the list: what changed later is behind it.'),
  })
  .meta({ id: 'RecordMetadata' })
export type RecordMetadata = z.infer<typeof RecordMetadata>

/** In any order and case; several mean the union of what each finds. */
const Filter = z
  .string()
  .transform((text) => text.toLowerCase().split(','))
  .pipe(z.array(z.enum(['added', 'updated', 'deleted'])))

/** Of one request. Their request line has a limit too: see `createServer` of the gateway. */
const IDS_MAX = 100
const RecordId = z.string().min(1).max(RECORD_ID_MAX_CHARS)

const AnyRecord = z.looseObject({
  _nango_metadata: RecordMetadata.describe('What Syncline knows of the record.'),
})

const RecordsPage = z.object({
  records: z
    .array(AnyRecord)
    .describe(
      'In the order in which they changed. Each has its fields as they were saved, and `_nango_metadata`.',
    ),
  next_cursor: NextCursor,
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
        modified_after: AnyInstant.optional().describe(
          'Only those that changed after this instant. ISO 8601 with a time and an offset.',
        ),
        delta: AnyInstant.optional().describe(
          'Older name of `modified_after`. If both are there, this one counts.',
        ),
        filter: Filter.optional().describe(
          'Comma-separated: `added`, `updated`, `deleted`. Only those whose last change is one of them.',
        ),
        as_of: AnyInstant.optional().describe(
          'Records as they were at this instant, as far back as history is kept. ISO 8601 with a time and an offset.',
        ),
        cursor: Cursor.optional(),
        limit: countInQuery(1, maxLimit).default(100).describe('Records in a page.'),
        ids: z
          .union([RecordId, z.array(RecordId).max(IDS_MAX)])
          .transform((ids) => [ids].flat())
          .optional()
          .describe(
            `Only the records with these ids, up to ${IDS_MAX}, as far as the request line and headers have 112 KiB.`,
          ),
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
    params: z.object({ id: RecordId.describe('Id of the record, as it was saved.') }),
    querystring: z.strictObject({ model: Model, variant: Variant.default('base') }),
    headers: ConnectionHeaders,
    response: { 200: AnyRecord },
  },
} as const satisfies Route

/** Of all connections of an integration, or of one. */
const ModelCount = z.object({
  provider_config_key: z.string().describe('Key of the integration.'),
  model: z.string().describe('Name of the model.'),
  connections: z.int().describe('How many connections these are.'),
  records: z.int().describe('Records that are not deleted.'),
  bytes: z.int().describe('Bytes of their payloads, as JSON.'),
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
    response: {
      200: z.object({ counts: z.array(ModelCount).describe('One for each integration and model.') }),
    },
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
      params: z.object({ id: RecordId.describe('Id of the record, as it was saved.') }),
      querystring: z.strictObject({
        model: Model,
        variant: Variant.default('base'),
        cursor: Cursor.optional(),
        limit: countInQuery(1, maxLimit).default(100).describe('Versions in a page.'),
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
      until_cursor: Cursor.describe('Cursor of the last record that is pruned.'),
      variant: Variant.default('base'),
      limit: countInQuery(1, 10_000)
        .optional()
        .describe('How many records are pruned at most, up to 10 000. Without it, all up to the cursor.'),
    }),
    headers: ConnectionHeaders,
    response: {
      200: z.object({
        count: z.int().describe('How many records were pruned.'),
        has_more: z.boolean().describe('There are more up to the cursor: send the request again.'),
      }),
    },
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
