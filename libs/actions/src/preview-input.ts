import { z } from 'zod'

/** What a preview of a sync is asked for with, as the gateway has checked it: the input of its call, as JSON. */
export const PreviewInput = z.object({
  variant: z.string(),
  bundle: z.string(),
  models: z.array(z.string()),
  trackDeletes: z.boolean(),
  /** What is done about records that do not fit their model; absent: as the environment says. */
  validate: z.enum(['off', 'warn', 'strict']).optional(),
  /** Stop when so many records were saved. */
  limit: z.number().optional(),
  samples: z.number(),
  record: z.boolean(),
})
export type PreviewInput = z.infer<typeof PreviewInput>
