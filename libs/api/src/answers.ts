import { z } from 'zod'

/** The one shape of every error answer. `errors` say which fields of the request are wrong. */
export const ErrorBody = z
  .object({
    error: z
      .object({
        code: z.string().describe('For programs: one word of the list that each route has.'),
        message: z.string().describe('For people: what is wrong with which value, and what to do.'),
        errors: z
          .array(
            z.object({
              code: z.string().describe('Kind of the problem.'),
              message: z.string().describe('What is wrong with the field.'),
              path: z.array(z.string()).describe('Where the field is: names, and places in lists from 0.'),
            }),
          )
          .optional()
          .describe('The fields of the request that are wrong.'),
        request_id: z.string().prefault('').describe('Also in the header `X-Request-Id`, and in our log.'),
        payload: z.unknown().optional().describe('What the function of an action gave to `ActionError`.'),
        upstream: z
          .object({
            status: z.int().describe('HTTP status of the answer.'),
            headers: z
              .record(z.string(), z.string())
              .describe('Headers of the answer, with names in lower case.'),
            body: z.unknown().describe('JSON, or else text.'),
          })
          .optional()
          .describe('The answer of the external API that made an action fail.'),
      })
      .describe('What is wrong.'),
  })
  .meta({ id: 'Error' })
export type ErrorBody = z.infer<typeof ErrorBody>

/** Answer 202: the command is stored and will be executed, but the scheduler did not answer in time. */
export const Accepted = z.object({
  command_id: z.string().describe('`GET /commands/{id}` tells what became of it.'),
})
export type Accepted = z.infer<typeof Accepted>

/** Runs that a call asked for, the first 100 of them. Each waits for a runner, or for the run before it. */
export const AskedRuns = z
  .object({
    runs: z
      .array(
        z.object({
          id: z.string().describe('Id of the run: see `GET /runs/{id}`.'),
          connection_id: z.string().describe('Id of the connection.'),
          name: z.string().describe('Name of the sync.'),
          variant: z.string().describe('Variant of the sync.'),
        }),
      )
      .describe(
        'The first 100 of the runs that were asked for. Each waits for a runner, or for the run before it.',
      ),
    has_more: z.boolean().describe('There are more than 100.'),
  })
  .meta({ id: 'AskedRuns' })
export type AskedRuns = z.infer<typeof AskedRuns>

/** How many runs ended. */
export const Cancelled = z.object({ cancelled: z.int().describe('How many runs were ended.') })
export type Cancelled = z.infer<typeof Cancelled>

export const Success = z.object({ success: z.literal(true).describe('Always true: failures are errors.') })

/** An answer without a body. */
export const Nothing = z.undefined()
