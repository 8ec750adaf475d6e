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
      /** Also in the header `X-Request-Id`, and in our log. */
      request_id: z.string().prefault(''),
    }),
  })
  .meta({ id: 'Error' })
export type ErrorBody = z.infer<typeof ErrorBody>

/** Answer 202: the command is stored and will be executed, but the scheduler did not answer in time. */
export const Accepted = z.object({ command_id: z.string() })
export type Accepted = z.infer<typeof Accepted>

/** How many runs ended. */
export const Cancelled = z.object({ cancelled: z.int() })
export type Cancelled = z.infer<typeof Cancelled>

export const Success = z.object({ success: z.literal(true) })

/** An answer without a body. */
export const Nothing = z.undefined()
