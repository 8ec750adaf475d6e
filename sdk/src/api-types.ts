// Written by write-types.ts, which reads the contract of the API.

/** What went wrong, as the API names it. */
export type ErrorCode =
  | 'invalid_body'
  | 'invalid_query_params'
  | 'invalid_headers'
  | 'invalid_uri_params'
  | 'invalid_json'
  | 'invalid_cursor'
  | 'invalid_variant'
  | 'invalid_frequency'
  | 'invalid_record'
  | 'invalid_bundle'
  | 'invalid_action_input'
  | 'missing_provider_config_key'
  | 'missing_auth_header'
  | 'malformed_auth_header'
  | 'unknown_api_key'
  | 'forbidden'
  | 'invalid_credentials'
  | 'not_found'
  | 'unknown_connection'
  | 'unknown_integration'
  | 'unknown_sync'
  | 'unknown_action'
  | 'unknown_model'
  | 'unknown_run'
  | 'unknown_record'
  | 'unknown_command'
  | 'unknown_environment'
  | 'unknown_provider'
  | 'method_not_allowed'
  | 'not_offered'
  | 'already_exists'
  | 'in_use'
  | 'sync_variant_already_exists'
  | 'resource_capped'
  | 'fenced'
  | 'no_delete_tracking'
  | 'too_large'
  | 'body_too_large'
  | 'invalid_content_type'
  | 'request_in_progress'
  | 'idempotency_key_reused'
  | 'too_many_requests'
  | 'base_url_override_not_allowed'
  | 'upstream_failed'
  | 'action_failed'
  | 'script_http_error'
  | 'action_timed_out'
  | 'in_doubt'
  | 'unavailable'
  | 'deadline_exceeded'
  | 'server_error'

export interface Accepted {
  command_id: string
}

export interface ActionAccepted {
  id: string
  statusUrl: string
}

export interface ActionToDeploy {
  provider_config_key: string
  name: string
  description: string
  version?: string | undefined
  input_schema: Record<string, unknown>
  output_schema: Record<string, unknown>
  scopes?: string[] | undefined
  bundle: string
}

export interface AskedRuns {
  runs: {
    id: string
    connection_id: string
    name: string
    variant: string
  }[]
  has_more: boolean
}

export type AuthScheme =
  | {
      type: 'none'
    }
  | {
      type: 'bearer'
    }
  | {
      type: 'basic'
    }
  | {
      type: 'header'
      name: string
      prefix: string
    }
  | {
      type: 'query'
      name: string
    }
  | {
      type: 'oauth2'
      token: TokenRequest
      placement:
        | {
            in: 'header'
            name: string
            prefix: string
          }
        | {
            in: 'query'
            name: string
          }
    }
  | {
      type: 'client_credentials'
      token: TokenRequest
      placement:
        | {
            in: 'header'
            name: string
            prefix: string
          }
        | {
            in: 'query'
            name: string
          }
    }
  | {
      type: 'password'
      token: TokenRequest
      placement:
        | {
            in: 'header'
            name: string
            prefix: string
          }
        | {
            in: 'query'
            name: string
          }
    }
  | {
      type: 'jwt'
      jwt: SignedJwt
      token?: TokenRequest | undefined
      placement:
        | {
            in: 'header'
            name: string
            prefix: string
          }
        | {
            in: 'query'
            name: string
          }
    }
  | {
      type: 'two_step'
      token: TokenRequest
      placement:
        | {
            in: 'header'
            name: string
            prefix: string
          }
        | {
            in: 'query'
            name: string
          }
    }
  | {
      type: 'callback'
      url: string
      placement:
        | {
            in: 'header'
            name: string
            prefix: string
          }
        | {
            in: 'query'
            name: string
          }
    }

