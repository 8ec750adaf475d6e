import { z } from 'zod'
import { Instant, NoQuery } from './fields.ts'
import type { Route } from './route.ts'

const Limit = z.object({
  /** Of the environment or integration; `<integration>/<sync>` of a sync. */
  name: z.string(),
  /** Runs that may be in flight at a time; null = any number. */
  max_runs: z.int().nullable(),
  running: z.int(),
  /** Runs that may be handed out, and wait. */
  waiting: z.int(),
  /** Of its share beside others. */
  weight: z.int(),
})

/** What limits the runs of an environment, and what there is to run them. */
export const Capacity = z.object({
  environment: Limit,
  /** Those with a limit, a weight, or runs in flight or waiting; so are the syncs. */
  integrations: z.array(Limit),
  syncs: z.array(Limit),
  /** They serve all environments. */
  runners: z.array(
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
