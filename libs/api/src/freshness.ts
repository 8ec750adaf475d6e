import { StaleReason, staleReasons } from '@syncline/events'
import { z } from 'zod'
import { Instant, instant } from './fields.ts'

export { StaleReason, staleReasons }

/** Whether the records of a schedule are as new as they are meant to be. */
export const Freshness = z
  .object({
    lastSuccessAt: Instant.nullable().describe(
      'End of the last run that succeeded and held no deletion back: ISO 8601 in UTC with milliseconds. Null: there is none, or it is not known now.',
    ),
    freshUntil: Instant.nullable().describe(
      'When the schedule becomes stale unless a run succeeds before: ISO 8601 in UTC with milliseconds. Before the first success it is counted from the creation. Null: it is not known now.',
    ),
    stale: z
      .object({
        reason: StaleReason.describe('The one reason: see docs/concepts/freshness.md.'),
        since: instant('Since when'),
        until: Instant.nullable().describe(
          'When the reason ends: ISO 8601 in UTC with milliseconds. Null: it is not known.',
        ),
        message: z.string().describe('For people: one sentence.'),
      })
      .nullable()
      .describe('Why its records are older than they are meant to be. Null: they are not.'),
  })
  .meta({ id: 'Freshness' })
export type Freshness = z.infer<typeof Freshness>