export type AuthSchemeInput =
  | {
      type: 'none'
    }
  | {
      type: 'bearer'
    }
  | {
      type: 'basic'
    }
  | {
      type: 'header'
      name: string
      prefix?: string | undefined
    }
  | {
      type: 'query'
      name: string
    }
  | {
      type: 'oauth2'
      token: TokenRequestInput
      placement?:
        | {
            in: 'header'
            name?: string | undefined
            prefix?: string | undefined
          }
        | {
            in: 'query'
            name: string
          }
        | undefined
    }
  | {
      type: 'client_credentials'
      token: TokenRequestInput
      placement?:
        | {
            in: 'header'
            name?: string | undefined
            prefix?: string | undefined
          }
        | {
            in: 'query'
            name: string
          }
        | undefined
    }
  | {
      type: 'password'
      token: TokenRequestInput
      placement?:
        | {
            in: 'header'
            name?: string | undefined
            prefix?: string | undefined
          }
        | {
            in: 'query'
            name: string
          }
        | undefined
    }
  | {
      type: 'jwt'
      jwt: SignedJwtInput
      token?: TokenRequestInput | undefined
      placement?:
        | {
            in: 'header'
            name?: string | undefined
            prefix?: string | undefined
          }
        | {
            in: 'query'
            name: string
          }
        | undefined
    }
  | {
      type: 'two_step'
      token: TokenRequestInput
      placement?:
        | {
            in: 'header'
            name?: string | undefined
            prefix?: string | undefined
          }
        | {
            in: 'query'
            name: string
          }
        | undefined
    }
  | {
      type: 'callback'
      url: string
      placement?:
        | {
            in: 'header'
            name?: string | undefined
            prefix?: string | undefined
          }
        | {
            in: 'query'
            name: string
          }
        | undefined
    }

export interface Cancelled {
  cancelled: number
}

export interface Capacity {
  environment: {
    name: string
    max_runs: number | null
    running: number
    waiting: number
    weight: number
  }
  integrations: {
    name: string
    max_runs: number | null
    running: number
    waiting: number
    weight: number
  }[]
  syncs: {
    name: string
    max_runs: number | null
    running: number
    waiting: number
    weight: number
  }[]
  runners: {
    id: string
    sandbox: string
    slots: number
    reserved_slots: number
    busy: number
    seen_at: string
  }[]
}

export interface CommandStateAnswer {
  id: string
  state: 'accepted' | 'done' | 'refused'
  result?:
    | {
        runs?:
          | {
              id: string
              connection_id: string
              name: string
              variant: string
            }[]
          | undefined
        has_more?: boolean | undefined
        frequency?: string | undefined
        schedule_id?: string | undefined
        cancelled?: number | undefined
      }
    | undefined
  error?:
    | {
        code: string
        message: string
      }
    | undefined
}

export interface Connection {
  id: number
  uid: string
  connection_id: string
  provider_config_key: string
  provider: string
  errors: {
    type: string
    log_id: string
  }[]
  needs_reauth: {
    since: string
    reason: string
  } | null
  end_user: {
    id: string
    email: string | null
    display_name: string | null
    tags: Record<string, string> | null
    organization: {
      id: string
      display_name: string | null
    } | null
  } | null
  tags: Record<string, string>
  metadata: Record<string, unknown> | null
  connection_config: Record<string, unknown>
  webhook_url_override: string | null
  created_at: string
  updated_at: string
  credentials: Credentials | Record<string, never>
  last_fetched_at: string | null
  token?:
    | {
        access_token: string
        expires_at: string | null
      }
    | undefined
}

export interface ConnectionHeaders {
  'connection-id': string
  'provider-config-key': string
}

export interface ConnectionSummary {
  id: number
  uid: string
  connection_id: string
  provider_config_key: string
  provider: string
  errors: {
    type: string
    log_id: string
  }[]
  needs_reauth: {
    since: string
    reason: string
  } | null
  end_user: {
    id: string
    email: string | null
    display_name: string | null
    tags: Record<string, string> | null
    organization: {
      id: string
      display_name: string | null
    } | null
  } | null
  tags: Record<string, string>
  metadata: Record<string, unknown> | null
  created: string
}

