import { z } from 'zod'
import { ConnectionId, instant, ProviderConfigKey, SyncName, Variant } from './fields.ts'
import { StaleReason } from './freshness.ts'
import type { Route } from './route.ts'
import { ListedRun } from './runs.ts'
import { Schedule } from './schedules.ts'
import { Unavailable } from './unavailable.ts'

/** Slots that passed one after the other and became no run, for the same reason. */
export const SkippedSlots = z.object({
  first: instant('The first of these slots'),
  last: instant('The last of these slots'),
  count: z.int().describe('How many slots these are.'),
  reason: StaleReason.describe('Why no run began.'),
})
export type SkippedSlots = z.infer<typeof SkippedSlots>

export const Why = z.object({
  schedule: Schedule.describe('The schedule with its status.'),
  skipped: z
    .array(SkippedSlots)
    .nullable()
    .describe(
      'The last 20 rows of slots that became no run, newest first. Null: the scheduler does not answer.',
    ),
  runs: z
    .array(ListedRun)
    .nullable()
    .describe('Its last runs, newest first. Null: the scheduler does not answer.'),
  unavailable: Unavailable.describe('Services that did not answer: what they alone know is null.'),
})
export type Why = z.infer<typeof Why>

/** Why a schedule is stale, if it is. */
const getWhy = {
  method: 'GET',
  url: '/why',
  summary: 'Say why a schedule is stale, if it is.',
  scope: 'read',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_sync'],
  schema: {
    querystring: z.strictObject({
      provider_config_key: ProviderConfigKey,
      connection_id: ConnectionId,
      sync_name: SyncName,
      variant: Variant.default('base'),
    }),
    response: { 200: Why },
  },
} as const satisfies Route

export const whyRoutes = { getWhy }
