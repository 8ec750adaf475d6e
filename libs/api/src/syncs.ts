import { z } from 'zod'
import { Accepted, AskedRuns, Cancelled, Nothing } from './answers.ts'
import {
  ConnectionId,
  countInQuery,
  Instant,
  JsonObject,
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
const named = { name: z.string().min(1).max(255), variant: z.string().min(1).max(255) }

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
        /** Empty = all. */
        syncs: z.array(z.union([SyncInText, z.object(named)])).max(MAX_SYNCS),
        /** Here or in the header of that name. */
        provider_config_key: ProviderConfigKey.optional(),
        /** Without it, all connections of the integration. */
        connection_id: ConnectionId.optional(),
        opts: z.object({ reset: z.boolean().optional(), emptyCache: z.boolean().optional() }).optional(),
        /** @deprecated by `opts` */
        sync_mode: z.enum(['incremental', 'full_refresh', 'full_refresh_and_clear_cache']).optional(),
        /** @deprecated by `opts` */
        full_resync: z.boolean().optional(),
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
      'provider-config-key': ProviderConfigKey.optional(),
      'connection-id': ConnectionId.optional(),
      prefer: Prefer,
    }),
    response: doneOrRuns,
  },
} as const satisfies Route

const startOrPause = {
  querystring: NoQuery,
  body: z.strictObject({
    syncs: z.array(z.union([SyncInText, z.strictObject(named)])).max(MAX_SYNCS),
    provider_config_key: ProviderConfigKey,
    connection_id: ConnectionId.optional(),
  }),
  response: done,
}

const startSyncs = {
  method: 'POST',
  url: '/sync/start',
  summary: 'Resume the schedules of syncs; those that were paused run at once.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_sync'],
  schema: { ...startOrPause, headers: z.object({ prefer: Prefer }), response: doneOrRuns },
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

export const SyncStatus = z.object({
  id: z.string(),
  connection_id: z.string(),
  name: z.string(),
  variant: z.string(),
  /** INCREMENTAL: the next run goes on from a checkpoint. */
  type: z.enum(['INITIAL', 'INCREMENTAL']),
  /** STOPPED: see `blocked`. */
  status: z.enum(['RUNNING', 'PAUSED', 'STOPPED', 'SUCCESS', 'ERROR']),
  frequency: z.string().nullable(),
  /** End of the last run; absent while one runs and before the first. */
  finishedAt: Instant.optional(),
  nextScheduledSyncAt: Instant.nullable(),
  latestResult: Result.optional(),
  latestExecutionStatus: z.enum(['RUNNING', 'SUCCESS', 'STOPPED']).optional(),
  recordCount: z.record(z.string(), z.int()),
  checkpoint: JsonObject.nullable(),
  lastRun: Run.nullable(),
  /** Slots that passed without a run, for example because the one before took too long. */
  skippedSlots: z.int(),
  /** Why no slot of it runs although nobody paused it. It goes on by itself when the reason is gone. */
  blocked: z.object({ reason: z.enum(['needs_reauth']), message: z.string(), since: Instant }).nullable(),
  freshness: Freshness,
  /** Why it is paused, if nobody paused it. */
  pausedBecause: z.string().nullable(),
  /** Runs that failed one after the other, up to the last one. */
  failures: z.int(),
})
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
      /** Comma-separated `name` or `name::variant`; `*` = all, which parses to none. */
      syncs: z.union([z.literal('*').transform(() => []), SyncsInText]),
      connection_id: ConnectionId.optional(),
      /** Without it, all of them in one answer. */
      limit: countInQuery(1, 500).optional(),
      cursor: ScheduleCursor.optional(),
    }),
    response: {
      200: z.object({
        syncs: z.array(SyncStatus),
        /** With `limit`: null = this was the last page. */
        next_cursor: ScheduleCursor.nullable().optional(),
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
      /** null = back to the default of the deployed sync. */
      frequency: z.string().max(255).nullable(),
    }),
    response: { 200: z.object({ frequency: z.string() }), 202: Accepted },
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