export interface CountRecordsAnswer {
  counts: {
    provider_config_key: string
    model: string
    connections: number
    records: number
    bytes: number
  }[]
}

export interface CreateIntegrationAnswer {
  data: Integration
}

export interface CreateKeyAnswer {
  id: string
  environment: string
  label: string
  scopes: ('read' | 'operate' | 'deploy' | 'secrets')[]
  connection: {
    provider_config_key: string
    connection_id: string
  } | null
  expires_at: string | null
  created_at: string
  last_used_at: string | null
  secrets: {
    hint: string
    created_at: string
    expires_at: string | null
  }[]
  secret: string
}

export interface CreateVariantAnswer {
  id: string
  name: string
  variant: string
}

export type Credentials =
  | {
      type: 'NONE'
    }
  | {
      type: 'API_KEY'
      apiKey: string
    }
  | {
      type: 'BASIC'
      username: string
      password: string
    }
  | {
      type: 'OAUTH2'
      access_token: string
      refresh_token?: string | undefined
      expires_at?: string | number | undefined
      config_override?:
        | {
            client_id?: string | undefined
            client_secret?: string | undefined
          }
        | undefined
      raw?: Record<string, unknown> | undefined
    }
  | {
      type: 'OAUTH2_CC'
      client_id: string
      client_secret: string
      client_certificate?: string | undefined
      client_private_key?: string | undefined
      token?: string | undefined
      expires_at?: string | number | undefined
      raw?: Record<string, unknown> | undefined
    }
  | {
      type: 'OAUTH1'
      oauth_token: string
      oauth_token_secret: string
      raw?: Record<string, unknown> | undefined
    }
  | {
      type: 'TBA'
      token_id: string
      token_secret: string
      config_override?:
        | {
            client_id?: string | undefined
            client_secret?: string | undefined
          }
        | undefined
    }
  | {
      type: 'APP'
      app_id: string
      installation_id: string
    }
  | {
      type: 'CUSTOM'
      [name: string]: string
    }
  | {
      type: 'CALLBACK'
    }

export interface DeployAnswer {
  providers: {
    name: string
    base_url: string
    auth: string
    changed: boolean
  }[]
  syncs: {
    provider_config_key: string
    name: string
    version: string
    models: string[]
    changed: boolean
  }[]
  actions: {
    provider_config_key: string
    name: string
    version: string
    changed: boolean
  }[]
}

export interface DeployedAction {
  provider_config_key: string
  name: string
  description: string
  version: string
  input_schema: Record<string, unknown>
  output_schema: Record<string, unknown>
  scopes: string[]
  deployed_at: string
}

export interface DeployedSync {
  provider_config_key: string
  name: string
  description: string
  version: string
  models: string[]
  frequency: string
  auto_start: boolean
  track_deletes: boolean
  fresh: string | null
  jitter: string | null
  retries: number
  concurrency: number | null
  overlap: 'skip' | 'queue_one' | 'cancel_running'
  pause_after_failures: number | null
  deployed_at: string
}

export interface Environment {
  name: string
  max_runs: number | null
  weight: number
  created_at: string
}

export interface ErrorBody {
  error: {
    code: string
    message: string
    errors?:
      | {
          code: string
          message: string
          path: string[]
        }[]
      | undefined
    request_id: string
    payload?: unknown
    upstream?:
      | {
          status: number
          headers: Record<string, string>
          body: unknown
        }
      | undefined
  }
}

export interface Freshness {
  lastSuccessAt: string | null
  freshUntil: string | null
  stale: {
    reason: StaleReason
    since: string
    until: string | null
    message: string
  } | null
}

export interface GetIntegrationAnswer {
  data: Integration
}

export interface GetMeAnswer {
  id: string
  environment: string
  label: string
  scopes: ('read' | 'operate' | 'deploy' | 'secrets')[]
  connection: {
    provider_config_key: string
    connection_id: string
  } | null
  expires_at: string | null
}

export interface GetProviderAnswer {
  data: Provider
}

