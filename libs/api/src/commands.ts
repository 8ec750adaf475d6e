import { z } from 'zod'
import { AskedRuns } from './answers.ts'
import { NoQuery } from './fields.ts'
import type { Route } from './route.ts'
import { ScheduleResult } from './schedule-actions.ts'

export const CommandStateAnswer = z.object({
  id: z.string().describe('Id of the command.'),
  state: z
    .enum(['accepted', 'done', 'refused'])
    .describe(
      '`accepted`: it waits, or goes on as soon as a service answers again. `done`, `refused`: it has ended.',
    ),
  result: AskedRuns.partial()
    .extend({
      frequency: z.string().optional().describe('Of a change of the frequency: the one that holds now.'),
      schedule_id: z.string().optional().describe('Of a new variant: id of its schedule.'),
      cancelled: z.int().optional().describe('How many runs were ended.'),
      results: z
        .array(ScheduleResult)
        .optional()
        .describe('Of an action on schedules: the schedules with which nothing was done, and why.'),
    })
    .optional()
    .describe('What its call would have answered, of a command that is done.'),
  error: z
    .object({
      code: z.string().describe('For programs: as in an error.'),
      message: z.string().describe('For people: as in an error.'),
    })
    .optional()
    .describe('Why it was refused, of a command that is.'),
})
export type CommandStateAnswer = z.infer<typeof CommandStateAnswer>

const getCommand = {
  method: 'GET',
  url: '/commands/:id',
  summary: 'Get what became of a command that was answered with 202.',
  description: 'Results are kept for a day, and the newest 100 000 of an environment.',
  scope: 'read',
  errors: ['unknown_command'],
  schema: {
    params: z.object({ id: z.string().min(1).max(255).describe('Id that the command was answered with.') }),
    querystring: NoQuery,
    response: { 200: CommandStateAnswer },
  },
} as const satisfies Route

export const commandRoutes = { getCommand }
