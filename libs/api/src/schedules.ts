import { z } from 'zod'
import {
  ConnectionId,
  choicesInQuery,
  countInQuery,
  NextScheduleCursor,
  ProviderConfigKey,
  ScheduleCursor,
  TagFilter,
} from './fields.ts'
import { staleReasons } from './freshness.ts'
import type { Route } from './route.ts'
import { SyncsInText } from './sync-name.ts'
import { SyncStatus } from './syncs.ts'

/** A service that did not answer: what it alone knows is null. */
export const Unavailable = z.array(z.enum(['scheduler', 'records']))

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
}).meta({ id: 'Schedule' })
export type Schedule = z.infer<typeof Schedule>

/** Those of the environment in the order of integration, connection, sync and variant. */
const listSchedules = {
  method: 'GET',
  url: '/schedules',
  summary: 'List the schedules of the environment with their status.',
  scope: 'read',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_sync', 'invalid_cursor'],
  schema: {
    querystring: z
      .strictObject({
        provider_config_key: ProviderConfigKey.optional(),
        connection_id: ConnectionId.optional(),
        syncs: SyncsInText.optional().describe('Syncs as `name` or `name::variant`, separated by commas.'),
        state: choicesInQuery(['started', 'paused']).optional().describe('One or both, separated by commas.'),
        reason: choicesInQuery(staleReasons)
          .optional()
          .describe(
            'Only those that are stale for one of these reasons, separated by commas: see docs/concepts/freshness.md.',
          ),
        stale: z.stringbool().default(false).describe('true: only those that are stale.'),
        tags: TagFilter.optional().describe('Tags that the connection has to have: `tags[plan]=pro`.'),
        limit: countInQuery(1, 100).default(100).describe('Schedules in a page.'),
        cursor: ScheduleCursor.optional(),
      })
      .refine((query) => query.connection_id === undefined || query.provider_config_key !== undefined, {
        path: ['provider_config_key'],
        message: 'connection_id needs a provider_config_key',
      }),
    /** A page may hold fewer than `limit`, or none, though there is a `next_cursor`: the work for one is bounded. */
    response: {
      200: z.object({
        schedules: z
          .array(Schedule)
          .describe(
            'In the order of integration, connection, sync and variant. A page may hold fewer than `limit`, or none, though there is a `next_cursor`: the work for one is bounded.',
          ),
        next_cursor: NextScheduleCursor,
        unavailable: Unavailable.describe('Services that did not answer: what they alone know is null.'),
      }),
    },
  },
} as const satisfies Route

export const scheduleRoutes = { listSchedules }
