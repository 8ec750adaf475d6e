import { z } from 'zod'
import { Accepted, AskedRuns, Cancelled, Nothing } from './answers.ts'
import {
  ConnectionId,
  countInQuery,
  Instant,
  instant,
  JsonObject,
  NextScheduleCursor,
  NoQuery,
  ProviderConfigKey,
  ScheduleCursor,
  SyncName,
  Variant,
} from './fields.ts'
import { Freshness } from './freshness.ts'
import type { Route } from './route.ts'
import { Result, Run } from './runs.ts'
import { SyncInText, SyncsInText } from './sync-name.ts'

const MAX_SYNCS = 256
const named = {
  name: z.string().min(1).max(255).describe('Name of a sync.'),
  variant: z.string().min(1).max(255).describe('Variant of the sync.'),
}

const done = { 200: Nothing, 202: Accepted }
/** With `Prefer: return=representation`, the runs. */
const doneOrRuns = { 200: AskedRuns.optional(), 202: Accepted }
/** RFC 7240: `return=representation` asks for the runs in the answer. */
const Prefer = z.string().max(1024).optional()

// `trigger` has always dropped what it does not know inside `syncs` and `opts`, and clients rely on it.
const triggerSyncs = {
  method: 'POST',
  url: '/sync/trigger',
  summary: 'Run syncs now.',
  scope: 'operate',
  errors: ['missing_provider_config_key', 'unknown_integration', 'unknown_connection', 'unknown_sync'],
  schema: {
    querystring: NoQuery,
    body: z
      .strictObject({
        syncs: z
          .array(z.union([SyncInText, z.object(named)]))
          .max(MAX_SYNCS)
          .describe('Up to 256 syncs, as `name`, `name::variant`, or both as an object. Empty: all.'),
        provider_config_key: ProviderConfigKey.optional().describe(
          'Key of an integration, here or in the header of that name.',
        ),
        connection_id: ConnectionId.optional().describe(
          'Id of a connection. Without it, all connections of the integration.',
        ),
        opts: z
          .object({
            reset: z.boolean().optional().describe('true: forget the checkpoint and list everything again.'),
            emptyCache: z.boolean().optional().describe('With `reset`: delete the records first.'),
          })
          .optional()
          .describe('How to run.'),
        sync_mode: z
          .enum(['incremental', 'full_refresh', 'full_refresh_and_clear_cache'])
          .optional()
          .describe('Deprecated: use `opts`.'),
        full_resync: z.boolean().optional().describe('Deprecated: use `opts`.'),
      })
      .refine((body) => !body.opts?.emptyCache || body.opts.reset, {
        path: ['opts', 'emptyCache'],
        message: 'emptyCache needs reset: true',
      })
      .refine(
        (body) => body.opts === undefined || (body.sync_mode === undefined && body.full_resync === undefined),
        { path: ['opts'], message: 'opts excludes the deprecated sync_mode and full_resync' },
      ),
    headers: z.object({
      'provider-config-key': ProviderConfigKey.optional().describe(
        'Key of an integration, if the body has none.',
      ),
      'connection-id': ConnectionId.optional().describe('Id of a connection, if the body has none.'),
      prefer: Prefer.describe(
        '`return=representation`: answer with the runs. `return=minimal`, or absent: with an empty body.',
      ),
    }),
    response: doneOrRuns,
  },
} as const satisfies Route

const startOrPause = {
  querystring: NoQuery,
  body: z.strictObject({
    syncs: z
      .array(z.union([SyncInText, z.strictObject(named)]))
      .max(MAX_SYNCS)
      .describe('Up to 256 of them, as `name`, `name::variant`, or both as an object. Empty: all.'),
    provider_config_key: ProviderConfigKey,
    connection_id: ConnectionId.optional().describe(
      'Id of a connection. Without it, all connections of the integration.',
    ),
  }),
  response: done,
}

const startSyncs = {
  method: 'POST',
  url: '/sync/start',
  summary: 'Resume the schedules of syncs; those that were paused run at once.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_sync'],
  schema: {
    ...startOrPause,
    headers: z.object({
      prefer: Prefer.describe(
        '`return=representation`: answer with the runs. `return=minimal`, or absent: with an empty body.',
      ),
    }),
    response: doneOrRuns,
  },
} as const satisfies Route
const pauseSyncs = {
  method: 'POST',
  url: '/sync/pause',
  summary: 'Pause the schedules of syncs; a run in progress completes.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_sync'],
  schema: startOrPause,
} as const satisfies Route

/** Ends the active runs, and what waits behind them. The schedules go on at their next slots. */
const cancelSyncs = {
  method: 'POST',
  url: '/sync/cancel',
  summary: 'End the active runs of syncs at once; their schedules go on at the next slots.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_sync'],
  schema: { ...startOrPause, response: { 200: Cancelled, 202: Accepted } },
} as const satisfies Route

