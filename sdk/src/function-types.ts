import type { z } from 'zod'

/** A model: what its records look like. Each record has an `id`. */
export type ModelSchema = z.ZodObject
export type Models = Record<string, ModelSchema>

/** What a sync function is: when it runs, what it saves, and the code. */
export interface SyncDefinition<
  M extends Models = Models,
  Metadata extends z.ZodType = z.ZodType,
  Checkpoint extends z.ZodObject = z.ZodObject,
> {
  description: string
  /** `every hour`, `every 30 minutes`, or a cron expression with an optional time zone: `0 6 * * 1-5 Europe/Berlin`. */
  frequency: string
  /** By name; the name is what `GET /records?model=` asks for. */
  models: M
  version?: string
  /** Run as soon as there is a connection. Default true. */
  autoStart?: boolean
  /** Of the connection, as `nango.getMetadata()` gives it. */
  metadata?: Metadata
  /** Flat: strings, numbers, booleans. What the sync remembers from run to run. */
  checkpoint?: Checkpoint
  /** @deprecated Use `trackDeletesStart` and `trackDeletesEnd`. */
  trackDeletes?: boolean
  /** @deprecated Use checkpoints. */
  syncType?: 'full' | 'incremental'
  /** @deprecated Has no effect. */
  endpoints?: unknown
  /** For your documentation. */
  scopes?: string[]
  webhookSubscriptions?: string[]
  exec: (nango: NangoSync<M, Metadata, Checkpoint>) => Promise<unknown>
  onWebhook?: (nango: NangoSync<M, Metadata, Checkpoint>, payload: unknown) => Promise<unknown>
}

// biome-ignore lint/suspicious/noExplicitAny: only the author knows what an API answers, and existing functions rely on it
type Unchecked = any

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type OneOrMore = string | string[]

/** A request to the connection's API. The connection's credentials and the integration's headers are added. */
export interface HttpRequest {
  /** Below the integration's base URL, such as `/v1/users`. A full URL is taken as it is. */
  endpoint: string
  params?: Record<string, unknown> | string
  headers?: Record<string, unknown>
  data?: unknown
  /** How many more times to try after 429, 5xx and network faults. Default 0. */
  retries?: number
  /** Further statuses worth a retry. */
  retryOn?: number[] | null
  /** Response headers that say when to try again: `after` in seconds, `at` as a Unix time in seconds. */
  retryHeader?: { after?: OneOrMore; at?: OneOrMore }
  baseUrlOverride?: string
  /** Default: JSON, or the text if it is none. */
  responseType?: 'arraybuffer' | 'blob' | 'document' | 'json' | 'text' | 'stream'
  /** Keep credentials when a redirect leads to another host. */
  forwardHeadersOnRedirect?: boolean
  /** A run may use its own connection only: if given, it must be that one. */
  providerConfigKey?: string
  connectionId?: string
  method?: Method | Lowercase<Method>
  paginate?: Partial<Pagination>
}

export interface HttpResponse<T = unknown> {
  data: T
  status: number
  statusText: string
  /** Names in lower case. */
  headers: Record<string, string>
}

/** How an API hands out pages. What the integration sets as its default need not be repeated. */
export interface Pagination {
  type: 'cursor' | 'link' | 'offset' | (string & {})
  /** Where in the body the page's items are: `data.items`. Default: the body itself. */
  response_path?: string
  limit?: number | string
  limit_name_in_request?: string
  /** Send limit, cursor and offset in the body. Default: for POST, PUT and PATCH. */
  in_body?: boolean
  cursor_name_in_request?: string
  cursor_path_in_response?: string
  link_rel_in_response_header?: string
  link_path_in_response_body?: string
  offset_name_in_request?: string
  offset_start_value?: number
  offset_calculation_method?: 'per-page' | 'by-response-size'
  on_page?: (page: {
    nextPageParam?: string | number | undefined
    response: HttpResponse
  }) => Promise<void> | void
}

