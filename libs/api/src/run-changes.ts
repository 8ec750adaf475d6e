import { CURSOR_MAX_CHARS } from '@syncline/record/record-id'
import { z } from 'zod'
import { countInQuery, instant, Model } from './fields.ts'
import type { Route } from './route.ts'

/** A version of a record that a run has made. */
export const RunChange = z
  .object({
    model: z.string().describe('Name of the model.'),
    id: z.string().describe('Id of the record, as text.'),
    action: z.enum(['ADDED', 'UPDATED', 'DELETED']).describe('What the run did to it.'),
    at: instant('When it changed'),
    bytes: z.int().describe('Bytes of its payload, as JSON.'),
  })
  .meta({ id: 'RunChange' })
export type RunChange = z.infer<typeof RunChange>

/** It names a model too. */
const ChangesCursor = z
  .string()
  .min(1)
  .max(CURSOR_MAX_CHARS + 256)

const listRunChanges = {
  method: 'GET',
  url: '/runs/:id/changes',
  summary: 'List the records that a run has changed, by model, without their payloads.',
  description:
    'A record that it changed twice is there twice. What later runs have changed again is there as long as history is kept ' +
    '(`RECORDS_HISTORY_DAYS`), and not at all where none is kept.',
  scope: 'read',
  errors: ['unknown_run', 'unknown_connection', 'unknown_model', 'invalid_cursor'],
  schema: {
    params: z.object({ id: z.string().min(1).max(255).describe('Id of a run.') }),
    querystring: z.strictObject({
      model: Model.optional().describe('Only records of this model; all models of its sync when absent.'),
      limit: countInQuery(1, 500).default(100).describe('Changes in a page.'),
      cursor: ChangesCursor.optional().describe(
        '`next_cursor` of the page before; without it, the first page.',
      ),
    }),
    response: {
      200: z.object({
        changes: z
          .array(RunChange)
          .describe('By model, then in the order in which they changed. The last page may be empty.'),
        next_cursor: ChangesCursor.nullable().describe(
          '`cursor` of the next page; null: this is the last one.',
        ),
      }),
    },
  },
} as const satisfies Route

export const runChangeRoutes = { listRunChanges }
