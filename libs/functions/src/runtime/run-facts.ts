import type { SyncConfig } from '@syncline/function-types'

/** What a function may know about where it runs. */
export interface Facts {
  connectionId: string
  providerConfigKey: string
  provider: string
  environmentName: string
  /** Numbers that stand for the environment and the connection. */
  environmentId: number
  nangoConnectionId: number
  /** Id of the run or the action. */
  activityLogId: string
  /** The environment's variable NANGO_LOGGER_LEVEL, or an empty text. */
  logLevel: string
  /** The integration's default for `paginate`. */
  pagination: Record<string, unknown>
}

export type Validation = 'off' | 'warn' | 'strict'

/** What a sync may know about the run it is in. */
export interface RunFacts extends Facts {
  syncId: string
  syncJobId: number
  variant: string
  /** ISO 8601; null before the first success. */
  lastSyncDate: string | null
  syncConfig: SyncConfig
  emptyCache: boolean
  /** What is done about records that do not fit their model. Absent: warn. */
  validate?: Validation
}
