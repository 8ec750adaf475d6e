export { Syncline, type SynclineOptions } from './client.ts'
export { type FieldError, SynclineError } from './error.ts'
export type {
  AnyRecord,
  ListConnectionsRequestConfig,
  ListRecordsRequestConfig,
  MaybeLater,
  NangoRecord,
  PruneRecordsRequestConfig,
  RecordFilter,
  SyncRef,
  SyncStatusResponse,
  SyncVariant,
} from './types.ts'
