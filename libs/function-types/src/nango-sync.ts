import type { z } from 'zod'
import type { CheckpointMethods } from './checkpoint-methods.ts'
import type { ConnectionMethods } from './connection-methods.ts'
import type { FunctionFacts } from './function-facts.ts'
import type { HttpMethods } from './http-methods.ts'
import type { LockMethods } from './lock-methods.ts'
import type { LogMethods } from './log-methods.ts'
import type { Models } from './models.ts'
import type { RecordMethods } from './record-methods.ts'
import type { TriggerMethods } from './trigger-methods.ts'

/** What a sync function works with. Every effect outside of its process goes through this object. */
export interface NangoSync<
  M extends Models = Models,
  Metadata extends z.ZodType | undefined = z.ZodType,
  Checkpoint extends z.ZodObject = z.ZodObject,
> extends HttpMethods,
    RecordMethods<M>,
    CheckpointMethods<Checkpoint>,
    ConnectionMethods<Metadata>,
    LogMethods,
    LockMethods,
    TriggerMethods,
    FunctionFacts {
  readonly syncId: string
  /** Number of the run: the same for all its attempts, and higher with every run. */
  readonly syncJobId: number
  /** `base` for the unnamed one. */
  readonly variant: string
  /** Start of the last run that succeeded. */
  readonly lastSyncDate: Date | undefined
  /** The deployed sync. */
  readonly syncConfig: SyncConfig
  /** @deprecated Whether the sync was deployed with `trackDeletes`. */
  readonly track_deletes: boolean
  /** The streams of the sync were emptied before this run. */
  readonly emptyCache: boolean
}

export interface SyncConfig {
  readonly sync_name: string
  readonly type: 'sync'
  readonly models: readonly string[]
  /** Frequency. */
  readonly runs: string
  readonly version: string
  readonly track_deletes: boolean
}
