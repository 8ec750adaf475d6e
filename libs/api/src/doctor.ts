import { z } from 'zod'
import { instant, NoQuery } from './fields.ts'
import type { Route } from './route.ts'

const states = ['ok', 'warning', 'failed'] as const

export const DoctorCheck = z
  .object({
    name: z.string().describe('What was looked at: a server, a service, clocks, versions, the keyring.'),
    state: z
      .enum(states)
      .describe('`failed`: something does not work, or a guarantee does not hold. `warning`: look at it.'),
    message: z.string().describe('For people: what was found.'),
    advice: z.string().nullable().describe('For people: what to do. Null: nothing.'),
  })
  .meta({ id: 'DoctorCheck' })
export type DoctorCheck = z.infer<typeof DoctorCheck>

/** What a whole system says of itself. */
export const Diagnosis = z
  .object({
    state: z.enum(states).describe('The worst of all checks.'),
    version: z.string().describe('Version of the gateway.'),
    now: instant('What the clock of the gateway says'),
    checks: z.array(DoctorCheck).describe('Always in the same order.'),
  })
  .meta({ id: 'Diagnosis' })
export type Diagnosis = z.infer<typeof Diagnosis>

const diagnose = {
  method: 'GET',
  url: '/doctor',
  summary: 'Look at every part of the system, and say what is wrong and what to do.',
  description:
    'Of services with several instances one is asked. What does not answer within three seconds is a failed check: the answer is 200 in ' +
    'any case.',
  scope: 'operate',
  schema: { querystring: NoQuery, response: { 200: Diagnosis } },
} as const satisfies Route

export const doctorRoutes = { diagnose }
