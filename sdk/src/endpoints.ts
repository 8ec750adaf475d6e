// Written by write-types.ts, which reads the contract of the API.

import type {
  Accepted,
  ActionToDeploy,
  AskedRuns,
  AuthSchemeInput,
  Cancelled,
  Capacity,
  CommandStateAnswer,
  Connection,
  ConnectionHeaders,
  CountRecordsAnswer,
  CreateIntegrationAnswer,
  CreateKeyAnswer,
  CreateVariantAnswer,
  Credentials,
  DeployAnswer,
  DeployedSync,
  Environment,
  GetIntegrationAnswer,
  GetMeAnswer,
  GetProviderAnswer,
  GetRecordAnswer,
  GetRecordHistoryAnswer,
  GetSyncStatusAnswer,
  HeldDeletion,
  Key,
  ListConnectionsAnswer,
  ListDeploymentsAnswer,
  ListEnvironmentsAnswer,
  ListedRun,
  ListHeldDeletionsAnswer,
  ListIntegrationsAnswer,
  ListKeysAnswer,
  ListLogsAnswer,
  ListProvidersAnswer,
  ListRecordsAnswer,
  ListRunsAnswer,
  ListSchedulesAnswer,
  PaginationSettings,
  ProviderFile,
  PruneRecordsAnswer,
  RetrySettings,
  RotateKeyAnswer,
  SetMetadataAnswer,
  Success,
  SyncToDeploy,
  UpdateFrequencyAnswer,
  UpdateIntegrationAnswer,
  UpdateMetadataAnswer,
  Variable,
  VerifyProviderAnswer,
  VerifyRequestInput,
  Why,
} from './api-types.ts'

export interface CancelSyncsBody {
  syncs: (
    | string
    | {
        name: string
        variant: string
      }
  )[]
  provider_config_key: string
  connection_id?: string | undefined
}

export interface CountRecordsQuery {
  provider_config_key?: string | undefined
  connection_id?: string | undefined
  variant?: string | undefined
}

export interface CreateConnectionBody {
  provider_config_key: string
  connection_id?: string | undefined
  credentials: Credentials
  metadata?: Record<string, unknown> | undefined
  connection_config?: Record<string, unknown> | undefined
  tags?: Record<string, string> | undefined
  end_user?:
    | {
        id: string
        email?: string | undefined
        display_name?: string | undefined
        tags?: Record<string, string> | undefined
        organization?:
          | {
              id: string
              display_name?: string | undefined
            }
          | undefined
      }
    | undefined
  webhook_url_override?: string | undefined
}

export interface CreateEnvironmentBody {
  name: string
  max_runs?: number | undefined
  weight?: number | undefined
}

export interface CreateIntegrationBody {
  unique_key: string
  provider: string
  display_name?: string | undefined
  forward_webhooks?: boolean | undefined
  integration_config?: Record<string, string> | undefined
  custom?: Record<string, string> | undefined
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
  concurrency?: number | undefined
  weight?: number | undefined
  credentials?:
    | {
        type?: 'OAUTH1' | 'OAUTH2' | 'TBA' | 'APP' | 'CUSTOM' | undefined
        client_id?: string | undefined
        client_secret?: string | undefined
        private_key?: string | undefined
        callback_secret?: string | undefined
        fields?: Record<string, string> | undefined
        scopes?: string | undefined
        app_id?: string | undefined
        app_link?: string | undefined
        webhook_secret?: string | undefined
      }
    | undefined
}

export interface CreateKeyBody {
  label: string
  scopes?: ('read' | 'operate' | 'deploy' | 'secrets')[] | undefined
  connection?:
    | {
        provider_config_key: string
        connection_id: string
      }
    | undefined
  expires_at?: string | undefined
}

export interface CreateVariantBody {
  provider_config_key: string
  connection_id: string
}

export interface DeleteConnectionQuery {
  provider_config_key: string
}

export interface DeleteDeploymentQuery {
  provider_config_key: string
}

export interface DeleteEnvironmentQuery {
  confirm: string
}

export interface DeleteVariantBody {
  provider_config_key: string
  connection_id: string
}

export interface DeployBody {
  syncs?: SyncToDeploy[] | undefined
  actions?: ActionToDeploy[] | undefined
  providers?: ProviderFile[] | undefined
}