export const SyncStatus = z
  .object({
    id: z.string().describe('Id of the schedule.'),
    connection_id: z.string().describe('Id of the connection.'),
    name: z.string().describe('Name of the sync.'),
    variant: z.string().describe('Variant of the sync.'),
    type: z
      .enum(['INITIAL', 'INCREMENTAL'])
      .describe('`INCREMENTAL`: the next run goes on from a checkpoint. `INITIAL`: it reads everything.'),
    status: z
      .enum(['RUNNING', 'PAUSED', 'STOPPED', 'SUCCESS', 'ERROR'])
      .describe('`SUCCESS`, `ERROR`: how the last run ended. `STOPPED`: no slot of it runs, see `blocked`.'),
    frequency: z
      .string()
      .nullable()
      .describe('How often it runs: an interval such as `every 6 hours`, or a cron expression.'),
    finishedAt: Instant.optional().describe(
      'End of the last run; absent while one runs and before the first.',
    ),
    nextScheduledSyncAt: Instant.nullable().describe(
      'When it runs next: ISO 8601 in UTC with milliseconds. Null: it is paused.',
    ),
    latestResult: Result.optional().describe(
      'What the last run has saved, by model. Absent before the first.',
    ),
    latestExecutionStatus: z
      .enum(['RUNNING', 'SUCCESS', 'STOPPED'])
      .optional()
      .describe('How the last run ended, or RUNNING. Absent before the first.'),
    recordCount: z.record(z.string(), z.int()).describe('Records by model, without deleted ones.'),
    checkpoint: JsonObject.nullable().describe('What the function has saved as its checkpoint.'),
    lastRun: Run.nullable().describe('The run in progress, or else the last one.'),
    skippedSlots: z
      .int()
      .describe('Slots that passed without a run, for example because the one before took too long.'),
    blocked: z
      .object({
        reason: z.enum(['needs_reauth']).describe('`needs_reauth`: the connection needs new credentials.'),
        message: z.string().describe('For people: what is wrong.'),
        since: instant('Since when'),
      })
      .nullable()
      .describe(
        'Why no slot of it runs although it is not paused. It goes on by itself when the reason is gone.',
      ),
    freshness: Freshness.describe('Whether its records are as new as they are meant to be.'),
    pausedBecause: z.string().nullable().describe('For people: why it is paused, if nobody paused it.'),
    failures: z.int().describe('Runs that failed one after the other, up to the last one.'),
  })
  .meta({ id: 'SyncStatus' })
export type SyncStatus = z.infer<typeof SyncStatus>

const getSyncStatus = {
  method: 'GET',
  url: '/sync/status',
  summary: 'Get the status of syncs.',
  description:
    'Without `limit` all schedules in one answer, 5 000 at most. With `limit`, pages that `next_cursor` and the Link header lead through.',
  scope: 'read',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_sync', 'invalid_cursor', 'too_large'],
  schema: {
    querystring: z.strictObject({
      provider_config_key: ProviderConfigKey,
      syncs: z
        .union([z.literal('*').transform(() => []), SyncsInText])
        .describe('Syncs as `name` or `name::variant`, separated by commas; `*`: all.'),
      connection_id: ConnectionId.optional().describe(
        'Id of a connection. Without it, all connections of the integration.',
      ),
      limit: countInQuery(1, 500)
        .optional()
        .describe('Schedules in a page, up to 500. Without it, all of them in one answer.'),
      cursor: ScheduleCursor.optional(),
    }),
    response: {
      200: z.object({
        syncs: z.array(SyncStatus).describe('In the order of connection, sync and variant.'),
        next_cursor: NextScheduleCursor.optional().describe(
          'With `limit`: `cursor` of the next page; null: this is the last one.',
        ),
      }),
    },
  },
} as const satisfies Route

const updateFrequency = {
  method: 'PUT',
  url: '/sync/update-connection-frequency',
  summary: 'Set how often a sync runs on a connection.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_sync', 'invalid_frequency'],
  schema: {
    querystring: NoQuery,
    body: z.strictObject({
      sync_name: SyncName,
      sync_variant: Variant.default('base'),
      provider_config_key: ProviderConfigKey,
      connection_id: ConnectionId,
      frequency: z
        .string()
        .max(255)
        .nullable()
        .describe(
          'An interval such as `every 30 minutes`, or a cron expression. Null: the default of the deployed sync again.',
        ),
    }),
    response: {
      200: z.object({ frequency: z.string().describe('The frequency that holds now.') }),
      202: Accepted,
    },
  },
} as const satisfies Route

export const syncRoutes = {
  triggerSyncs,
  startSyncs,
  pauseSyncs,
  cancelSyncs,
  getSyncStatus,
  updateFrequency,
}
