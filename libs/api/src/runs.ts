import { z } from 'zod'
import { Accepted, Cancelled } from './answers.ts'
import {
  AnyInstant,
  ConnectionId,
  Cursor,
  choicesInQuery,
  countInQuery,
  Instant,
  instant,
  NextCursor,
  NoQuery,
  ownerFields,
  ProviderConfigKey,
  SyncName,
  Variant,
} from './fields.ts'
import type { Route } from './route.ts'
import { Unavailable } from './unavailable.ts'

/** By model. */
export const Result = z.record(
  z.string(),
  z.object({
    added: z.int().describe('Records that are new.'),
    updated: z.int().describe('Records that were changed.'),
    deleted: z.int().describe('Records that were deleted.'),
  }),
)

/** Of a run. */
const RunResult = z.record(
  z.string(),
  Result.valueType.extend({
    unchanged: z
      .int()
      .optional()
      .describe('Records that its last attempt saved as they were. Absent: not counted.'),
  }),
)

const runStates = ['queued', 'running', 'ended'] as const
export const failures = [
  ...(['failed', 'cancelled', 'lost', 'timed_out', 'cpu_limit', 'event_loop_blocked'] as const),
  ...(['out_of_memory', 'output_limit', 'protocol_violation', 'crashed', 'exited'] as const),
] as const

export const Run = z
  .object({
    id: z.string().describe('Its id.'),
    state: z
      .enum(runStates)
      .describe('`queued`: it waits for a runner, for its API, or for the run before it.'),
    reason: z.enum(failures).nullable().describe('Why it did not succeed. Null: it did, or has not ended.'),
    error: z.string().nullable().describe('For people: the error of a run that failed.'),
    warning: z.string().nullable().describe('For people: what a run that succeeded could not do.'),
    attempt: z
      .int()
      .describe(
        'Number of the attempt, from 1. It grows when another runner takes the run over, or when it was throttled.',
      ),
    fruitlessAttempts: z
      .int()
      .describe(
        'Attempts that ended early and saved no checkpoint, one after the other: at 5 the run is lost.',
      ),
    cause: z.string().describe('Why it was started: schedule, trigger, start or retry.'),
    requestedAt: instant('When it was asked for'),
    startedAt: Instant.nullable().describe(
      'When a runner began it: ISO 8601 in UTC with milliseconds. Null: it has not begun.',
    ),
    finishedAt: Instant.nullable().describe(
      'When it ended: ISO 8601 in UTC with milliseconds. Null: it has not ended.',
    ),
    result: RunResult.describe('What it has saved until now, by model.'),
    sandbox: z
      .string()
      .nullable()
      .describe(
        'Level of isolation of the function: basic, partial, oswall or namespaced; null: it has not run yet.',
      ),
    lastLines: z.array(z.string()).describe('The end of the log of a run that failed.'),
    throttled: z
      .object({
        times: z.int().describe('How often it left its runner.'),
        until: Instant.nullable().describe(
          'When its API lets it go on: ISO 8601 in UTC with milliseconds. Null: it does not wait.',
        ),
        reason: z.string().describe('Why, the last time.'),
      })
      .nullable()
      .describe('That its API made it wait so long that it left its runner. Null: it did not.'),
    parked: z
      .string()
      .nullable()
      .describe(
        'Why all its calls wait for its API, while it runs and holds no slot of its runner. Null: they do not.',
      ),
  })
  .meta({ id: 'Run' })
export type Run = z.infer<typeof Run>

/** 64 bits in hex. */
export const Fingerprint = z
  .string()
  .regex(/^[0-9a-f]{16}$/, 'must be 16 hex digits, as `GET /errors` gives them')
  .describe('Of an error: see `GET /errors`.')

/** A run in a list, which says whose it is. */
export const ListedRun = Run.extend({
  ...ownerFields,
  sync_name: z.string().describe('Name of the sync.'),
  variant: z.string().describe('Variant of the sync.'),
  version: z.string().nullable().describe('Version of the sync in the newest attempt. Null: not known.'),
}).meta({ id: 'ListedRun' })
export type ListedRun = z.infer<typeof ListedRun>

const TIME = 'Only runs that ended, or of those that have not ended, that were asked for,'
const ISO = 'ISO 8601 with a time and an offset.'