export interface GetRecordAnswer {
  _nango_metadata: RecordMetadata
  [name: string]: unknown
}

export interface GetRecordHistoryAnswer {
  records: {
    _nango_metadata: RecordMetadata
    [name: string]: unknown
  }[]
  next_cursor: string | null
}

export interface GetSyncStatusAnswer {
  syncs: SyncStatus[]
  next_cursor?: string | null | undefined
}

export interface HeldDeletion {
  provider_config_key: string
  connection_id: string
  model: string
  variant: string
  at: string
  run_id: string
  unseen: number
  live: number
  reason: 'guard' | 'incomplete'
  incomplete: string | null
  released: boolean
}

export interface Integration {
  unique_key: string
  provider: string
  display_name: string
  logo: string
  forward_webhooks: boolean
  integration_config?: Record<string, string> | undefined
  custom?: Record<string, string> | undefined
  base_url: string | null
  /** What templates take from connections, by name. */
  connection_config?:
    | Record<
        string,
        {
          description: string
          pattern?: string | undefined
          example?: string | undefined
        }
      >
    | undefined
  allowed_hosts: string[]
  auth: AuthScheme
  headers: Record<string, string>
  /** Functions may read tokens. */
  expose_tokens?: boolean | undefined
  /** Defaults of nango.paginate. */
  pagination?: PaginationSettings | undefined
  retry?: RetrySettings | undefined
  /** How many requests the API allows. */
  budget?:
    | {
        key: string
        requests: number
        per: string
      }
    | undefined
  /** A request that works if, and only if, a connection does. */
  verify?: VerifyRequest | undefined
  /** How late the API may show a change. */
  consistency_lag?: string | undefined
  credentials?:
    | {
        type: 'OAUTH1' | 'OAUTH2' | 'TBA' | 'APP' | 'CUSTOM'
        client_id?: string | null | undefined
        client_secret?: string | null | undefined
        scopes?: string | null | undefined
        webhook_secret?: string | null | undefined
        app_id?: string | null | undefined
        app_link?: string | null | undefined
        private_key?: string | null | undefined
        callback_secret?: string | undefined
        fields?: Record<string, string> | undefined
      }
    | null
    | undefined
  webhook_url?: null | undefined
  concurrency: number | null
  weight: number
  created_at: string
  updated_at: string
}

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

export interface Key {
  id: string
  environment: string
  label: string
  scopes: ('read' | 'operate' | 'deploy' | 'secrets')[]
  connection: {
    provider_config_key: string
    connection_id: string
  } | null
  expires_at: string | null
  created_at: string
  last_used_at: string | null
  secrets: {
    hint: string
    created_at: string
    expires_at: string | null
  }[]
}

export interface ListConnectionsAnswer {
  connections: ConnectionSummary[]
}

export interface ListDeploymentsAnswer {
  syncs: DeployedSync[]
  actions: DeployedAction[]
}

export interface ListEnvironmentsAnswer {
  environments: Environment[]
  next_cursor: string | null
}

export interface ListHeldDeletionsAnswer {
  deletions: HeldDeletion[]
  next_cursor: string | null
}

export interface ListIntegrationsAnswer {
  data: Integration[]
}

export interface ListKeysAnswer {
  keys: Key[]
}

export interface ListLogsAnswer {
  lines: LogLine[]
}

export interface ListProvidersAnswer {
  data: {
    name: string
    display_name: string
    docs: string
    source: 'deployed' | 'first_party'
    deployed_at?: string | undefined
    auth_mode: string
    categories: string[]
    logo_url: string
    proxy: {
      base_url: string
    }
    base_url: string
    auth: string
  }[]
}

export interface ListRecordsAnswer {
  records: {
    _nango_metadata: RecordMetadata
    [name: string]: unknown
  }[]
  next_cursor: string | null
}

export interface ListRunsAnswer {
  runs: ListedRun[]
  next_cursor: string | null
}

export interface ListSchedulesAnswer {
  schedules: Schedule[]
  next_cursor: string | null
  unavailable: ('scheduler' | 'records')[]
}