export interface GetConnectionQuery {
  provider_config_key: string
  refresh_token?: string | undefined
  force_refresh?: string | undefined
  refresh_github_app_jwt_token?: string | undefined
}

export interface GetDeploymentQuery {
  provider_config_key: string
}

export interface GetIntegrationQuery {
  include?: 'webhook' | 'credentials' | ('webhook' | 'credentials')[] | undefined
}

export interface GetRecordHistoryQuery {
  model: string
  variant?: string | undefined
  cursor?: string | undefined
  limit?: number | undefined
}

export interface GetRecordQuery {
  model: string
  variant?: string | undefined
}

export interface GetSyncStatusQuery {
  provider_config_key: string
  syncs: string
  connection_id?: string | undefined
  limit?: number | undefined
  cursor?: string | undefined
}

export interface GetWhyQuery {
  provider_config_key: string
  connection_id: string
  sync_name: string
  variant?: string | undefined
}

export interface ListConnectionsQuery {
  connectionId?: string | undefined
  search?: string | undefined
  integrationId?: string | undefined
  endUserId?: string | undefined
  endUserOrganizationId?: string | undefined
  tags?: Record<string, string> | undefined
  limit?: number | undefined
  page?: number | undefined
}

export interface ListEnvironmentsQuery {
  limit?: number | undefined
  cursor?: string | undefined
}

export interface ListHeldDeletionsQuery {
  provider_config_key?: string | undefined
  connection_id?: string | undefined
  cursor?: string | undefined
  limit?: number | undefined
}

export interface ListLogsQuery {
  limit?: number | undefined
}

export interface ListProvidersQuery {
  search?: string | undefined
}

export interface ListRecordsQuery {
  model: string
  variant?: string | undefined
  modified_after?: string | undefined
  delta?: string | undefined
  filter?: string | undefined
  as_of?: string | undefined
  cursor?: string | undefined
  limit?: number | undefined
  ids?: string | string[] | undefined
}

export interface ListRunsQuery {
  provider_config_key?: string | undefined
  connection_id?: string | undefined
  sync_name?: string | undefined
  variant?: string | undefined
  state?: string | undefined
  outcome?: string | undefined
  limit?: number | undefined
  cursor?: string | undefined
}

export interface ListSchedulesQuery {
  provider_config_key?: string | undefined
  connection_id?: string | undefined
  syncs?: string | undefined
  state?: string | undefined
  reason?: string | undefined
  stale?: string | undefined
  tags?: Record<string, string> | undefined
  limit?: number | undefined
  cursor?: string | undefined
}

export interface PauseSyncsBody {
  syncs: (
    | string
    | {
        name: string
        variant: string
      }
  )[]
  provider_config_key: string
  connection_id?: string | undefined
}

export interface PruneRecordsBody {
  model: string
  until_cursor: string
  variant?: string | undefined
  limit?: number | undefined
}

export interface ReleaseHeldDeletionBody {
  provider_config_key: string
  connection_id: string
  model: string
  variant?: string | undefined
}

export interface RotateKeyBody {
  overlap_seconds?: number | undefined
}

export interface SetMetadataBody {
  connection_id: string | string[]
  provider_config_key: string
  metadata: Record<string, unknown>
}

export interface SetVariableBody {
  value: string
}

export interface StartSyncsBody {
  syncs: (
    | string
    | {
        name: string
        variant: string
      }
  )[]
  provider_config_key: string
  connection_id?: string | undefined
}

export interface StartSyncsHeaders {
  prefer?: string | undefined
}

export interface TriggerActionBody {
  action_name: string
  /** As the input schema of the action says */
  input?: unknown
}

export interface TriggerActionHeaders {
  'connection-id': string
  'provider-config-key': string
  'x-async'?: '0' | '1' | 'true' | 'false' | undefined
  'x-max-retries'?: number | undefined
}

export interface TriggerSyncsBody {
  syncs: (
    | string
    | {
        name: string
        variant: string
      }
  )[]
  provider_config_key?: string | undefined
  connection_id?: string | undefined
  opts?:
    | {
        reset?: boolean | undefined
        emptyCache?: boolean | undefined
      }
    | undefined
  sync_mode?: 'incremental' | 'full_refresh' | 'full_refresh_and_clear_cache' | undefined
  full_resync?: boolean | undefined
}

export interface TriggerSyncsHeaders {
  'provider-config-key'?: string | undefined
  'connection-id'?: string | undefined
  prefer?: string | undefined
}