const listRuns = {
  method: 'GET',
  url: '/runs',
  summary: 'List runs, newest first.',
  description:
    'All runs of the environment, or those that match the filters. Runs that have not ended come first. Runs that ended are kept for 400 days (`RUN_FACTS_TTL_DAYS`); of older ones than the last 50 of a schedule, `lastLines`, `sandbox` and `throttled` are not kept.',
  scope: 'read',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_sync', 'invalid_cursor'],
  schema: {
    querystring: z
      .strictObject({
        provider_config_key: ProviderConfigKey.optional(),
        connection_id: ConnectionId.optional(),
        sync_name: SyncName.optional(),
        variant: Variant.default('base'),
        state: choicesInQuery(runStates)
          .optional()
          .describe('Comma-separated: `queued`, `running`, `ended`.'),
        outcome: choicesInQuery(['success', ...failures])
          .optional()
          .describe('Comma-separated, of runs that ended: success, or why they did not succeed.'),
        fingerprint: Fingerprint.optional().describe(
          'Only runs that ended with this error: see `GET /errors`.',
        ),
        q: z
          .string()
          .min(1)
          .max(255)
          .optional()
          .describe('Only runs that ended with an error that has this text, in upper or lower case.'),
        from: AnyInstant.optional().describe(`${TIME} at this instant or later. ${ISO}`),
        to: AnyInstant.optional().describe(`${TIME} before this instant. ${ISO}`),
        limit: countInQuery(1, 100).default(20).describe('Runs in a page.'),
        cursor: Cursor.optional(),
      })
      .refine(
        (query) => query.provider_config_key !== undefined || !(query.connection_id ?? query.sync_name),
        {
          path: ['provider_config_key'],
          message: 'connection_id and sync_name need a provider_config_key',
        },
      )
      .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
        path: ['to'],
        message: 'must be later than from',
      }),
    /** Newest first. A page may hold fewer than `limit` though there is a `next_cursor`. */
    response: {
      200: z.object({
        runs: z
          .array(ListedRun)
          .describe(
            'First those that have not ended, then the others, each newest first. A page may hold fewer than `limit` though there is a `next_cursor`.',
          ),
        next_cursor: NextCursor,
        unavailable: Unavailable.describe(
          'Services that did not answer: without the scheduler, runs that have not ended are not listed, and without records, only those that schedules still keep.',
        ),
      }),
    },
  },
} as const satisfies Route

const RunId = z.object({ id: z.string().min(1).max(255).describe('Id of a run.') })

const getRun = {
  method: 'GET',
  url: '/runs/:id',
  summary: 'Get one run, also after it has ended.',
  description:
    'Runs that ended are kept for 400 days (`RUN_FACTS_TTL_DAYS`). A run whose id a trigger has answered can be read while it waits for the run before it.',
  scope: 'read',
  errors: ['unknown_run'],
  schema: { params: RunId, querystring: NoQuery, response: { 200: ListedRun } },
} as const satisfies Route

const cancelRun = {
  method: 'POST',
  url: '/runs/:id/cancel',
  summary: 'End a run at once; its schedule goes on at its next slot.',
  scope: 'operate',
  errors: ['unknown_run'],
  schema: { params: RunId, querystring: NoQuery, response: { 200: Cancelled, 202: Accepted } },
} as const satisfies Route

export const LogLine = z
  .object({
    at: instant('When it was logged'),
    level: z.enum(['debug', 'info', 'warn', 'error']).describe('How serious it is.'),
    message: z.string().describe('The text.'),
  })
  .meta({ id: 'LogLine' })
export type LogLine = z.infer<typeof LogLine>

const listLogs = {
  method: 'GET',
  url: '/runs/:id/logs',
  summary: 'List the log lines of a run.',
  description: 'To follow the log of a run that has not ended, ask again with `next_cursor` until it has.',
  scope: 'read',
  errors: ['invalid_cursor'],
  schema: {
    params: RunId,
    querystring: z.strictObject({
      limit: countInQuery(1, 10_000)
        .default(1000)
        .describe('Lines at most: the newest ones, or with `cursor`, the first ones after it.'),
      cursor: Cursor.optional().describe('Only lines after it: `next_cursor` of an earlier answer.'),
    }),
    response: {
      200: z.object({
        lines: z.array(LogLine).describe('Oldest first.'),
        next_cursor: z
          .string()
          .nullable()
          .describe('Of the last line. Later lines are behind it. Null: the run has no line yet.'),
      }),
    },
  },
} as const satisfies Route

export const runRoutes = { listRuns, getRun, listLogs, cancelRun }
