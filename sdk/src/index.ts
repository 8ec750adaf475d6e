export type {
  Capacity,
  Event as SynclineEvent,
  HeldDeletion,
  ListedRun,
  Schedule,
  SkippedSlots,
  StaleReason,
  Why,
} from '@syncline/api'
export {
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
  type NangoSync,
  type Pagination,
  type SyncDefinition,
} from '@syncline/function-types'
export { Syncline, type SynclineOptions } from './client.ts'
export { type FieldError, SynclineError } from './error.ts'
export type {
  AnyRecord,
  HeldDeletionRequestConfig,
  ListConnectionsRequestConfig,
  ListHeldDeletionsRequestConfig,
  ListRecordsRequestConfig,
  ListRunsRequestConfig,
  ListSchedulesRequestConfig,
  MaybeLater,
  NangoRecord,
  PruneRecordsRequestConfig,
  RecordFilter,
  RecordHistoryRequestConfig,
  SyncRef,
  SyncStatusResponse,
  SyncVariant,
} from './types.ts'
