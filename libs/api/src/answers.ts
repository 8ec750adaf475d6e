import { z } from 'zod'

/** The one shape of every error answer. `errors` say which fields of the request are wrong. */
export const ErrorBody = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      errors: z
        .array(z.object({ code: z.string(), message: z.string(), path: z.array(z.string()) }))
        .optional(),
      request_id: z.string().prefault('').describe('Also in the header `X-Request-Id`, and in our log.'),
      payload: z.unknown().optional().describe('What the function of an action gave to `ActionError`.'),
      /** The answer of the external API that made an action fail. */
      upstream: z
        .object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.unknown() })
        .optional(),
    }),
  })
  .meta({ id: 'Error' })
export type ErrorBody = z.infer<typeof ErrorBody>

/** Answer 202: the command is stored and will be executed, but the scheduler did not answer in time. */
export const Accepted = z.object({ command_id: z.string() })
export type Accepted = z.infer<typeof Accepted>

/** Runs that a call asked for, the first 100 of them. Each waits for a runner, or for the run before it. */
export const AskedRuns = z.object({
  runs: z.array(
    z.object({ id: z.string(), connection_id: z.string(), name: z.string(), variant: z.string() }),
  ),
  has_more: z.boolean(),
})
export type AskedRuns = z.infer<typeof AskedRuns>

/** How many runs ended. */
export const Cancelled = z.object({ cancelled: z.int() })
export type Cancelled = z.infer<typeof Cancelled>

export const Success = z.object({ success: z.literal(true) })

/** An answer without a body. */
export const Nothing = z.undefined()
