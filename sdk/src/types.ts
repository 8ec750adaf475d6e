import type { Accepted, RecordMetadata, SyncStatus } from './api-types.ts'
import type { ListRecordsQuery, PruneRecordsBody } from './endpoints.ts'
import type { CamelCase } from './snake-case.ts'

/** The first page begins at `null`, as if there were no cursor. */
export type Paged<T> = Omit<T, 'cursor'> & { cursor?: string | null | undefined }

/** A record as it was saved, with what Syncline knows of it. */
export type NangoRecord<T = AnyRecord> = T & { _nango_metadata: RecordMetadata }

// biome-ignore lint/suspicious/noExplicitAny: callers who name no type may read any field of a record.
export type AnyRecord = Record<string, any>

export interface RecordsPage<T> {
  records: NangoRecord<T>[]
  /** Null at the end: what is saved later comes after the cursor of the last record. */
  next_cursor: string | null
}

export type RecordFilter =
  | 'added'
  | 'updated'
  | 'deleted'
  | 'added,updated'
  | 'added,deleted'
  | 'updated,deleted'

/** Whose records. */
export interface ConnectionRef {
  providerConfigKey: string
  connectionId: string
}

export type ListRecordsRequestConfig = ConnectionRef &
  Paged<Omit<CamelCase<ListRecordsQuery>, 'filter' | 'ids' | 'delta' | 'limit' | 'payload'>> & {
    /** Without it each record has its id and its metadata, with `run_id` and `bytes`. */
    payload?: boolean | undefined
    /** Up to 500; 100 by default. */
    limit?: number | undefined
    filter?: RecordFilter | undefined
    ids?: string[] | undefined
  }

export type PruneRecordsRequestConfig = ConnectionRef & CamelCase<PruneRecordsBody>

/** A sync by its name, or one of its variants. */
export type SyncRef = string | { name: string; variant: string }

/** Which syncs: those of one connection, or without a `connectionId`, of all connections of the integration. */
export interface SyncsRef {
  providerConfigKey: string
  /** None = all. */
  syncs: SyncRef[]
  connectionId?: string
}

export interface SyncVariant {
  provider_config_key: string
  connection_id: string
  name: string
  variant: string
}

export interface SyncStatusResponse {
  syncs: SyncStatus[]
  /** With a `limit`: the `cursor` of the next page; null: this is the last one. */
  next_cursor?: string | null | undefined
}

/** The result of a command, or the id of one that is accepted but not done yet. */
export type MaybeLater<T> = (T & { command_id?: undefined }) | (Accepted & { [K in keyof T]?: undefined })
