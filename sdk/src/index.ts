export type {
  Capacity,
  Environment,
  Event as SynclineEvent,
  HeldDeletion,
  Key,
  ListedRun,
  Schedule,
  SkippedSlots,
  StaleReason,
  Why,
} from '@syncline/api'
export {
  type ActionDefinition,
  ActionError,
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
  type Pagination,
  type SyncDefinition,
} from '@syncline/function-types'
export { Syncline, type SynclineOptions } from './client.ts'
export type { CopyOptions, CopyResult, CursorStore, RecordBatch } from './copy-records.ts'
export { type ClientErrorCode, type FieldError, SynclineError, type SynclineErrorCode } from './error.ts'
export type { WaitOptions } from './poll.ts'
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