export interface ListedRun {
  id: string
  state: 'queued' | 'running' | 'ended'
  reason:
    | 'failed'
    | 'cancelled'
    | 'lost'
    | 'timed_out'
    | 'cpu_limit'
    | 'event_loop_blocked'
    | 'out_of_memory'
    | 'output_limit'
    | 'protocol_violation'
    | 'crashed'
    | 'exited'
    | null
  error: string | null
  warning: string | null
  attempt: number
  fruitlessAttempts: number
  cause: string
  requestedAt: string
  startedAt: string | null
  finishedAt: string | null
  result: Record<
    string,
    {
      added: number
      updated: number
      deleted: number
    }
  >
  sandbox: string | null
  lastLines: string[]
  throttled: {
    times: number
    until: string | null
    reason: string
  } | null
  parked: string | null
  provider_config_key: string
  connection_id: string
  sync_name: string
  variant: string
}

export interface LogLine {
  at: string
  level: 'debug' | 'info' | 'warn' | 'error'
  message: string
}

export interface PaginationSettings {
  type: 'cursor' | 'link' | 'offset'
  response_path?: string | undefined
  optional_response_path?: boolean | undefined
  limit?: number | undefined
  limit_name_in_request?: string | undefined
  in_body?: boolean | undefined
  cursor_name_in_request?: string | undefined
  cursor_path_in_response?: string | undefined
  link_rel_in_response_header?: string | undefined
  link_path_in_response_body?: string | undefined
  offset_name_in_request?: string | undefined
  offset_start_value?: number | undefined
  offset_calculation_method?: 'per-page' | 'by-response-size' | undefined
}

export interface Provider {
  name: string
  display_name: string
  docs: string
  source: 'deployed' | 'first_party'
  deployed_at?: string | undefined
  auth_mode: string
  categories: string[]
  logo_url: string
  proxy: {
    base_url: string
  }
  extends?: string | undefined
  base_url: string
  /** What templates take from connections, by name. */
  connection_config?:
    | Record<
        string,
        {
          description: string
          pattern?: string | undefined
          example?: string | undefined
        }
      >
    | undefined
  /** Hosts beside that of base_url that get credentials: 'host', 'host:port' or '*.domain'. */
  allowed_hosts?: string[] | undefined
  auth?: AuthScheme | undefined
  /** Sent with each request. */
  headers?: Record<string, string> | undefined
  /** Functions may read tokens. */
  expose_tokens?: boolean | undefined
  /** Defaults of nango.paginate. */
  pagination?: PaginationSettings | undefined
  retry?: RetrySettings | undefined
  /** How many requests the API allows. */
  budget?:
    | {
        key: string
        requests: number
        per: string
      }
    | undefined
  /** A request that works if, and only if, a connection does. */
  verify?: VerifyRequest | undefined
  /** How late the API may show a change. */
  consistency_lag?: string | undefined
  integrations: string[]
}

export interface ProviderFile {
  /** Integrations refer to the provider by this name. */
  name: string
  display_name?: string | undefined
  /** The vendor's page that the file was written from. */
  docs?: string | undefined
  /** When that page was read. */
  date?: string | undefined
  /** Another provider: what is not set here is taken from it. Objects are merged, lists are replaced. */
  extends?: string | undefined
  base_url?: string | undefined
  /** What templates take from connections, by name. */
  connection_config?:
    | Record<
        string,
        {
          description: string
          pattern?: string | undefined
          example?: string | undefined
        }
      >
    | undefined
  /** Hosts beside that of base_url that get credentials: 'host', 'host:port' or '*.domain'. */
  allowed_hosts?: string[] | undefined
  auth?: AuthSchemeInput | undefined
  /** Sent with each request. */
  headers?: Record<string, string> | undefined
  /** Functions may read tokens. */
  expose_tokens?: boolean | undefined
  /** Defaults of nango.paginate. */
  pagination?: PaginationSettings | undefined
  retry?: RetrySettings | undefined
  /** How many requests the API allows. */
  budget?:
    | {
        key?: string | undefined
        requests: number
        per?: string | undefined
      }
    | undefined
  /** A request that works if, and only if, a connection does. */
  verify?: VerifyRequestInput | undefined
  /** How late the API may show a change. */
  consistency_lag?: string | undefined
}