export interface UpdateConnectionBody {
  end_user?:
    | {
        id: string
        email?: string | undefined
        display_name?: string | undefined
        tags?: Record<string, string> | undefined
        organization?:
          | {
              id: string
              display_name?: string | undefined
            }
          | undefined
      }
    | undefined
  tags?: Record<string, string> | undefined
  webhook_url_override?: string | undefined
}

export interface UpdateConnectionQuery {
  provider_config_key: string
}

export interface UpdateEnvironmentBody {
  max_runs?: number | null | undefined
  weight?: number | null | undefined
}

export interface UpdateFrequencyBody {
  sync_name: string
  sync_variant?: string | undefined
  provider_config_key: string
  connection_id: string
  frequency: string | null
}

export interface UpdateIntegrationBody {
  unique_key?: string | undefined
  display_name?: string | undefined
  forward_webhooks?: boolean | undefined
  integration_config?: Record<string, string> | undefined
  custom?: Record<string, string> | undefined
  base_url?: string | null | undefined
  connection_config?:
    | Record<
        string,
        {
          description: string
          pattern?: string | undefined
          example?: string | undefined
        }
      >
    | null
    | undefined
  allowed_hosts?: string[] | null | undefined
  auth?: AuthSchemeInput | null | undefined
  headers?: Record<string, string> | null | undefined
  expose_tokens?: boolean | null | undefined
  pagination?: PaginationSettings | null | undefined
  retry?: RetrySettings | null | undefined
  budget?:
    | {
        key?: string | undefined
        requests: number
        per?: string | undefined
      }
    | null
    | undefined
  verify?: VerifyRequestInput | null | undefined
  consistency_lag?: string | null | undefined
  concurrency?: number | null | undefined
  weight?: number | null | undefined
  credentials?:
    | {
        type?: 'OAUTH1' | 'OAUTH2' | 'TBA' | 'APP' | 'CUSTOM' | undefined
        client_id?: string | undefined
        client_secret?: string | undefined
        private_key?: string | undefined
        callback_secret?: string | undefined
        fields?: Record<string, string> | undefined
        scopes?: string | undefined
        app_id?: string | undefined
        app_link?: string | undefined
        webhook_secret?: string | undefined
      }
    | null
    | undefined
}

export interface UpdateKeyBody {
  label?: string | undefined
  scopes?: ('read' | 'operate' | 'deploy' | 'secrets')[] | undefined
  expires_at?: string | null | undefined
}

export interface UpdateMetadataBody {
  connection_id: string | string[]
  provider_config_key: string
  metadata: Record<string, unknown>
}

export interface VerifyProviderBody {
  provider?: ProviderFile | undefined
  provider_config_key: string
  connection_id: string
}

