export type { ProviderFile } from '@syncline/providers/provider-file'
export type { ActionAccepted } from './actions.ts'
export type { Accepted, AskedRuns, Cancelled, ErrorBody } from './answers.ts'
export type { Capacity } from './capacity.ts'
export type { CommandStateAnswer } from './commands.ts'
export type { ConfiguredConnection, ConfiguredIntegration, ConfiguredVariable } from './configuration.ts'
export type { Connection, ConnectionSummary, OnEventOutcome } from './connections.ts'
export type { PlannedChange, PlannedModel } from './deployment-plan.ts'
export type { ActionToDeploy, DeployedAction, DeployedSync, SyncToDeploy } from './deployments.ts'
export type { Diagnosis, DoctorCheck } from './doctor.ts'
export type { Environment } from './environments.ts'
export { Event, type EventType, eventData } from './events.ts'
export { type Freshness, StaleReason, staleReasons } from './freshness.ts'
export type { HeldDeletion } from './held-deletions.ts'
export type { Integration } from './integrations.ts'
export type { Key } from './keys.ts'
export { commonErrors, openApi } from './openapi.ts'
export type { Preview } from './previews.ts'
export type { Provider } from './providers.ts'
export { PROXY_BODY_MAX_BYTES, type ProxyHeaders } from './proxy.ts'
export type { RecordMetadata, RecordStream } from './records.ts'
export {
  type ClientAnswer,
  type ClientRequest,
  type Route,
  type Scope,
  type ServerAnswer,
  type ServerRequest,
  scopes,
} from './route.ts'
export { createRoutes, type RouteAt, type Routes } from './routes.ts'
export { attemptOutcomes, type RunAttempt } from './run-attempts.ts'
export type { RunChange } from './run-changes.ts'
export { errorSorts, type RunError } from './run-errors.ts'
export { STAT_POINTS, type StatPoint, statSteps } from './run-stats.ts'
export type { ListedRun, LogLine, Run } from './runs.ts'
export type { ScheduleActivity } from './schedule-activity.ts'
export type { Schedule } from './schedules.ts'
export type { Session } from './sessions.ts'
export type { SyncStatus } from './syncs.ts'
export type { User } from './users.ts'
export type { Variable } from './variables.ts'
export type { SkippedSlots, Why } from './why.ts'
