import { z } from 'zod'
import {
  AnyInstant,
  Cursor,
  countInQuery,
  Instant,
  instant,
  NextCursor,
  ProviderConfigKey,
  SyncName,
} from './fields.ts'
import type { Route } from './route.ts'
import { Fingerprint, failures } from './runs.ts'

/** Runs that did not succeed and whose error is the same, but for ids, numbers and quoted texts. */
export const RunError = z
  .object({
    fingerprint: Fingerprint.describe('Its name: `fingerprint` of `GET /runs`.'),
    provider_config_key: z.string().describe('Key of the integration.'),
    sync_name: z.string().describe('Name of the sync.'),
    outcome: z.enum(failures).describe('Why the runs did not succeed.'),
    message: z.string().describe('The error, with ids, numbers and quoted texts replaced.'),
    sample: z.string().describe('The error of the last of the runs, as it was.'),
    version: z.string().nullable().describe('Version of the sync in the last of the runs. Null: not known.'),
    versions: z.array(z.string()).describe('Versions of the sync in these runs, at most 20.'),
    count: z.int().describe('How many runs, between `from` and `to`.'),
    connections: z.int().describe('On how many connections.'),
    first_seen_at: instant('End of the first of these runs'),
    last_seen_at: instant('End of the last of these runs'),
    first_version_deployed_at: Instant.nullable().describe(
      'When the version of the first of these runs was deployed, if it is the one that is deployed now: ISO 8601 in UTC with milliseconds. Null: not known.',
    ),
    last_run_id: z.string().describe('Id of the last of the runs.'),
    counts: z
      .array(z.int())
      .describe('How many runs in each of 24 equal parts of the time between `from` and `to`.'),
  })
  .meta({ id: 'RunError' })
export type RunError = z.infer<typeof RunError>

export const errorSorts = ['count', 'connections', 'first_seen', 'last_seen'] as const

const listErrors = {
  method: 'GET',
  url: '/errors',
  summary: 'List the errors of runs, grouped by integration, sync, outcome and message.',
  description:
    'Cancelled runs are none. It is told by the record store: a run that has just ended is counted a second later. Pages that follow each other by `next_cursor` are of the same time; an error that a run is added to meanwhile may come twice, or not at all, and does not change what is seen of others.',
  scope: 'read',
  errors: ['unknown_integration', 'unknown_sync', 'invalid_cursor', 'unavailable'],
  schema: {
    querystring: z
      .strictObject({
        from: AnyInstant.optional().describe(
          'Only runs that ended at this instant or later; 7 days before `to` by default. ISO 8601 with a time and an offset.',
        ),
        to: AnyInstant.optional().describe(
          'Only runs that ended before this instant; now by default. ISO 8601 with a time and an offset.',
        ),
        provider_config_key: ProviderConfigKey.optional(),
        sync_name: SyncName.optional(),
        q: z
          .string()
          .min(1)
          .max(255)
          .optional()
          .describe('Only errors whose message has this text, in upper or lower case.'),
        sort: z
          .enum(errorSorts)
          .default('count')
          .describe(
            'What the order is by: how many runs, on how many connections, end of the first or of the last run. Equal ones by fingerprint.',
          ),
        order: z.enum(['asc', 'desc']).default('desc').describe('`desc`: the highest or newest value first.'),
        limit: countInQuery(1, 100).default(50).describe('Errors in a page.'),
        cursor: Cursor.optional(),
      })
      .refine((query) => query.provider_config_key !== undefined || query.sync_name === undefined, {
        path: ['provider_config_key'],
        message: 'sync_name needs a provider_config_key',
      })
      .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
        path: ['to'],
        message: 'must be later than from',
      }),
    response: {
      200: z.object({
        from: instant('Begin of the time that is looked at'),
        to: instant('End of the time that is looked at'),
        errors: z.array(RunError).describe('In the order that was asked for.'),
        total: z.int().describe('How many errors there are, in all pages.'),
        next_cursor: NextCursor,
      }),
    },
  },
} as const satisfies Route

export const runErrorRoutes = { listErrors }
