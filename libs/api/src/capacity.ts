import { z } from 'zod'
import { Instant, NoQuery } from './fields.ts'
import type { Route } from './route.ts'

const Limit = z.object({
  name: z.string().describe('Of the environment or integration; `<integration>/<sync>` of a sync.'),
  max_runs: z.int().nullable().describe('Runs that may be in flight at a time; null = any number.'),
  running: z.int(),
  waiting: z.int().describe('Runs that may be handed out, and wait.'),
  weight: z.int().describe('Of its share beside others.'),
})

/** What limits the runs of an environment, and what there is to run them. */
export const Capacity = z.object({
  environment: Limit,
  integrations: z
    .array(Limit)
    .describe('Those with a limit, a weight, or runs in flight or waiting; so are the syncs.'),
  syncs: z.array(Limit),
  runners: z
    .array(
      z.object({
        id: z.string(),
        /** Level of isolation of the functions: basic, partial, oswall or namespaced. */
        sandbox: z.string(),
        slots: z.int(),
        /** Further slots, only for runs of environments that have none in flight. */
        reserved_slots: z.int(),
        busy: z.int(),
        seen_at: Instant,
      }),
    )
    .describe('They serve all environments.'),
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