/** What each endpoint takes, and what it answers. */
export interface Endpoints {
  /** List the records of a model, oldest change first. */
  'GET /records': {
    query: ListRecordsQuery
    headers: ConnectionHeaders
    answer: ListRecordsAnswer
  }
  /** Get one record by its id, with its metadata. */
  'GET /records/:id': {
    params: {
      id: string
    }
    query: GetRecordQuery
    headers: ConnectionHeaders
    answer: GetRecordAnswer
  }
  /** Count the records of each model that are not deleted. */
  'GET /records/counts': {
    query: CountRecordsQuery
    answer: CountRecordsAnswer
  }
  /** List the versions of a record, newest first. */
  'GET /records/:id/history': {
    params: {
      id: string
    }
    query: GetRecordHistoryQuery
    headers: ConnectionHeaders
    answer: GetRecordHistoryAnswer
  }
  /** Empty the payloads of records up to a cursor, and keep their metadata. */
  'PATCH /records/prune': {
    headers: ConnectionHeaders
    body: PruneRecordsBody
    answer: PruneRecordsAnswer
  }
  /** List what syncs did not save again and was held back instead of being deleted. */
  'GET /records/held-deletions': {
    query: ListHeldDeletionsQuery
    answer: ListHeldDeletionsAnswer
  }
  /** Let the next complete pass of a sync delete what the guard has held back, once. */
  'POST /records/held-deletions/release': {
    body: ReleaseHeldDeletionBody
    answer: HeldDeletion
  }
  /** Run syncs now. */
  'POST /sync/trigger': {
    headers: TriggerSyncsHeaders
    body: TriggerSyncsBody
    answer: AskedRuns | undefined | Accepted
  }
  /** Resume the schedules of syncs; those that were paused run at once. */
  'POST /sync/start': {
    headers: StartSyncsHeaders
    body: StartSyncsBody
    answer: AskedRuns | undefined | Accepted
  }
  /** Pause the schedules of syncs; a run in progress completes. */
  'POST /sync/pause': {
    body: PauseSyncsBody
    answer: undefined | Accepted
  }
  /** End the active runs of syncs at once; their schedules go on at the next slots. */
  'POST /sync/cancel': {
    body: CancelSyncsBody
    answer: Cancelled | Accepted
  }
  /** Get the status of syncs. */
  'GET /sync/status': {
    query: GetSyncStatusQuery
    answer: GetSyncStatusAnswer
  }
  /** Set how often a sync runs on a connection. */
  'PUT /sync/update-connection-frequency': {
    body: UpdateFrequencyBody
    answer: UpdateFrequencyAnswer | Accepted
  }
  /** Make a variant of a sync on a connection. */
  'POST /sync/:name/variant/:variant': {
    params: {
      name: string
      variant: string
    }
    body: CreateVariantBody
    answer: CreateVariantAnswer | Accepted
  }
  /** Delete a variant of a sync with its records. */
  'DELETE /sync/:name/variant/:variant': {
    params: {
      name: string
      variant: string
    }
    body: DeleteVariantBody
    answer: undefined | Accepted
  }
  /** List the schedules of the environment with their status. */
  'GET /schedules': {
    query: ListSchedulesQuery
    answer: ListSchedulesAnswer
  }
  /** Say why a schedule is stale, if it is. */
  'GET /why': {
    query: GetWhyQuery
    answer: Why
  }
  /** Call an action of a connection. */
  'POST /action/trigger': {
    headers: TriggerActionHeaders
    body: TriggerActionBody
    answer: unknown
  }
  /** Get the result of an asynchronous action. */
  'GET /action/:id': {
    params: {
      id: string
    }
    answer: unknown
  }
  /** List runs, newest first. */
  'GET /runs': {
    query: ListRunsQuery
    answer: ListRunsAnswer
  }
  /** Get one run, also after it has ended. */
  'GET /runs/:id': {
    params: {
      id: string
    }
    answer: ListedRun
  }
  /** List the log lines of a run. */
  'GET /runs/:id/logs': {
    params: {
      id: string
    }
    query: ListLogsQuery
    answer: ListLogsAnswer
  }
  /** End a run at once; its schedule goes on at its next slot. */
  'POST /runs/:id/cancel': {
    params: {
      id: string
    }
    answer: Cancelled | Accepted
  }
  /** Get what became of a command that was answered with 202. */
  'GET /commands/:id': {
    params: {
      id: string
    }
    answer: CommandStateAnswer
  }
  /** Show what limits runs, what is in flight and waits, and the runners. */
  'GET /capacity': {
    answer: Capacity
  }
  /** Make a connection, or give an existing one new credentials. */
  'POST /connections': {
    body: CreateConnectionBody
    answer: Connection
  }
  /** List connections, newest first. */
  'GET /connections': {
    query: ListConnectionsQuery
    answer: ListConnectionsAnswer
  }
  /** Get a connection with its credentials and a token that works. */
  'GET /connections/:connectionId': {
    params: {
      connectionId: string
    }
    query: GetConnectionQuery
    answer: Connection
  }
  /** Change the end user, the tags or the webhook URL of a connection. */
  'PATCH /connections/:connectionId': {
    params: {
      connectionId: string
    }
    query: UpdateConnectionQuery
    body: UpdateConnectionBody
    answer: Success
  }
  /** Delete a connection with its schedules and records. */
  'DELETE /connections/:connectionId': {
    params: {
      connectionId: string
    }
    query: DeleteConnectionQuery
    answer: Success
  }
  /** Replace the metadata of connections. */
  'POST /connections/metadata': {
    body: SetMetadataBody
    answer: SetMetadataAnswer
  }
  /** Change the given keys of the metadata of connections. */
  'PATCH /connections/metadata': {
    body: UpdateMetadataBody
    answer: UpdateMetadataAnswer
  }
  /** Register an external API. */
  'POST /integrations': {
    body: CreateIntegrationBody
    answer: CreateIntegrationAnswer
  }
  /** List the external APIs. */
  'GET /integrations': {
    answer: ListIntegrationsAnswer
  }
  /** Get an external API. */
  'GET /integrations/:uniqueKey': {
    params: {
      uniqueKey: string
    }
    query: GetIntegrationQuery
    answer: GetIntegrationAnswer
  }
  /** Change an external API. */
  'PATCH /integrations/:uniqueKey': {
    params: {
      uniqueKey: string
    }
    body: UpdateIntegrationBody
    answer: UpdateIntegrationAnswer
  }
  /** Delete an external API with its connections and syncs. */
  'DELETE /integrations/:uniqueKey': {
    params: {
      uniqueKey: string
    }
    answer: Success
  }
  /** List the providers: deployed ones, and those that come with Syncline. */
  'GET /providers': {
    query: ListProvidersQuery
    answer: ListProvidersAnswer
  }
  /** Get a provider. */
  'GET /providers/:name': {
    params: {
      name: string
    }
    answer: GetProviderAnswer
  }
  /** Delete a deployed provider that nothing needs. */
  'DELETE /providers/:name': {
    params: {
      name: string
    }
    answer: Success
  }
  /** Make the verify request of a provider with the credentials of a connection. */
  'POST /providers/verify': {
    body: VerifyProviderBody
    answer: VerifyProviderAnswer
  }
  /** Deploy sync functions, actions and providers. */
  'POST /deployments': {
    body: DeployBody
    answer: DeployAnswer
  }
  /** List the deployed sync functions and actions. */
  'GET /deployments': {
    answer: ListDeploymentsAnswer
  }
  /** Get a deployed sync function. */
  'GET /deployments/:name': {
    params: {
      name: string
    }
    query: GetDeploymentQuery
    answer: DeployedSync
  }
  /** Remove a deployed sync function with its schedules and records, or an action. */
  'DELETE /deployments/:name': {
    params: {
      name: string
    }
    query: DeleteDeploymentQuery
    answer: Success
  }
  /** List the variables that functions can read. */
  'GET /environment-variables': {
    answer: Variable[]
  }
  /** Set a variable. */
  'PUT /environment-variables/:name': {
    params: {
      name: string
    }
    body: SetVariableBody
    answer: Success
  }
  /** Delete a variable. */
  'DELETE /environment-variables/:name': {
    params: {
      name: string
    }
    answer: Success
  }
  /** Create an environment. */
  'POST /environments': {
    body: CreateEnvironmentBody
    answer: Environment
  }
  /** List the environments in the order of their names. */
  'GET /environments': {
    query: ListEnvironmentsQuery
    answer: ListEnvironmentsAnswer
  }
  /** Get an environment. */
  'GET /environments/:environment': {
    params: {
      environment: string
    }
    answer: Environment
  }
  /** Set how much of the runners an environment gets. */
  'PATCH /environments/:environment': {
    params: {
      environment: string
    }
    body: UpdateEnvironmentBody
    answer: Environment
  }
  /** Delete an environment with everything in it. */
  'DELETE /environments/:environment': {
    params: {
      environment: string
    }
    query: DeleteEnvironmentQuery
    answer: Success
  }
  /** Create a key of an environment. */
  'POST /environments/:environment/keys': {
    params: {
      environment: string
    }
    body: CreateKeyBody
    answer: CreateKeyAnswer
  }
  /** List the keys of an environment, without their secrets. */
  'GET /environments/:environment/keys': {
    params: {
      environment: string
    }
    answer: ListKeysAnswer
  }
  /** Get a key, without its secrets. */
  'GET /environments/:environment/keys/:keyId': {
    params: {
      environment: string
      keyId: string
    }
    answer: Key
  }
  /** Change the label, the scopes or the expiry of a key. */
  'PATCH /environments/:environment/keys/:keyId': {
    params: {
      environment: string
      keyId: string
    }
    body: UpdateKeyBody
    answer: Key
  }
  /** Delete a key: it works no longer. */
  'DELETE /environments/:environment/keys/:keyId': {
    params: {
      environment: string
      keyId: string
    }
    answer: Success
  }
  /** Give a key a new secret. */
  'POST /environments/:environment/keys/:keyId/rotate': {
    params: {
      environment: string
      keyId: string
    }
    body: RotateKeyBody
    answer: RotateKeyAnswer
  }
  /** Say what the key of this request is: its environment, scopes and expiry. */
  'GET /me': {
    answer: GetMeAnswer
  }
}
