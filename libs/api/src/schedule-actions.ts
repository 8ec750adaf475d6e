import { z } from 'zod'
import { Accepted } from './answers.ts'
import { NoQuery } from './fields.ts'
import type { Route } from './route.ts'

const IDS_MAX = 100

/** What came of an action on one schedule. */
export const ScheduleResult = z.union([
  z.object({
    id: z.string().describe('Id of the schedule.'),
    done: z.literal(true).describe('Always true.'),
  }),
  z.object({
    id: z.string().describe('Id of the schedule.'),
    error: z
      .object({
        code: z.string().describe('For programs: as in an error.'),
        message: z.string().describe('For people: as in an error.'),
      })
      .describe('Why nothing was done with this schedule.'),
  }),
])

const actOnSchedules = {
  method: 'POST',
  url: '/schedules/actions',
  summary: 'Trigger, pause, start or reset up to 100 schedules, or set their frequency.',
  description:
    'Each schedule has a result of its own: one that is gone does not stop the others. A `frequency` that cannot be read is refused as a whole. Send an `Idempotency-Key` to repeat the call safely.',
  scope: 'operate',
  errors: ['invalid_frequency'],
  schema: {
    querystring: NoQuery,
    body: z
      .strictObject({
        action: z
          .enum(['trigger', 'pause', 'start', 'reset', 'frequency'])
          .describe('`reset`: run now, without the checkpoint. The others are as the calls of those names.'),
        ids: z
          .array(z.string().min(1).max(64))
          .min(1)
          .max(IDS_MAX)
          .describe('Ids of schedules, 100 at most, each once.'),
        frequency: z
          .string()
          .max(255)
          .nullable()
          .optional()
          .describe('With `frequency`, and only then. Null: the default of the deployed sync again.'),
      })
      .refine(({ ids }) => new Set(ids).size === ids.length, {
        path: ['ids'],
        message: 'must name each schedule once',
      })
      .refine(({ action, frequency }) => (action === 'frequency') === (frequency !== undefined), {
        path: ['frequency'],
        message: "must be given with action 'frequency', and only then",
      }),
    response: {
      200: z.object({ results: z.array(ScheduleResult).describe('In the order of `ids`.') }),
      202: Accepted,
    },
  },
} as const satisfies Route

export const scheduleActionRoutes = { actOnSchedules }