export interface PruneRecordsAnswer {
  count: number
  has_more: boolean
}

export interface RecordMetadata {
  first_seen_at: string
  last_modified_at: string
  last_action: 'ADDED' | 'UPDATED' | 'DELETED'
  deleted_at: string | null
  pruned_at: string | null
  cursor: string
}

export interface RetrySettings {
  statuses?: number[] | undefined
  after?: string | string[] | undefined
  at?: string | string[] | undefined
  remaining?: string | string[] | undefined
}

export interface RotateKeyAnswer {
  id: string
  environment: string
  label: string
  scopes: ('read' | 'operate' | 'deploy' | 'secrets')[]
  connection: {
    provider_config_key: string
    connection_id: string
  } | null
  expires_at: string | null
  created_at: string
  last_used_at: string | null
  secrets: {
    hint: string
    created_at: string
    expires_at: string | null
  }[]
  secret: string
}

export interface Run {
  id: string
  state: 'queued' | 'running' | 'ended'
  reason:
    | 'failed'
    | 'cancelled'
    | 'lost'
    | 'timed_out'
    | 'cpu_limit'
    | 'event_loop_blocked'
    | 'out_of_memory'
    | 'output_limit'
    | 'protocol_violation'
    | 'crashed'
    | 'exited'
    | null
  error: string | null
  warning: string | null
  attempt: number
  fruitlessAttempts: number
  cause: string
  requestedAt: string
  startedAt: string | null
  finishedAt: string | null
  result: Record<
    string,
    {
      added: number
      updated: number
      deleted: number
    }
  >
  sandbox: string | null
  lastLines: string[]
  throttled: {
    times: number
    until: string | null
    reason: string
  } | null
  parked: string | null
}

export interface Schedule {
  id: string | null
  connection_id: string
  name: string
  variant: string
  type: 'INITIAL' | 'INCREMENTAL' | null
  status: 'RUNNING' | 'PAUSED' | 'STOPPED' | 'SUCCESS' | 'ERROR' | null
  frequency: string | null
  finishedAt?: string | undefined
  nextScheduledSyncAt: string | null
  latestResult?:
    | Record<
        string,
        {
          added: number
          updated: number
          deleted: number
        }
      >
    | undefined
  latestExecutionStatus?: 'RUNNING' | 'SUCCESS' | 'STOPPED' | undefined
  recordCount: Record<string, number> | null
  checkpoint: Record<string, unknown> | null
  lastRun: Run | null
  skippedSlots: number | null
  blocked: {
    reason: 'needs_reauth'
    message: string
    since: string
  } | null
  freshness: Freshness
  pausedBecause: string | null
  failures: number | null
  provider_config_key: string
}

export interface SetMetadataAnswer {
  connection_id: string | string[]
  provider_config_key: string
  metadata: Record<string, unknown>
}

export interface SignedJwt {
  algorithm: 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'ES256' | 'ES384' | 'HS256' | 'HS384' | 'HS512' | 'EdDSA'
  key: string
  key_encoding: 'text' | 'base64' | 'hex'
  header: Record<string, Json>
  claims: Record<string, Json>
  lifetime_s: number
}

export interface SignedJwtInput {
  algorithm: 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'ES256' | 'ES384' | 'HS256' | 'HS384' | 'HS512' | 'EdDSA'
  key: string
  key_encoding?: 'text' | 'base64' | 'hex' | undefined
  header?: Record<string, Json> | undefined
  claims?: Record<string, Json> | undefined
  lifetime_s?: number | undefined
}

export interface SkippedSlots {
  first: string
  last: string
  count: number
  reason: StaleReason
}

