/** What a function may know about where it runs. */
export interface FunctionFacts {
  readonly connectionId: string
  readonly providerConfigKey: string
  readonly provider: string
  readonly environmentName: string
  /** A number made of the environment's name. */
  readonly environmentId: number
  /** 0: Syncline has environments, and no accounts above them. */
  readonly accountId: number
  /** Number of the connection, as `id` in answers of the API. */
  readonly nangoConnectionId: number
  /** Its log is at `GET /runs/<id>/logs`. */
  readonly activityLogId: string
  readonly scriptType: 'sync' | 'action' | 'on-event'
  /** False: also in a preview the code runs on the server. */
  readonly isCLI: boolean
  /** There are none. */
  readonly runnerFlags: Readonly<Record<string, never>>
  /** What `log` writes at least. */
  readonly logger: { readonly level: string }
  readonly ActionError: new (payload: unknown) => Error
}
