import { z } from 'zod'
import { instant, NoQuery } from './fields.ts'
import type { Route } from './route.ts'

const Limit = z.object({
  name: z.string().describe('Name of the environment or integration; of a sync, `<integration>/<sync>`.'),
  max_runs: z.int().nullable().describe('Runs that may be in flight at a time; null: any number.'),
  running: z.int().describe('Runs in flight.'),
  waiting: z.int().describe('Runs that may be handed out, and wait.'),
  weight: z.int().describe('Its share of the runners beside others.'),
})

/** What limits the runs of an environment, and what there is to run them. */
export const Capacity = z.object({
  environment: Limit.describe('Limit and runs of the whole environment.'),
  integrations: z.array(Limit).describe('Integrations with a limit, a weight, or runs in flight or waiting.'),
  syncs: z.array(Limit).describe('Syncs with a limit, or runs in flight or waiting.'),
  runners: z
    .array(
      z.object({
        id: z.string().describe('Id of the runner, new at each start.'),
        sandbox: z
          .string()
          .describe('Level of isolation of the functions: basic, partial, oswall or namespaced.'),
        slots: z.int().describe('Runs that it can have in flight.'),
        reserved_slots: z
          .int()
          .describe('Further slots, only for runs of environments that have none in flight.'),
        busy: z.int().describe('Runs that it has in flight.'),
        seen_at: instant('When it was heard of last'),
      }),
    )
    .describe('The runners, which serve all environments.'),
  waiting: z
    .object({
      lanes: z
        .object({
          triggered: z.int().describe('Somebody asked for them.'),
          first: z.int().describe('Their schedules never succeeded.'),
          fresh: z.int().describe('All others.'),
        })
        .describe('By lane of the queue.'),
      reasons: z
        .object({
          environment_full: z.int().describe('The environment has `max_runs` in flight.'),
          integration_full: z.int().describe('Their integration, or their sync, has `max_runs` in flight.'),
          no_runner: z.int().describe('No runner has a free slot.'),
        })
        .describe('By what they wait for.'),
    })
    .describe(
      'Runs of the environment that may be handed out, and wait. Runs that wait for their API are not counted.',
    ),
})
export type Capacity = z.infer<typeof Capacity>

const getCapacity = {
  method: 'GET',
  url: '/capacity',
  summary: 'Show what limits runs, what is in flight and waits, and the runners.',
  scope: 'read',
  schema: { querystring: NoQuery, response: { 200: Capacity } },
} as const satisfies Route

export const capacityRoutes = { getCapacity }