export type StaleReason =
  | 'paused'
  | 'needs_reauth'
  | 'scheduler_down'
  | 'store_unavailable'
  | 'rate_limited'
  | 'environment_full'
  | 'integration_full'
  | 'no_runner'
  | 'backfilling'
  | 'overlap'
  | 'failing'
  | 'held_back'

export interface Success {
  success: true
}

export interface SyncStatus {
  id: string
  connection_id: string
  name: string
  variant: string
  type: 'INITIAL' | 'INCREMENTAL'
  status: 'RUNNING' | 'PAUSED' | 'STOPPED' | 'SUCCESS' | 'ERROR'
  frequency: string | null
  finishedAt?: string | undefined
  nextScheduledSyncAt: string | null
  latestResult?:
    | Record<
        string,
        {
          added: number
          updated: number
          deleted: number
        }
      >
    | undefined
  latestExecutionStatus?: 'RUNNING' | 'SUCCESS' | 'STOPPED' | undefined
  recordCount: Record<string, number>
  checkpoint: Record<string, unknown> | null
  lastRun: Run | null
  skippedSlots: number
  blocked: {
    reason: 'needs_reauth'
    message: string
    since: string
  } | null
  freshness: Freshness
  pausedBecause: string | null
  failures: number
}

export interface SyncToDeploy {
  provider_config_key: string
  name: string
  description: string
  version?: string | undefined
  models: string[]
  frequency: string
  auto_start?: boolean | undefined
  track_deletes?: boolean | undefined
  fresh?: string | undefined
  jitter?: string | undefined
  retries?: number | undefined
  concurrency?: number | undefined
  overlap?: 'skip' | 'queue_one' | 'cancel_running' | undefined
  pause_after_failures?: number | undefined
  bundle: string
}

export type SynclineEvent =
  | {
      specversion: '1.0'
      id: string
      source: string
      type: 'run.started'
      time: string
      datacontenttype: 'application/json'
      dataschema: string
      data: {
        schedule: string
        provider_config_key: string
        connection_id: string
        sync: string
        variant: string
        run: string
        attempt: number
        cause: 'schedule' | 'trigger' | 'start' | 'retry'
      }
    }
  | {
      specversion: '1.0'
      id: string
      source: string
      type: 'run.ended'
      time: string
      datacontenttype: 'application/json'
      dataschema: string
      data: {
        schedule: string
        provider_config_key: string
        connection_id: string
        sync: string
        variant: string
        run: string
        attempt: number
        cause: 'schedule' | 'trigger' | 'start' | 'retry'
        outcome:
          | 'success'
          | 'failed'
          | 'cancelled'
          | 'lost'
          | 'timed_out'
          | 'cpu_limit'
          | 'event_loop_blocked'
          | 'out_of_memory'
          | 'output_limit'
          | 'protocol_violation'
          | 'crashed'
          | 'exited'
        error: string
        result: Record<
          string,
          {
            added: number
            updated: number
            deleted: number
          }
        >
        requested_at: string
        started_at: string | null
        finished_at: string
      }
    }
  | {
      specversion: '1.0'
      id: string
      source: string
      type: 'run.throttled'
      time: string
      datacontenttype: 'application/json'
      dataschema: string
      data: {
        schedule: string
        provider_config_key: string
        connection_id: string
        sync: string
        variant: string
        run: string
        attempt: number
        reason: string
        until: string
      }
    }
  | {
      specversion: '1.0'
      id: string
      source: string
      type: 'sync.stale'
      time: string
      datacontenttype: 'application/json'
      dataschema: string
      data: {
        schedule: string
        provider_config_key: string
        connection_id: string
        sync: string
        variant: string
        reason: StaleReason
        since: string
        message: string
      }
    }
  | {
      specversion: '1.0'
      id: string
      source: string
      type: 'sync.fresh'
      time: string
      datacontenttype: 'application/json'
      dataschema: string
      data: {
        schedule: string
        provider_config_key: string
        connection_id: string
        sync: string
        variant: string
        stale_since: string
      }
    }
  | {
      specversion: '1.0'
      id: string
      source: string
      type: 'sync.paused'
      time: string
      datacontenttype: 'application/json'
      dataschema: string
      data: {
        schedule: string
        provider_config_key: string
        connection_id: string
        sync: string
        variant: string
        reason: string
      }
    }
  | {
      specversion: '1.0'
      id: string
      source: string
      type: 'sync.started'
      time: string
      datacontenttype: 'application/json'
      dataschema: string
      data: {
        schedule: string
        provider_config_key: string
        connection_id: string
        sync: string
        variant: string
      }
    }
  | {
      specversion: '1.0'
      id: string
      source: string
      type: 'system.outage'
      time: string
      datacontenttype: 'application/json'
      dataschema: string
      data: {
        reason: StaleReason
        since: string
        schedules: number
      }
    }
  | {
      specversion: '1.0'
      id: string
      source: string
      type: 'system.recovered'
      time: string
      datacontenttype: 'application/json'
      dataschema: string
      data: {
        reason: StaleReason
        since: string
      }
    }
  | {
      specversion: '1.0'
      id: string
      source: string
      type: 'connection.needs_reauth'
      time: string
      datacontenttype: 'application/json'
      dataschema: string
      data: {
        provider_config_key: string
        connection_id: string
        reason: string
      }
    }
  | {
      specversion: '1.0'
      id: string
      source: string
      type: 'connection.reauthorized'
      time: string
      datacontenttype: 'application/json'
      dataschema: string
      data: {
        provider_config_key: string
        connection_id: string
        reason: string
      }
    }

