import { z } from 'zod'
import { countInQuery } from './fields.ts'
import type { Route } from './route.ts'

const IDS_MAX = 100
const ScheduleId = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, {
  error: ({ input }) => `'${input}' is no id of a schedule`,
})

const daily = (what: string) => z.array(z.int()).describe(`${what} on each of the days.`)

export const ScheduleActivity = z
  .object({
    id: z.string().describe('Id of the schedule.'),
    changes: daily('Records that its runs added, updated or deleted'),
    runs: daily('Runs that ended'),
    failures: daily('Runs that did not succeed and were not cancelled'),
  })
  .meta({ id: 'ScheduleActivity' })
export type ScheduleActivity = z.infer<typeof ScheduleActivity>

const listScheduleActivity = {
  method: 'GET',
  url: '/schedules/activity',
  summary: 'Show what schedules did on each of the last days.',
  description: 'It is told by the record store: a run that has just ended is counted a second later.',
  scope: 'read',
  errors: ['unavailable'],
  schema: {
    querystring: z.strictObject({
      ids: z
        .string()
        .min(1)
        .max(IDS_MAX * 65)
        .transform((text) => [...new Set(text.split(','))])
        .pipe(z.array(ScheduleId).max(IDS_MAX))
        .describe(`Ids of schedules, separated by commas, ${IDS_MAX} at most.`),
      days: countInQuery(1, 31).default(14).describe('How many days in UTC, up to today.'),
    }),
    response: {
      200: z.object({
        days: z.array(z.iso.date()).describe('The days in UTC, the oldest one first; the last one is today.'),
        schedules: z
          .array(ScheduleActivity)
          .describe('In the order of `ids`. One that is not known has done nothing.'),
      }),
    },
  },
} as const satisfies Route

export const scheduleActivityRoutes = { listScheduleActivity }
