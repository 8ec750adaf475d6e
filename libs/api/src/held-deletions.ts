import { z } from 'zod'
import {
  ConnectionId,
  Cursor,
  countInQuery,
  instant,
  Model,
  NextCursor,
  NoQuery,
  ownerFields,
  ProviderConfigKey,
  Variant,
} from './fields.ts'
import type { Route } from './route.ts'

/** Records that a pass of a sync did not save again, and that were not deleted. */
export const HeldDeletion = z
  .object({
    ...ownerFields,
    model: z.string().describe('Name of the model.'),
    variant: z.string().describe('Variant of the sync.'),
    at: instant('When it was held back'),
    run_id: z.string().describe('Id of the run that found it.'),
    unseen: z.int().describe('How many records were not saved again.'),
    live: z.int().describe('How many records there were.'),
    reason: z
      .enum(['guard', 'incomplete'])
      .describe(
        '`guard`: it is most of the records. `incomplete`: the pass was not complete, and the next complete one deletes.',
      ),
    incomplete: z.string().nullable().describe('Why the pass was not complete.'),
    released: z.boolean().describe('The next complete pass may delete past the guard.'),
  })
  .meta({ id: 'HeldDeletion' })
export type HeldDeletion = z.infer<typeof HeldDeletion>

const listHeldDeletions = {
  method: 'GET',
  url: '/records/held-deletions',
  summary: 'List what syncs did not save again and was held back instead of being deleted.',
  scope: 'read',
  errors: ['unknown_integration', 'unknown_connection', 'invalid_cursor'],
  schema: {
    querystring: z.strictObject({
      provider_config_key: ProviderConfigKey.optional(),
      connection_id: ConnectionId.optional(),
      cursor: Cursor.optional(),
      limit: countInQuery(1, 500).default(100).describe('Streams in a page.'),
    }),
    /** The last one of each stream. A page may hold fewer than `limit` though there is a `next_cursor`. */
    response: {
      200: z.object({
        deletions: z
          .array(HeldDeletion)
          .describe(
            'The last one of each stream. A page may hold fewer than `limit` though there is a `next_cursor`.',
          ),
        next_cursor: NextCursor,
      }),
    },
  },
} as const satisfies Route

/** The next complete pass may delete past the guard, once. */
const releaseHeldDeletion = {
  method: 'POST',
  url: '/records/held-deletions/release',
  summary: 'Let the next complete pass of a sync delete what the guard has held back, once.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'not_found'],
  schema: {
    querystring: NoQuery,
    body: z.strictObject({
      provider_config_key: ProviderConfigKey,
      connection_id: ConnectionId,
      model: Model,
      variant: Variant.default('base'),
    }),
    response: { 200: HeldDeletion },
  },
} as const satisfies Route

export const heldDeletionRoutes = { listHeldDeletions, releaseHeldDeletion }