export interface TokenRequest {
  url: string
  refresh_url?: string | undefined
  method: 'POST' | 'GET'
  body: 'form' | 'json' | 'query' | 'none'
  client_auth: 'body' | 'header' | 'none'
  headers: Record<string, string>
  params: Record<string, Json>
  refresh_params?: Record<string, Json> | undefined
  token_path: string
  expires_in_path: string
  expires_at_path?: string | undefined
  refresh_token_path: string
  lifetime_s?: number | undefined
  refused_statuses?: number[] | undefined
  refused_errors?: string[] | undefined
}

export interface TokenRequestInput {
  url: string
  refresh_url?: string | undefined
  method?: 'POST' | 'GET' | undefined
  body?: 'form' | 'json' | 'query' | 'none' | undefined
  client_auth?: 'body' | 'header' | 'none' | undefined
  headers?: Record<string, string> | undefined
  params?: Record<string, Json> | undefined
  refresh_params?: Record<string, Json> | undefined
  token_path?: string | undefined
  expires_in_path?: string | undefined
  expires_at_path?: string | undefined
  refresh_token_path?: string | undefined
  lifetime_s?: number | undefined
  refused_statuses?: number[] | undefined
  refused_errors?: string[] | undefined
}

export interface UpdateFrequencyAnswer {
  frequency: string
}

export interface UpdateIntegrationAnswer {
  data: Integration
}

export interface UpdateMetadataAnswer {
  connection_id: string | string[]
  provider_config_key: string
  metadata: Record<string, unknown>
}

export interface Variable {
  name: string
  value: string
}

export interface VerifyProviderAnswer {
  ok: boolean
  request: string
  status?: number | undefined
  ms: number
  reason?: string | undefined
  body?: string | undefined
}

export interface VerifyRequest {
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  data?: unknown
  statuses?: number[] | undefined
  expect?: Record<string, string | number | boolean | null> | undefined
}

export interface VerifyRequestInput {
  method?: 'GET' | 'POST' | undefined
  path: string
  headers?: Record<string, string> | undefined
  data?: unknown
  statuses?: number[] | undefined
  expect?: Record<string, string | number | boolean | null> | undefined
}

export interface Why {
  schedule: Schedule
  skipped: SkippedSlots[] | null
  runs: ListedRun[] | null
  unavailable: ('scheduler' | 'records')[]
}
