/** What a function may know about where it runs. */
export interface Facts {
  connectionId: string
  providerConfigKey: string
  provider: string
  environmentName: string
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
  /** What is done about records that do not fit their model. Absent: warn. */
  validate?: Validation
}

export interface ActionFacts extends Facts {
  actionId: string
}