export interface FunctionConnection<Metadata = Record<string, unknown>> {
  connection_id: string
  provider_config_key: string
  provider: string
  credentials: Record<string, unknown>
  connection_config: Record<string, unknown>
  metadata: Metadata | null
  tags: Record<string, string>
  created_at: string
  updated_at: string
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

type RecordOf<M extends Models, Name extends keyof M> = z.infer<M[Name]>
type Id = string | number

/** What a sync function works with. Everything it does to the world goes through this object. */
export interface NangoSync<
  M extends Models = Models,
  Metadata extends z.ZodType = z.ZodType,
  Checkpoint extends z.ZodObject = z.ZodObject,
> {
  readonly connectionId: string
  readonly providerConfigKey: string
  readonly provider: string
  readonly environmentName: string
  readonly syncId: string
  /** Number of the run: the same for all its attempts, and higher with every run. */
  readonly syncJobId: number
  /** `base` for the unnamed one. */
  readonly variant: string
  /** Start of the last run that succeeded. */
  readonly lastSyncDate: Date | undefined
  readonly ActionError: new (payload: unknown) => Error

  get<T = Unchecked>(request: HttpRequest): Promise<HttpResponse<T>>
  post<T = Unchecked>(request: HttpRequest): Promise<HttpResponse<T>>
  put<T = Unchecked>(request: HttpRequest): Promise<HttpResponse<T>>
  patch<T = Unchecked>(request: HttpRequest): Promise<HttpResponse<T>>
  delete<T = Unchecked>(request: HttpRequest): Promise<HttpResponse<T>>
  proxy<T = Unchecked>(request: HttpRequest): Promise<HttpResponse<T>>
  /** Page after page of items. */
  paginate<T = Unchecked>(request: HttpRequest): AsyncGenerator<T[], undefined, void>
  /** A request without the connection's credentials. */
  uncontrolledFetch(request: {
    url: URL
    method?: Method
    headers?: Record<string, string>
    body?: string | null
  }): Promise<Response>

  /** Saves whole records: new ones are added, changed ones replaced. */
  batchSave<Name extends keyof M & string>(records: RecordOf<M, Name>[], model: Name): Promise<true>
  /** Merges parts into records that exist. */
  batchUpdate<Name extends keyof M & string>(
    records: (Partial<RecordOf<M, Name>> & { id: Id })[],
    model: Name,
  ): Promise<true>
  batchDelete<Name extends keyof M & string>(
    records: (Partial<RecordOf<M, Name>> & { id: Id })[],
    model: Name,
  ): Promise<true>
  /** @deprecated Use `batchSave`. */
  batchSend<Name extends keyof M & string>(records: RecordOf<M, Name>[], model: Name): Promise<true>
  /** By the ids as they were given; what is not there is absent. */
  getRecordsByIds<I extends Id, T = Unchecked>(ids: I[], model: keyof M & string): Promise<Map<I, T>>
  /** Every record of the model, page after page in the order of change. */
  listRecords<T = Unchecked>(
    model: keyof M & string,
    options?: { cursor?: string },
  ): AsyncGenerator<T[], undefined, void>
  setMergingStrategy(strategy: { strategy: 'override' }, model: keyof M & string): Promise<void>
  /** From here to `trackDeletesEnd`, in this run or a later one, every live record is to be saved. */
  trackDeletesStart(model: keyof M & string): Promise<void>
  /**
   * Deletes the records that were not saved since `trackDeletesStart`. If that is most of them, nothing is deleted and
   * the run ends with a warning, in case the API has left some out by mistake: `allowMassDelete` deletes them.
   */
  trackDeletesEnd(
    model: keyof M & string,
    options?: { allowMassDelete?: boolean },
  ): Promise<{ deletedKeys: string[] } | undefined>
  /** @deprecated Use `trackDeletesStart` and `trackDeletesEnd`. */
  deleteRecordsFromPreviousExecutions(
    model: keyof M & string,
    options?: { allowMassDelete?: boolean },
  ): Promise<void>

  /** What an earlier run saved; null at first. */
  getCheckpoint(): Promise<z.infer<Checkpoint> | null>
  /** Replaces the checkpoint, once everything saved before is durable. It stays even if the run fails later. */
  saveCheckpoint(checkpoint: z.infer<Checkpoint>): Promise<void>
  clearCheckpoint(): Promise<void>

  getConnection(
    providerConfigKey?: string,
    connectionId?: string,
    options?: unknown,
  ): Promise<FunctionConnection<z.infer<Metadata>>>
  getMetadata<T = z.infer<Metadata>>(): Promise<T>
  /** Replaces the connection's metadata. */
  setMetadata(metadata: Record<string, unknown>): Promise<void>
  /** Sets single keys of the connection's metadata. */
  updateMetadata(metadata: Record<string, unknown>): Promise<void>
  getToken(): Promise<unknown>
  getIntegration(): Promise<{ unique_key: string; provider: string; display_name: string }>
  getEnvironmentVariables(): Promise<{ name: string; value: string }[]>

  /** A line in the run's log: `log('text', { more: 1 }, { level: 'warn' })`. */
  log(message: unknown, ...details: unknown[]): Promise<void>
  setLogger(options: { level: LogLevel | 'off' }): void
  zodValidateInput<T extends z.ZodType>(request: {
    zodSchema: T
    input: unknown
  }): Promise<{ data: z.infer<T> }>
}
