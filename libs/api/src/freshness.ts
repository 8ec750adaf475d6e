import { StaleReason, staleReasons } from '@syncline/events'
import { z } from 'zod'
import { Instant } from './fields.ts'

export { StaleReason, staleReasons }

/** Whether the records of a schedule are as new as they are meant to be. */
export const Freshness = z.object({
  /** End of the last run that succeeded and held no deletion back; null = there is none, or nobody knows it now. */
  lastSuccessAt: Instant.nullable(),
  /** Of one that never succeeded, counted from its creation; null = nobody knows it now. */
  freshUntil: Instant.nullable(),
  /** Null = it is fresh. */
  stale: z
    .object({
      /** Exactly one. */
      reason: StaleReason,
      since: Instant,
      /** When the reason ends, where that is known. */
      until: Instant.nullable(),
      /** For people: one sentence. */
      message: z.string(),
    })
    .nullable(),
})
export type Freshness = z.infer<typeof Freshness>
