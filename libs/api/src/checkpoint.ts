import { z } from 'zod'
import { Accepted } from './answers.ts'
import { ConnectionId, NoQuery, ProviderConfigKey, SyncName, Variant } from './fields.ts'
import type { Route } from './route.ts'

/** As functions save it. The handler checks it as the runner does. */
export const Checkpoint = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

const setCheckpoint = {
  method: 'PUT',
  url: '/schedules/checkpoint',
  summary: 'Set or clear the checkpoint of a schedule.',
  description:
    'The next run goes on from it; without one it reads everything. Refused with `in_use` while a runner has a run of the schedule: pause and cancel first, or wait. `GET /sync/status` has the checkpoint.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_sync', 'in_use'],
  schema: {
    querystring: NoQuery,
    body: z.strictObject({
      provider_config_key: ProviderConfigKey,
      connection_id: ConnectionId,
      sync_name: SyncName,
      variant: Variant.default('base'),
      checkpoint: Checkpoint.nullable().describe(
        'Up to 16 fields with texts, finite numbers and booleans; texts of 64 KiB in all. Null: none.',
      ),
    }),
    response: {
      200: z.object({ checkpoint: Checkpoint.nullable().describe('The one that holds now.') }),
      202: Accepted,
    },
  },
} as const satisfies Route

export const checkpointRoutes = { setCheckpoint }
