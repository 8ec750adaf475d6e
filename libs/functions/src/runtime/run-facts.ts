/** What a function may know about the run it is in. */
export interface RunFacts {
  connectionId: string
  providerConfigKey: string
  provider: string
  environmentName: string
  syncId: string
  syncJobId: number
  variant: string
  /** ISO 8601; null before the first success. */
  lastSyncDate: string | null
  /** The integration's default for `paginate`. */
  pagination: Record<string, unknown>
}
