import { capacityRoutes } from './capacity.ts'
import { connectionRoutes } from './connections.ts'
import { deploymentRoutes } from './deployments.ts'
import { health } from './health.ts'
import { heldDeletionRoutes } from './held-deletions.ts'
import { integrationRoutes } from './integrations.ts'
import { providerRoutes } from './providers.ts'
import { recordRoutes } from './records.ts'
import type { Route } from './route.ts'
import { runRoutes } from './runs.ts'
import { scheduleRoutes } from './schedules.ts'
import { syncRoutes } from './syncs.ts'
import { variableRoutes } from './variables.ts'
import { variantRoutes } from './variants.ts'
import { whyRoutes } from './why.ts'

/** The REST API: every endpoint by its name. The gateway has a handler for each, the SDK takes its types from here. */
export function createRoutes(limits: { records: number }) {
  return {
    health,
    ...recordRoutes(limits.records),
    ...heldDeletionRoutes,
    ...syncRoutes,
    ...variantRoutes,
    ...runRoutes,
    ...scheduleRoutes,
    ...whyRoutes,
    ...capacityRoutes,
    ...variableRoutes,
    ...connectionRoutes,
    ...integrationRoutes,
    ...providerRoutes,
    ...deploymentRoutes,
  } satisfies Record<string, Route>
}

export type Routes = ReturnType<typeof createRoutes>

/** The endpoint at a method and URL. */
export type RouteAt<Method extends string, Url extends string> = Extract<
  Routes[keyof Routes],
  { method: Method; url: Url }
>
