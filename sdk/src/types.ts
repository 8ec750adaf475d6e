import type { Accepted, ListedRun, RecordMetadata, StaleReason, SyncStatus } from '@syncline/api'

/** A record as it was saved, with what Syncline knows of it. */
export type NangoRecord<T = AnyRecord> = T & { _nango_metadata: RecordMetadata }

// biome-ignore lint/suspicious/noExplicitAny: callers who name no type may read any field of a record.
export type AnyRecord = Record<string, any>

export type RecordFilter =
  | 'added'
  | 'updated'
  | 'deleted'
  | 'added,updated'
  | 'added,deleted'
  | 'updated,deleted'

export interface ListRecordsRequestConfig {
  providerConfigKey: string
  connectionId: string
  model: string
  /** Without it, the records of the base sync. */
  variant?: string
  /** ISO 8601: only records modified after it. */
  modifiedAfter?: string
  /** Up to 500; 100 by default. */
  limit?: number
  filter?: RecordFilter
  /** `next_cursor` of the page before, or the cursor of a record. */
  cursor?: string | null
  ids?: string[]
  /** ISO 8601: the records as they were then. The operator sets how far back that goes; 7 days by default. */
  asOf?: string
}

export interface RecordHistoryRequestConfig {
  providerConfigKey: string
  connectionId: string
  model: string
  variant?: string
  id: string
  /** Up to 500; 100 by default. */
  limit?: number
  /** `next_cursor` of the page before. */
  cursor?: string | null
}

export interface PruneRecordsRequestConfig {
  providerConfigKey: string
  connectionId: string
  model: string
  variant?: string
  /** Cursor of the last record to prune. */
  untilCursor: string
  /** Without it, all that match. */
  limit?: number
}

export interface ListHeldDeletionsRequestConfig {
  providerConfigKey?: string
  connectionId?: string
  /** Up to 500; 100 by default. */
  limit?: number
  /** `next_cursor` of the page before. A page may hold fewer than `limit` though there are more. */
  cursor?: string | null
}

export interface ListSchedulesRequestConfig {
  providerConfigKey?: string
  /** Needs a `providerConfigKey`. */
  connectionId?: string
  syncs?: SyncRef[]
  state?: ('started' | 'paused')[]
  /** Only those that are stale for one of these reasons. */
  reason?: StaleReason[]
  /** Only those that are stale. */
  stale?: boolean
  /** Of their connections; all of them have to match. */
  tags?: Record<string, string>
  /** Up to 100; 100 by default. */
  limit?: number
  /** `next_cursor` of the page before. */
  cursor?: string | null
}

export interface ListRunsRequestConfig {
  providerConfigKey?: string
  /** Needs a `providerConfigKey`, and so does `sync`. */
  connectionId?: string
  sync?: SyncRef
  state?: ListedRun['state'][]
  /** Of runs that ended. */
  outcome?: ('success' | NonNullable<ListedRun['reason']>)[]
  /** Up to 100; 20 by default. */
  limit?: number
  /** `next_cursor` of the page before. */
  cursor?: string | null
}

export interface HeldDeletionRequestConfig {
  providerConfigKey: string
  connectionId: string
  model: string
  variant?: string
}

/** A sync by its name, or one of its variants. */
export type SyncRef = string | { name: string; variant: string }

export interface SyncVariant {
  provider_config_key: string
  connection_id: string
  name: string
  variant: string
}

export interface SyncStatusResponse {
  syncs: SyncStatus[]
}

/** The result of a command, or the id of one that is accepted but not done yet. */
export type MaybeLater<T> = (T & { command_id?: undefined }) | (Accepted & { [K in keyof T]?: undefined })

export interface ListConnectionsRequestConfig {
  connectionId?: string
  /** Part of the connection id. */
  search?: string
  integrationId?: string | string[]
  tags?: Record<string, string>
  limit?: number
  /** From 0. */
  page?: number
}
