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
  NextScheduleCursor,
  NoQuery,
  ownerFields,
  ProviderConfigKey,
  ScheduleCursor,
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
    run_id: z
      .string()
      .nullable()
      .optional()
      .describe(
        'Id of the run that saved this version. Null: it is not known any more. Only in a history, and with `payload=false`.',
      ),
    bytes: z
      .int()
      .optional()
      .describe('Bytes of its payload, as JSON. Only in a history, and with `payload=false`.'),
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
      'In the order in which they changed, or newest first. Each has its fields as they were saved, and `_nango_metadata`.',
    ),
  next_cursor: NextCursor,
})

const Payload = z.enum(['true', 'false']).default('true')

const listRecords = (maxLimit: number) =>
  ({
    method: 'GET',
    url: '/records',
    summary: 'List the records of a model, oldest change first or newest first.',
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
        order: z
          .enum(['oldest', 'newest'])
          .default('oldest')
          .describe(
            '`oldest`: what changed last comes last, and who follows the cursor misses no change. `newest`: what changed last comes first, and the cursor goes back in time.',
          ),
        payload: Payload.describe(
          '`false`: each record has its id and its metadata, with `run_id` and `bytes`. Payloads are not read.',
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
    'A record that was deleted is answered too, as in a list. The ids `counts`, `held-deletions`, `prune` and `streams`, ' +
    'and for most HTTP clients `.` and `..`, are not possible in a path: read them with `ids` of the list.',
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

/** The records of a model and variant on a connection. */
export const RecordStream = z
  .object({
    ...ownerFields,
    model: z.string().describe('Name of the model.'),
    variant: z.string().describe('Variant of the sync.'),
    sync_name: z.string().nullable().describe('Name of the sync that saves it. Null: none does any more.'),
    records: z.int().describe('Records that are not deleted.'),
    bytes: z.int().describe('Bytes of all payloads, as JSON.'),
    last_modified_at: Instant.nullable().describe(
      'When its records changed last: ISO 8601 in UTC with milliseconds. Null: nothing was saved yet.',
    ),
  })
  .meta({ id: 'RecordStream' })
export type RecordStream = z.infer<typeof RecordStream>

const STREAMS =
  'By connection, model and variant, `base` first. A page may hold fewer than `limit` though there is a `next_cursor`.'

const listStreams = {
  method: 'GET',
  url: '/records/streams',
  summary:
    'List the streams of records of a connection or an integration: models and variants, with counts and bytes.',
  description:
    'Each model of a deployed sync has a stream `base` on each connection. A further variant is listed when it has saved a record, ' +
    'and so are models of syncs that are not deployed any more, until their records are deleted.',
  scope: 'read',
  errors: ['unknown_integration', 'unknown_connection', 'missing_provider_config_key', 'invalid_cursor'],
  schema: {
    querystring: z.strictObject({
      provider_config_key: ProviderConfigKey.optional(),
      connection_id: ConnectionId.optional(),
      q: z
        .string()
        .max(255)
        .optional()
        .describe('Only those whose `Model::variant` contains it, in upper or lower case.'),
      limit: countInQuery(1, 500).default(100).describe('Streams in a page.'),
      cursor: ScheduleCursor.optional(),
    }),
    response: {
      200: z.object({
        streams: z.array(RecordStream).describe(STREAMS),
        next_cursor: NextScheduleCursor,
      }),
    },
  },
} as const satisfies Route

/** The versions of one record, newest first, as far back as history is kept. */
const getRecordHistory = (maxLimit: number) =>
  ({
    method: 'GET',
    url: '/records/:id/history',
    summary: 'List the versions of a record, newest first, each with the run that saved it.',
    scope: 'read',
    errors: ['unknown_integration', 'unknown_connection', 'unknown_model', 'invalid_cursor'],
    answeredAsBytes: true,
    schema: {
      params: z.object({ id: RecordId.describe('Id of the record, as it was saved.') }),
      querystring: z.strictObject({
        model: Model,
        variant: Variant.default('base'),
        payload: Payload.describe(
          '`false`: each version has its id and its metadata. Payloads are not read.',
        ),
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
  listStreams,
  getRecordHistory: getRecordHistory(maxLimit),
  pruneRecords,
})
