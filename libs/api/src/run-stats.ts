import { z } from 'zod'
import { AnyInstant, ConnectionId, instant, ProviderConfigKey, SyncName, Variant } from './fields.ts'
import type { Route } from './route.ts'

/** Seconds between two points of a time series. */
export const statSteps = [60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800] as const
/** Points of one answer. */
export const STAT_POINTS = 500

const Duration = z.object({
  p50: z.int().describe('Half of the runs took no longer, in milliseconds.'),
  p99: z.int().describe('Of 100 runs, 99 took no longer, in milliseconds.'),
})

export const StatPoint = z
  .object({
    at: instant('Begin of the step'),
    runs: z
      .record(z.string(), z.int())
      .describe(
        'Runs that ended, by outcome: `success`, or why they did not succeed. An outcome that no run had is absent.',
      ),
    records: z
      .object({
        added: z.int().describe('Records that are new.'),
        updated: z.int().describe('Records that were changed.'),
        deleted: z.int().describe('Records that were deleted.'),
      })
      .describe('What these runs have saved.'),
    wait_ms: Duration.nullable().describe(
      'From when a run was asked for until a runner began it, to within 2 %. Null: none began.',
    ),
    duration_ms: Duration.nullable().describe(
      'From when a runner began a run until its end, to within 2 %. Null: none began.',
    ),
  })
  .meta({ id: 'StatPoint' })
export type StatPoint = z.infer<typeof StatPoint>

const getStats = {
  method: 'GET',
  url: '/stats',
  summary: 'Show how many runs ended over time, what they saved, how long they waited and took.',
  description:
    'All runs of the environment, or those that match the filters. A run counts in the step in which it ended. A run that has just ended is counted about a second later.',
  scope: 'read',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_sync', 'unavailable'],
  schema: {
    querystring: z
      .strictObject({
        from: AnyInstant.optional().describe(
          'Begin of the time that is looked at; 24 h before `to` by default. ISO 8601 with a time and an offset.',
        ),
        to: AnyInstant.optional().describe('Its end; now by default. ISO 8601 with a time and an offset.'),
        step: z.coerce
          .number()
          .refine((step) => (statSteps as readonly number[]).includes(step), {
            error: ({ input }) => `must be one of ${statSteps.join(', ')}, not ${input}`,
          })
          .optional()
          .describe(
            `Seconds from one point to the next one: ${statSteps.join(', ')}. By default the shortest one with no more than 400 points, or 300 if it is less than an hour. Steps begin at multiples of it in UTC.`,
          ),
        provider_config_key: ProviderConfigKey.optional(),
        connection_id: ConnectionId.optional(),
        sync_name: SyncName.optional(),
        variant: Variant.optional().describe('Variant of the sync; all of them when absent.'),
      })
      .refine(
        (query) => query.provider_config_key !== undefined || !(query.connection_id ?? query.sync_name),
        {
          path: ['provider_config_key'],
          message: 'connection_id and sync_name need a provider_config_key',
        },
      )
      .refine((query) => query.variant === undefined || (query.sync_name && query.connection_id), {
        path: ['variant'],
        message: 'needs a connection_id and a sync_name',
      })
      .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
        path: ['to'],
        message: 'must be later than from',
      }),
    response: {
      200: z.object({
        step_seconds: z.int().describe('Seconds from one point to the next one.'),
        points: z
          .array(StatPoint)
          .describe(`The oldest one first, also those without runs; ${STAT_POINTS} at most.`),
      }),
    },
  },
} as const satisfies Route

export const runStatRoutes = { getStats }
