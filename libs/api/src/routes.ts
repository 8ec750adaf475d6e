import { actionRoutes } from './actions.ts'
import { capacityRoutes } from './capacity.ts'
import { checkpointRoutes } from './checkpoint.ts'
import { commandRoutes } from './commands.ts'
import { configurationRoutes } from './configuration.ts'
import { connectionRoutes } from './connections.ts'
import { deploymentPlanRoutes } from './deployment-plan.ts'
import { deploymentRoutes } from './deployments.ts'
import { doctorRoutes } from './doctor.ts'
import { environmentRoutes } from './environments.ts'
import { healthRoutes } from './health.ts'
import { heldDeletionRoutes } from './held-deletions.ts'
import { integrationRoutes } from './integrations.ts'
import { keyRoutes } from './keys.ts'
import { notOfferedRoutes } from './not-offered.ts'
import { oldConnectionRoutes } from './old-connections.ts'
import { previewRoutes } from './previews.ts'
import { providerRoutes } from './providers.ts'
import { proxyRoutes } from './proxy.ts'
import { recordRoutes } from './records.ts'
import type { Route } from './route.ts'
import { runAttemptRoutes } from './run-attempts.ts'
import { runChangeRoutes } from './run-changes.ts'
import { runErrorRoutes } from './run-errors.ts'
import { runStatRoutes } from './run-stats.ts'
import { runRoutes } from './runs.ts'
import { scheduleActionRoutes } from './schedule-actions.ts'
import { scheduleActivityRoutes } from './schedule-activity.ts'
import { scheduleRoutes } from './schedules.ts'
import { scriptsConfigRoutes } from './scripts-config.ts'
import { sessionRoutes } from './sessions.ts'
import { syncRoutes } from './syncs.ts'
import { userRoutes } from './users.ts'
import { variableRoutes } from './variables.ts'
import { variantRoutes } from './variants.ts'
import { whyRoutes } from './why.ts'

/** The endpoints by subject, which is how OpenAPI and the SDK's reference show them. */
export function routeGroups(limits: { records: number }) {
  return {
    Records: { ...recordRoutes(limits.records), ...heldDeletionRoutes },
    Syncs: {
      ...{ ...syncRoutes, ...variantRoutes, ...scheduleRoutes, ...scheduleActionRoutes },
      ...{ ...scheduleActivityRoutes, ...checkpointRoutes, ...whyRoutes },
    },
    Actions: actionRoutes,
    Runs: {
      ...{ ...runRoutes, ...runAttemptRoutes, ...runChangeRoutes, ...runErrorRoutes, ...runStatRoutes },
      ...{ ...commandRoutes, ...capacityRoutes },
    },
    Connections: { ...connectionRoutes, ...oldConnectionRoutes, ...notOfferedRoutes },
    Integrations: integrationRoutes,
    Providers: providerRoutes,
    Deployments: { ...deploymentRoutes, ...deploymentPlanRoutes, ...scriptsConfigRoutes, ...previewRoutes },
    Variables: { ...variableRoutes, ...configurationRoutes },
    'Environments and keys': { ...environmentRoutes, ...keyRoutes },
    'Users and sessions': { ...userRoutes, ...sessionRoutes },
    Proxy: proxyRoutes,
    Health: { ...healthRoutes, ...doctorRoutes },
  } satisfies Record<string, Record<string, Route>>
}

/** The REST API: every endpoint by its name. The gateway has a handler for each, the SDK takes its types from here. */
export function createRoutes(limits: { records: number }) {
  const groups = routeGroups(limits)
  return {
    ...groups.Records,
    ...groups.Syncs,
    ...groups.Actions,
    ...groups.Runs,
    ...groups.Connections,
    ...groups.Integrations,
    ...groups.Providers,
    ...groups.Deployments,
    ...groups.Variables,
    ...groups['Environments and keys'],
    ...groups['Users and sessions'],
    ...groups.Proxy,
    ...groups.Health,
  } satisfies Record<string, Route>
}

export type Routes = ReturnType<typeof createRoutes>

/** The endpoint at a method and URL. */
export type RouteAt<Method extends string, Url extends string> = Extract<
  Routes[keyof Routes],
  { method: Method; url: Url }
>
