import type { Handlers } from '../http/handler.ts'
import * as actions from './actions.ts'
import * as capacity from './capacity.ts'
import * as checkpoint from './checkpoint.ts'
import * as commands from './commands.ts'
import * as configuration from './configuration.ts'
import * as connectionImport from './connection-import.ts'
import * as connections from './connections.ts'
import * as deployments from './deployments.ts'
import * as doctor from './doctor.ts'
import * as environments from './environments.ts'
import * as health from './health.ts'
import * as heldDeletions from './held-deletions.ts'
import * as integrations from './integrations.ts'
import * as keys from './keys.ts'
import * as metadata from './metadata.ts'
import * as notOffered from './not-offered.ts'
import * as oldConnections from './old-connections.ts'
import * as previews from './previews.ts'
import * as providers from './providers.ts'
import * as proxy from './proxy.ts'
import * as recordStreams from './record-streams.ts'
import * as records from './records.ts'
import * as runAttempts from './run-attempts.ts'
import * as runChanges from './run-changes.ts'
import * as runErrors from './run-errors.ts'
import * as runStats from './run-stats.ts'
import * as runs from './runs.ts'
import * as scheduleActions from './schedule-actions.ts'
import * as scheduleActivity from './schedule-activity.ts'
import * as schedules from './schedules.ts'
import * as scriptsConfig from './scripts-config.ts'
import * as sessions from './sessions.ts'
import * as status from './status.ts'
import * as syncs from './syncs.ts'
import * as users from './users.ts'
import * as variables from './variables.ts'
import * as variants from './variants.ts'
import * as verify from './verify.ts'
import * as why from './why.ts'

/** Each file of this folder exports the handlers of some endpoints, by their names in `@syncline/api`. */
export const handlers: Handlers = {
  ...actions,
  ...capacity,
  ...checkpoint,
  ...commands,
  ...configuration,
  ...connections,
  ...deployments,
  ...doctor,
  ...environments,
  ...health,
  ...heldDeletions,
  ...integrations,
  ...keys,
  ...connectionImport,
  ...metadata,
  ...notOffered,
  ...oldConnections,
  ...previews,
  ...providers,
  ...proxy,
  ...records,
  ...recordStreams,
  ...runAttempts,
  ...runChanges,
  ...runErrors,
  getStats: runStats.getStats,
  ...runs,
  ...scheduleActivity,
  ...schedules,
  ...scheduleActions,
  ...scriptsConfig,
  ...sessions,
  ...status,
  ...syncs,
  ...users,
  ...variables,
  ...variants,
  ...verify,
  ...why,
}
