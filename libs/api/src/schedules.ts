import { z } from 'zod'
import { countInQuery, NextScheduleCursor, ScheduleCursor } from './fields.ts'
import type { Route } from './route.ts'
import { integrationLacks, needsIntegration, scheduleFilter } from './schedule-filter.ts'
import { SyncStatus } from './syncs.ts'
import { Unavailable } from './unavailable.ts'

/** A schedule of an environment: like its status, and it can be told without the scheduler. */
export const Schedule = SyncStatus.extend({
  provider_config_key: z.string().describe('Key of the integration.'),
  id: SyncStatus.shape.id.nullable().describe('Id of the schedule. Null: the scheduler does not answer.'),
  type: SyncStatus.shape.type
    .nullable()
    .describe(
      '`INCREMENTAL`: the next run goes on from a checkpoint. `INITIAL`: it reads everything. Null: the scheduler does not answer.',
    ),
  status: SyncStatus.shape.status
    .nullable()
    .describe('As in `GET /sync/status`. Null: the scheduler does not answer.'),
  recordCount: SyncStatus.shape.recordCount
    .nullable()
    .describe('Records by model, without deleted ones. Null: the record store does not answer.'),
  skippedSlots: SyncStatus.shape.skippedSlots
    .nullable()
    .describe('Slots that passed without a run. Null: the scheduler does not answer.'),
  failures: SyncStatus.shape.failures
    .nullable()
    .describe(
      'Runs that failed one after the other, up to the last one. Null: the scheduler does not answer.',
    ),
  tags: z.record(z.string(), z.string()).describe('Tags of the connection.'),
  version: z
    .string()
    .nullable()
    .describe('Version of the sync that is deployed. Null: it was removed a moment ago.'),
}).meta({ id: 'Schedule' })
export type Schedule = z.infer<typeof Schedule>

export const scheduleSorts = [
  'place',
  'last_success',
  'last_run',
  'next_run',
  'failures',
  'stale_since',
] as const

const listSchedules = {
  method: 'GET',
  url: '/schedules',
  summary: 'List the schedules of the environment with their status.',
  description:
    'Pages are full, but for the last one. Who follows `next_cursor` sees each schedule once whose place in the order stays the same meanwhile; one that moves may come twice, or not at all, and does not change what is seen of others. What the scheduler alone knows is null while it does not answer; the order is that of `place` then. Of an environment with more than 200 000 schedules it is `too_large`: page through an integration with `GET /sync/status`.',
  scope: 'read',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_sync', 'invalid_cursor', 'too_large'],
  schema: {
    querystring: z
      .strictObject({
        ...scheduleFilter,
        sort: z
          .enum(scheduleSorts)
          .default('place')
          .describe(
            '`place`: integration, connection, sync, variant. `last_run`: when the last run was asked for. `stale_since`: when it became stale. Those without a value come last, equal ones by place.',
          ),
        order: z.enum(['asc', 'desc']).default('asc').describe('`desc`: the highest or newest value first.'),
        limit: countInQuery(1, 100).default(100).describe('Schedules in a page.'),
        cursor: ScheduleCursor.optional(),
      })
      .refine(needsIntegration, integrationLacks),
    response: {
      200: z.object({
        schedules: z.array(Schedule).describe('In the order that was asked for.'),
        next_cursor: NextScheduleCursor,
        total: z.int().describe('How many schedules there are in all pages now.'),
        unavailable: Unavailable.describe('Services that did not answer: what they alone know is null.'),
      }),
    },
  },
} as const satisfies Route

const total = z.int().describe('How many schedules there are.')
const stale = z.int().describe('How many of them are stale.')
const orNull = (what: string) => z.int().nullable().describe(`${what} Null: the scheduler does not answer.`)

const countSchedules = {
  method: 'GET',
  url: '/schedules/counts',
  summary: 'Count the schedules of the environment by state, reason, integration, sync and version.',
  description: 'Takes the filters of `GET /schedules`, and counts what that lists.',
  scope: 'read',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_sync', 'too_large'],
  schema: {
    querystring: z.strictObject(scheduleFilter).refine(needsIntegration, integrationLacks),
    response: {
      200: z.object({
        total,
        started: orNull('Schedules whose slots become runs.'),
        paused: orNull('Schedules that are paused.'),
        blocked: orNull('Schedules whose connection needs new credentials.'),
        queued: orNull('Schedules with a run that waits.'),
        running: orNull('Schedules with a run that a runner has.'),
        failing: orNull('Schedules whose last run failed, whether they are stale for it yet or not.'),
        fresh: z.int().describe('Schedules whose records are as new as they are meant to be.'),
        stale: z.int().describe('The others.'),
        reasons: z.record(z.string(), z.int()).describe('Stale schedules by reason.'),
        integrations: z
          .array(
            z.object({ provider_config_key: z.string().describe('Key of the integration.'), total, stale }),
          )
          .describe('By integration.'),
        syncs: z
          .array(
            z.object({
              provider_config_key: z.string().describe('Key of the integration.'),
              sync_name: z.string().describe('Name of the sync.'),
              version: z.string().describe('Version that is deployed.'),
              total,
              stale,
            }),
          )
          .describe('By sync, with its variants.'),
        versions: z
          .array(z.object({ version: z.string().describe('Version of syncs.'), total, stale }))
          .describe('By version of the sync that is deployed.'),
        unavailable: Unavailable.describe('Services that did not answer: what they alone know is null.'),
      }),
    },
  },
} as const satisfies Route

export const scheduleRoutes = { listSchedules, countSchedules }
