// What the API takes and answers, by name.

export {
  type ActionDefinition,
  ActionError,
  type ConnectionEvent,
  createAction,
  createOnEvent,
  createSync,
  type FunctionConnection,
  type HttpRequest,
  type HttpResponse,
  type LogLevel,
  type ModelSchema,
  type Models,
  type NangoAction,
  type NangoSync,
  type OnEventDefinition,
  type Pagination,
  type ProxyConfiguration,
  type SyncDefinition,
} from '@syncline/function-types'
export type * from './api-types.ts'
export { Syncline, type SynclineOptions } from './client.ts'
export type { CopyOptions, CopyResult, CursorStore, RecordBatch } from './copy-records.ts'
export { type ClientErrorCode, type FieldError, SynclineError, type SynclineErrorCode } from './error.ts'
export type { WaitOptions } from './poll.ts'
export type * from './resources/actions.ts'
export type * from './resources/commands.ts'
export type * from './resources/configuration.ts'
export type * from './resources/connections.ts'
export type * from './resources/deployments.ts'
export type * from './resources/environments.ts'
export type * from './resources/held-deletions.ts'
export type * from './resources/integrations.ts'
export type * from './resources/keys.ts'
export type * from './resources/previews.ts'
export type * from './resources/providers.ts'
export type * from './resources/records.ts'
export type * from './resources/runs.ts'
export type * from './resources/schedules.ts'
export type * from './resources/syncs.ts'
export type * from './resources/users.ts'
export type * from './resources/variables.ts'
export type { CallOptions } from './transport.ts'
export type {
  AnyRecord,
  ConnectionRef,
  ListRecordsRequestConfig,
  MaybeLater,
  NangoRecord,
  PruneRecordsRequestConfig,
  RecordFilter,
  RecordsPage,
  SyncRef,
  SyncStatusResponse,
  SyncsRef,
  SyncVariant,
} from './types.ts'
export { verifyWebhook, type WebhookToVerify, WebhookVerificationError } from './verify-webhook.ts'
