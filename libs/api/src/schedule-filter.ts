import { z } from 'zod'
import { ConnectionId, choicesInQuery, ProviderConfigKey, TagFilter } from './fields.ts'
import { staleReasons } from './freshness.ts'
import { SyncsInText } from './sync-name.ts'

const runStates = ['queued', 'running'] as const

/** Which schedules of an environment a list, or their counts, are about. */
export const scheduleFilter = {
  provider_config_key: ProviderConfigKey.optional(),
  connection_id: ConnectionId.optional(),
  syncs: SyncsInText.optional().describe('Syncs as `name` or `name::variant`, separated by commas.'),
  state: choicesInQuery(['started', 'paused']).optional().describe('One or both, separated by commas.'),
  run_state: choicesInQuery(runStates)
    .optional()
    .describe('Only those with a run that waits (`queued`) or that a runner has (`running`); one or both.'),
  reason: choicesInQuery(staleReasons)
    .optional()
    .describe(
      'Only those that are stale for one of these reasons, separated by commas: see docs/concepts/freshness.md.',
    ),
  stale: z.stringbool().default(false).describe('true: only those that are stale.'),
  failing: z
    .stringbool()
    .default(false)
    .describe('true: only those whose last run failed, whether they are stale for it yet or not.'),
  tags: TagFilter.optional().describe('Tags that the connection has to have: `tags[plan]=pro`.'),
  version: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('Only those whose sync is deployed in this version.'),
  q: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe(
      'Text that the integration, connection, sync, variant or a tag of the connection contains; upper and lower case are the same.',
    ),
}

type Named = { connection_id?: unknown; provider_config_key?: unknown }

/** Ids of connections are unique in an integration. */
export const needsIntegration = (query: Named) =>
  query.connection_id === undefined || query.provider_config_key !== undefined
export const integrationLacks = {
  path: ['provider_config_key'],
  message: 'connection_id needs a provider_config_key',
}
