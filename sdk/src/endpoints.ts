// Written by write-types.ts, which reads the contract of the API.

import type {
  Accepted,
  ActionToDeploy,
  ActOnSchedulesAnswer,
  AskedRuns,
  AuthSchemeInput,
  Cancelled,
  Capacity,
  CommandStateAnswer,
  Connection,
  ConnectionHeaders,
  CountRecordsAnswer,
  CountSchedulesAnswer,
  CreateIntegrationAnswer,
  CreateKeyAnswer,
  CreatePreviewAnswer,
  CreateVariantAnswer,
  Credentials,
  DeleteConnectionAnswer,
  DeletedWithConnections,
  DeployAnswer,
  DeployedAction,
  DeployedSync,
  Diagnosis,
  Environment,
  GetConfigurationAnswer,
  GetIntegrationAnswer,
  GetMeAnswer,
  GetProviderAnswer,
  GetRecordAnswer,
  GetRecordHistoryAnswer,
  GetStatsAnswer,
  GetSyncStatusAnswer,
  HeldDeletion,
  Key,
  ListAttemptsAnswer,
  ListConfiguredConnectionsAnswer,
  ListConnectionsAnswer,
  ListDeploymentsAnswer,
  ListEnvironmentsAnswer,
  ListErrorsAnswer,
  ListedRun,
  ListHeldDeletionsAnswer,
  ListIntegrationsAnswer,
  ListKeysAnswer,
  ListLogsAnswer,
  ListProvidersAnswer,
  ListRecordsAnswer,
  ListRunChangesAnswer,
  ListRunsAnswer,
  ListScheduleActivityAnswer,
  ListSchedulesAnswer,
  ListStreamsAnswer,
  ListUsersAnswer,
  PaginationSettings,
  PlanDeploymentAnswer,
  Preview,
  ProviderFile,
  PruneRecordsAnswer,
  RetrySettings,
  RotateKeyAnswer,
  SetCheckpointAnswer,
  SetMetadataAnswer,
  Success,
  SyncToDeploy,
  UpdateFrequencyAnswer,
  UpdateIntegrationAnswer,
  UpdateMetadataAnswer,
  User,
  Validation,
  Variable,
  VerifyProviderAnswer,
  VerifyRequestInput,
  Why,
} from './api-types.ts'

export interface ActOnSchedulesBody {
  /** `reset`: run now, without the checkpoint. The others are as the calls of those names. */
  action: 'trigger' | 'pause' | 'start' | 'reset' | 'frequency'
  /** Ids of schedules, 100 at most, each once. */
  ids: string[]
  /** With `frequency`, and only then. Null: the default of the deployed sync again. */
  frequency?: string | null | undefined
}

export interface CancelSyncsBody {
  /** Up to 256 of them, as `name`, `name::variant`, or both as an object. Empty: all. */
  syncs: (
    | string
    | {
        /** Name of a sync. */
        name: string
        /** Variant of the sync. */
        variant: string
      }
  )[]
  /** Key of an integration. */
  provider_config_key: string
  /** Id of a connection. Without it, all connections of the integration. */
  connection_id?: string | undefined
}

export interface CountRecordsQuery {
  /** Key of an integration. */
  provider_config_key?: string | undefined
  /** Id of a connection. */
  connection_id?: string | undefined
  /** Variant of the sync; `base` is the one that each sync has. */
  variant?: string | undefined
}

export interface CountSchedulesQuery {
  /** Key of an integration. */
  provider_config_key?: string | undefined
  /** Id of a connection. */
  connection_id?: string | undefined
  /** Syncs as `name` or `name::variant`, separated by commas. */
  syncs?: string | undefined
  /** One or both, separated by commas. */
  state?: string | undefined
  /** Only those with a run that waits (`queued`) or that a runner has (`running`); one or both. */
  run_state?: string | undefined
  /** Only those that are stale for one of these reasons, separated by commas: see docs/concepts/freshness.md. */
  reason?: string | undefined
  /** true: only those that are stale. */
  stale?: string | undefined
  /** true: only those whose last run failed, whether they are stale for it yet or not. */
  failing?: string | undefined
  /** Tags that the connection has to have: `tags[plan]=pro`. */
  tags?: Record<string, string> | undefined
  /** Only those whose sync is deployed in this version. */
  version?: string | undefined
  /** Text that the integration, connection, sync, variant or a tag of the connection contains; upper and lower case are the same. */
  q?: string | undefined
}

export interface CreateConnectionBody {
  /** Key of an integration. */
  provider_config_key: string
  /** Id of the connection, which is generated when absent. One that exists is overwritten. */
  connection_id?: string | undefined
  /** Credentials of the form that the auth of the integration takes. */
  credentials: Credentials
  /** What your functions find as metadata: any JSON object, up to 256 KiB. Absent: what the connection has stays. */
  metadata?: Record<string, unknown> | undefined
  /** Values that the templates of the provider take from the connection, such as a subdomain; up to 64 KiB. Absent: what the connection has stays. */
  connection_config?: Record<string, unknown> | undefined
  /** Up to 10 texts by name, in place of those before. Upper and lower case of names are one. */
  tags?: Record<string, string> | undefined
  /** Whose access it is, in the words of your product. */
  end_user?:
    | {
        /** Id of the user in your product. */
        id: string
        /** Email address. */
        email?: string | undefined
        /** Name for people. */
        display_name?: string | undefined
        /** Tags of the user, which filters find too. */
        tags?: Record<string, string> | undefined
        /** Whom the user works for. */
        organization?:
          | {
              /** Id of the organization in your product. */
              id: string
              /** Name for people. */
              display_name?: string | undefined
            }
          | undefined
      }
    | undefined
  /** Where webhooks about this connection go: a URL, or empty for none. */
  webhook_url_override?: string | undefined
}

export interface CreateConnectionQuery {
  /** true: store the connection only if its API accepts it. */
  verify?: string | undefined
}

export interface CreateEnvironmentBody {
  /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
  name: string
  /** How many runs may be in flight at a time: 1 to 100 000. */
  max_runs?: number | undefined
  /** Share of the runners beside other environments: 1 to 100. */
  weight?: number | undefined
  /** What syncs do that do not say it themselves when a record does not fit its model: nothing, they warn, or the save fails. */
  validate?: Validation | undefined
}

export interface CreateIntegrationBody {
  /** Key of the new integration. */
  unique_key: string
  /** A provider that is deployed or comes with Syncline, or any name together with `base_url`. */
  provider: string
  /** Name for people; the provider's when absent. */
  display_name?: string | undefined
  /** Kept for clients of other engines: Syncline receives no webhooks of vendors. */
  forward_webhooks?: boolean | undefined
  /** Your own notes: up to 100 texts of 8 192 characters. */
  integration_config?: Record<string, string> | undefined
  /** Your own notes: up to 100 texts of 8 192 characters. */
  custom?: Record<string, string> | undefined
  /** URL that paths of requests are put behind. May be a template, with alternatives separated by ` || `. */
  base_url?: string | undefined
  /** What templates take from connections, by name. */
  connection_config?:
    | Record<
        string,
        {
          /** For people who create connections. */
          description: string
          /** RE2; the whole value must match. */
          pattern?: string | undefined
          /** A value that fits. */
          example?: string | undefined
        }
      >
    | undefined
  /** Hosts beside that of base_url that get credentials: 'host', 'host:port' or '*.domain'. */
  allowed_hosts?: string[] | undefined
  /** How requests are authorized. */
  auth?: AuthSchemeInput | undefined
  /** Sent with each request. */
  headers?: Record<string, string> | undefined
  /** Functions may read tokens. */
  expose_tokens?: boolean | undefined
  /** Defaults of nango.paginate. */
  pagination?: PaginationSettings | undefined
  /** Which answers are worth another try. */
  retry?: RetrySettings | undefined
  /** How many requests the API allows. */
  budget?:
    | {
        /** Who shares it: all connections of the integration (`app`), each connection, or a template over the connection. */
        key?: string | undefined
        /** How many requests. */
        requests: number
        /** In how long, such as `1s` or `1 minute`; up to a day. */
        per?: string | undefined
      }
    | undefined
  /** A request that works if, and only if, a connection does. */
  verify?: VerifyRequestInput | undefined
  /** How late the API may show a change. */
  consistency_lag?: string | undefined
  /** How many runs may be in flight at a time: 1 to 100 000. */
  concurrency?: number | undefined
  /** Share of the runners beside other integrations: 1 to 100. */
  weight?: number | undefined
  /** Your own app at the vendor. */
  credentials?:
    | {
        /** The kind of app, as clients of other engines name it: it is kept, and changes nothing. */
        type?: 'OAUTH1' | 'OAUTH2' | 'TBA' | 'APP' | 'CUSTOM' | undefined
        /** Id of the OAuth client. */
        client_id?: string | undefined
        /** Secret of the OAuth client. */
        client_secret?: string | undefined
        /** Key that JWTs are signed with, as PEM. */
        private_key?: string | undefined
        /** Signs requests to your own app: `whsec_` and 24 to 64 bytes in base64. */
        callback_secret?: string | undefined
        /** Other secrets that templates use. */
        fields?: Record<string, string> | undefined
        /** Separated by commas. */
        scopes?: string | undefined
        /** Id of the app. */
        app_id?: string | undefined
        /** Page of the app. */
        app_link?: string | undefined
        /** Kept, and used by templates only. */
        webhook_secret?: string | undefined
      }
    | undefined
}

export interface CreateKeyBody {
  /** Name for people. */
  label: string
  /** What it may do; all when absent. */
  scopes?: ('read' | 'operate' | 'deploy' | 'secrets')[] | undefined
  /** The key may read this connection and nothing else. */
  connection?:
    | {
        /** Key of an integration. */
        provider_config_key: string
        /** Id of a connection. */
        connection_id: string
      }
    | undefined
  /** When it ends, in the future; never when absent. ISO 8601 with a time and an offset. */
  expires_at?: string | undefined
}

export interface CreatePreviewBody {
  /** Key of an integration. */
  provider_config_key: string
  /** Name of a sync. */
  sync: string
  /** Id of a connection. */
  connection_id: string
  /** Variant of the sync; `base` is the one that each sync has. */
  variant?: string | undefined
  /** The function with everything that it imports, as one CommonJS text. */
  bundle: string
  /** Names of the models that it saves records of. */
  models: string[]
  /** Older way to delete what a run did not save again. Use `trackDeletesStart` in the function. */
  track_deletes?: boolean | undefined
  /** What is done about a record that does not fit its model: nothing, the run warns, or the save fails. */
  validate?: Validation | undefined
  /** Stop when so many records were saved. Without it, run to the end. */
  limit?: number | undefined
  /** How many samples of each kind to give for a model: 0 to 1000. */
  samples?: number | undefined
  /** Keep the exchanges with the API as a recording, up to 64 MiB. */
  record?: boolean | undefined
}

export interface CreateUserBody {
  /** Name of a user, such as an email address. */
  name: string
  /** Any characters, 12 to 1024 of them. */
  password: string
  /** What the user may do; `read` when absent. */
  scopes?: ('read' | 'operate' | 'deploy' | 'secrets')[] | undefined
}

export interface CreateVariantBody {
  /** Key of an integration. */
  provider_config_key: string
  /** Id of a connection. */
  connection_id: string
}

export interface DeleteConnectionQuery {
  /** Key of an integration. */
  provider_config_key: string
}

export interface DeleteDeploymentQuery {
  /** Key of an integration. */
  provider_config_key: string
}

export interface DeleteEnvironmentQuery {
  /** The name once more. */
  confirm: string
}

export interface DeleteVariantBody {
  /** Key of an integration. */
  provider_config_key: string
  /** Id of a connection. */
  connection_id: string
}

export interface DeployBody {
  /** Syncs to deploy. What is not here stays as it is, unless `prune` is true. */
  syncs?: SyncToDeploy[] | undefined
  /** Actions to deploy. An integration may not have a sync and an action of one name. */
  actions?: ActionToDeploy[] | undefined
  /** Provider files to deploy: see docs/guides/providers.md. */
  providers?: ProviderFile[] | undefined
  /** Removes the deployed syncs (with their schedules and records) and actions that are not here. */
  prune?: boolean | undefined
  /** Functions that are not sent and still not gone: `prune` leaves them. */
  keep?:
    | {
        /** Key of an integration. */
        provider_config_key: string
        /** Name of a sync. */
        name: string
      }[]
    | undefined
  /** `plan` of POST /deployments/plan: fails with `stale_plan` if something was deployed or removed since. */
  plan?: string | undefined
}

export interface GetConfigurationQuery {
  /** true: with secrets, which needs a key with the scopes `deploy` and `secrets`. */
  secrets?: string | undefined
}

export interface GetConnectionQuery {
  /** Key of an integration. */
  provider_config_key: string
  /** true: show the refresh token too. */
  refresh_token?: string | undefined
  /** true: get a new token in any case. */
  force_refresh?: string | undefined
  /** Sent by clients of other engines; a token that has expired is renewed without it. */
  refresh_github_app_jwt_token?: string | undefined
}

export interface GetDeploymentQuery {
  /** Key of an integration. */
  provider_config_key: string
}

export interface GetIntegrationQuery {
  /** What else to show: one or both. */
  include?: 'webhook' | 'credentials' | ('webhook' | 'credentials')[] | undefined
}

export interface GetRecordHistoryQuery {
  /** Name of a model. */
  model: string
  /** Variant of the sync; `base` is the one that each sync has. */
  variant?: string | undefined
  /** `false`: each version has its id and its metadata. Payloads are not read. */
  payload?: 'true' | 'false' | undefined
  /** `next_cursor` of the page before; without it, the first page. */
  cursor?: string | undefined
  /** Versions in a page. */
  limit?: number | undefined
}

export interface GetRecordQuery {
  /** Name of a model. */
  model: string
  /** Variant of the sync; `base` is the one that each sync has. */
  variant?: string | undefined
}

export interface GetStatsQuery {
  /** Begin of the time that is looked at; 24 h before `to` by default. ISO 8601 with a time and an offset. */
  from?: string | undefined
  /** Its end; now by default. ISO 8601 with a time and an offset. */
  to?: string | undefined
  /** Seconds from one point to the next one: 60, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400, 604800. By default the shortest one with no more than 400 points, or 300 if it is less than an hour. Steps begin at multiples of it in UTC. */
  step?: number | undefined
  /** Key of an integration. */
  provider_config_key?: string | undefined
  /** Id of a connection. */
  connection_id?: string | undefined
  /** Name of a sync. */
  sync_name?: string | undefined
  /** Variant of the sync; all of them when absent. */
  variant?: string | undefined
}

export interface GetSyncStatusQuery {
  /** Key of an integration. */
  provider_config_key: string
  /** Syncs as `name` or `name::variant`, separated by commas; `*`: all. */
  syncs: string
  /** Id of a connection. Without it, all connections of the integration. */
  connection_id?: string | undefined
  /** Schedules in a page, up to 500. Without it, all of them in one answer. */
  limit?: number | undefined
  /** `next_cursor` of the page before; without it, the first page. */
  cursor?: string | undefined
}

export interface GetWhyQuery {
  /** Key of an integration. */
  provider_config_key: string
  /** Id of a connection. */
  connection_id: string
  /** Name of a sync. */
  sync_name: string
  /** Variant of the sync; `base` is the one that each sync has. */
  variant?: string | undefined
}

export interface ListConfiguredConnectionsQuery {
  /** true: with secrets, which needs a key with the scopes `deploy` and `secrets`. */
  secrets?: string | undefined
  /** Connections in a page. */
  limit?: number | undefined
  /** `next_cursor` of the page before; without it, the first page. */
  cursor?: string | undefined
}

export interface ListConnectionsQuery {
  /** Only the connection with exactly this id. */
  connectionId?: string | undefined
  /** Part of the connection id, or of the name or email address of the end user, in any case. */
  search?: string | undefined
  /** Only those of these integrations: keys, separated by commas. */
  integrationId?: string | undefined
  /** Only those of this user of your product. */
  endUserId?: string | undefined
  /** Only those of users of this organization. */
  endUserOrganizationId?: string | undefined
  /** Tags that the connection has to have: `tags[team]=a`. `end_user_id`, `end_user_email` and `end_user_display_name` count as tags. */
  tags?: Record<string, string> | undefined
  /** Connections in a page. */
  limit?: number | undefined
  /** Number of the page, from 0. */
  page?: number | undefined
}

export interface ListEnvironmentsQuery {
  /** Environments in a page. */
  limit?: number | undefined
  /** `next_cursor` of the page before; without it, the first page. */
  cursor?: string | undefined
}

export interface ListErrorsQuery {
  /** Only runs that ended at this instant or later; 7 days before `to` by default. ISO 8601 with a time and an offset. */
  from?: string | undefined
  /** Only runs that ended before this instant; now by default. ISO 8601 with a time and an offset. */
  to?: string | undefined
  /** Key of an integration. */
  provider_config_key?: string | undefined
  /** Name of a sync. */
  sync_name?: string | undefined
  /** Only errors whose message has this text, in upper or lower case. */
  q?: string | undefined
  /** What the order is by: how many runs, on how many connections, end of the first or of the last run. Equal ones by fingerprint. */
  sort?: 'count' | 'connections' | 'first_seen' | 'last_seen' | undefined
  /** `desc`: the highest or newest value first. */
  order?: 'asc' | 'desc' | undefined
  /** Errors in a page. */
  limit?: number | undefined
  /** `next_cursor` of the page before; without it, the first page. */
  cursor?: string | undefined
}

export interface ListHeldDeletionsQuery {
  /** Key of an integration. */
  provider_config_key?: string | undefined
  /** Id of a connection. */
  connection_id?: string | undefined
  /** `next_cursor` of the page before; without it, the first page. */
  cursor?: string | undefined
  /** Streams in a page. */
  limit?: number | undefined
}

export interface ListKeysQuery {
  /** Keys in a page. */
  limit?: number | undefined
  /** `next_cursor` of the page before; without it, the first page. */
  cursor?: string | undefined
}

export interface ListLogsQuery {
  /** Lines at most: the newest ones, or with `cursor`, the first ones after it. */
  limit?: number | undefined
  /** Only lines after it: `next_cursor` of an earlier answer. */
  cursor?: string | undefined
}

export interface ListProvidersQuery {
  /** Only those with this in their name, in upper or lower case. */
  search?: string | undefined
}

export interface ListRecordsQuery {
  /** Name of a model. */
  model: string
  /** Variant of the sync; `base` is the one that each sync has. */
  variant?: string | undefined
  /** Only those that changed after this instant. ISO 8601 with a time and an offset. */
  modified_after?: string | undefined
  /** Older name of `modified_after`. If both are there, this one counts. */
  delta?: string | undefined
  /** Comma-separated: `added`, `updated`, `deleted`. Only those whose last change is one of them. */
  filter?: string | undefined
  /** Records as they were at this instant, as far back as history is kept. ISO 8601 with a time and an offset. */
  as_of?: string | undefined
  /** `oldest`: what changed last comes last, and who follows the cursor misses no change. `newest`: what changed last comes first, and the cursor goes back in time. */
  order?: 'oldest' | 'newest' | undefined
  /** `false`: each record has its id and its metadata, with `run_id` and `bytes`. Payloads are not read. */
  payload?: 'true' | 'false' | undefined
  /** `next_cursor` of the page before; without it, the first page. */
  cursor?: string | undefined
  /** Records in a page. */
  limit?: number | undefined
  /** Only the records with these ids, up to 100, as far as the request line and headers have 112 KiB. */
  ids?: string | string[] | undefined
}

export interface ListRunChangesQuery {
  /** Only records of this model; all models of its sync when absent. */
  model?: string | undefined
  /** Changes in a page. */
  limit?: number | undefined
  /** `next_cursor` of the page before; without it, the first page. */
  cursor?: string | undefined
}

export interface ListRunsQuery {
  /** Key of an integration. */
  provider_config_key?: string | undefined
  /** Id of a connection. */
  connection_id?: string | undefined
  /** Name of a sync. */
  sync_name?: string | undefined
  /** Variant of the sync; `base` is the one that each sync has. */
  variant?: string | undefined
  /** Comma-separated: `queued`, `running`, `ended`. */
  state?: string | undefined
  /** Comma-separated, of runs that ended: success, or why they did not succeed. */
  outcome?: string | undefined
  /** Only runs that ended with this error: see `GET /errors`. */
  fingerprint?: string | undefined
  /** Only runs that ended with an error that has this text, in upper or lower case. */
  q?: string | undefined
  /** Only runs that ended, or of those that have not ended, that were asked for, at this instant or later. ISO 8601 with a time and an offset. */
  from?: string | undefined
  /** Only runs that ended, or of those that have not ended, that were asked for, before this instant. ISO 8601 with a time and an offset. */
  to?: string | undefined
  /** Runs in a page. */
  limit?: number | undefined
  /** `next_cursor` of the page before; without it, the first page. */
  cursor?: string | undefined
}

export interface ListScheduleActivityQuery {
  /** Ids of schedules, separated by commas, 100 at most. */
  ids: string
  /** How many days in UTC, up to today. */
  days?: number | undefined
}

export interface ListSchedulesQuery {
  /** Key of an integration. */
  provider_config_key?: string | undefined
  /** Id of a connection. */
  connection_id?: string | undefined
  /** Syncs as `name` or `name::variant`, separated by commas. */
  syncs?: string | undefined
  /** One or both, separated by commas. */
  state?: string | undefined
  /** Only those with a run that waits (`queued`) or that a runner has (`running`); one or both. */
  run_state?: string | undefined
  /** Only those that are stale for one of these reasons, separated by commas: see docs/concepts/freshness.md. */
  reason?: string | undefined
  /** true: only those that are stale. */
  stale?: string | undefined
  /** true: only those whose last run failed, whether they are stale for it yet or not. */
  failing?: string | undefined
  /** Tags that the connection has to have: `tags[plan]=pro`. */
  tags?: Record<string, string> | undefined
  /** Only those whose sync is deployed in this version. */
  version?: string | undefined
  /** Text that the integration, connection, sync, variant or a tag of the connection contains; upper and lower case are the same. */
  q?: string | undefined
  /** `place`: integration, connection, sync, variant. `last_run`: when the last run was asked for. `stale_since`: when it became stale. Those without a value come last, equal ones by place. */
  sort?: 'place' | 'last_success' | 'last_run' | 'next_run' | 'failures' | 'stale_since' | undefined
  /** `desc`: the highest or newest value first. */
  order?: 'asc' | 'desc' | undefined
  /** Schedules in a page. */
  limit?: number | undefined
  /** `next_cursor` of the page before; without it, the first page. */
  cursor?: string | undefined
}

export interface ListStreamsQuery {
  /** Key of an integration. */
  provider_config_key?: string | undefined
  /** Id of a connection. */
  connection_id?: string | undefined
  /** Only those whose `Model::variant` contains it, in upper or lower case. */
  q?: string | undefined
  /** Streams in a page. */
  limit?: number | undefined
  /** `next_cursor` of the page before; without it, the first page. */
  cursor?: string | undefined
}

export interface PauseSyncsBody {
  /** Up to 256 of them, as `name`, `name::variant`, or both as an object. Empty: all. */
  syncs: (
    | string
    | {
        /** Name of a sync. */
        name: string
        /** Variant of the sync. */
        variant: string
      }
  )[]
  /** Key of an integration. */
  provider_config_key: string
  /** Id of a connection. Without it, all connections of the integration. */
  connection_id?: string | undefined
}

export interface PlanDeploymentBody {
  /** Syncs to deploy. What is not here stays as it is, unless `prune` is true. */
  syncs?: SyncToDeploy[] | undefined
  /** Actions to deploy. An integration may not have a sync and an action of one name. */
  actions?: ActionToDeploy[] | undefined
  /** Provider files to deploy: see docs/guides/providers.md. */
  providers?: ProviderFile[] | undefined
  /** Removes the deployed syncs (with their schedules and records) and actions that are not here. */
  prune?: boolean | undefined
  /** Functions that are not sent and still not gone: `prune` leaves them. */
  keep?:
    | {
        /** Key of an integration. */
        provider_config_key: string
        /** Name of a sync. */
        name: string
      }[]
    | undefined
}

export interface PruneRecordsBody {
  /** Name of a model. */
  model: string
  /** Cursor of the last record that is pruned. */
  until_cursor: string
  /** Variant of the sync; `base` is the one that each sync has. */
  variant?: string | undefined
  /** How many records are pruned at most, up to 10 000. Without it, all up to the cursor. */
  limit?: number | undefined
}

export interface PutBundleBody {
  /** The function with everything that it imports, as one CommonJS text. */
  bundle: string
}

export interface ReleaseHeldDeletionBody {
  /** Key of an integration. */
  provider_config_key: string
  /** Id of a connection. */
  connection_id: string
  /** Name of a model. */
  model: string
  /** Variant of the sync; `base` is the one that each sync has. */
  variant?: string | undefined
}

export interface RotateKeyBody {
  /** How long the secrets that it has now still work: 0 to 30 days. */
  overlap_seconds?: number | undefined
}

export interface SetCheckpointBody {
  /** Key of an integration. */
  provider_config_key: string
  /** Id of a connection. */
  connection_id: string
  /** Name of a sync. */
  sync_name: string
  /** Variant of the sync; `base` is the one that each sync has. */
  variant?: string | undefined
  /** Up to 16 fields with texts, finite numbers and booleans; texts of 64 KiB in all. Null: none. */
  checkpoint: Record<string, string | number | boolean> | null
}

export interface SetMetadataBody {
  /** Id of a connection, or up to 100 of them. All are changed, or none. */
  connection_id: string | string[]
  /** Key of an integration. */
  provider_config_key: string
  /** A JSON object. All that a connection has of it may take 256 KiB. */
  metadata: Record<string, unknown>
}

export interface SetPasswordBody {
  /** Any characters, 12 to 1024 of them. */
  password: string
}

export interface SetVariableBody {
  /** Up to 65 536 characters. */
  value: string
}

export interface StartSyncsBody {
  /** Up to 256 of them, as `name`, `name::variant`, or both as an object. Empty: all. */
  syncs: (
    | string
    | {
        /** Name of a sync. */
        name: string
        /** Variant of the sync. */
        variant: string
      }
  )[]
  /** Key of an integration. */
  provider_config_key: string
  /** Id of a connection. Without it, all connections of the integration. */
  connection_id?: string | undefined
}

export interface StartSyncsHeaders {
  /** `return=representation`: answer with the runs. `return=minimal`, or absent: with an empty body. */
  prefer?: string | undefined
}

export interface TriggerActionBody {
  /** Name of an action. */
  action_name: string
  /** What the action takes: any JSON that fits its input schema. */
  input?: unknown
}

export interface TriggerActionHeaders {
  /** Id of a connection. */
  'connection-id': string
  /** Key of an integration. */
  'provider-config-key': string
  /** true: answer 202 at once, and keep the result for a day. */
  'x-async'?: '0' | '1' | 'true' | 'false' | undefined
  /** How often an asynchronous call that fails is repeated, from 0 to 5; 0 when absent. */
  'x-max-retries'?: number | undefined
}

export interface TriggerSyncsBody {
  /** Up to 256 syncs, as `name`, `name::variant`, or both as an object. Empty: all. */
  syncs: (
    | string
    | {
        /** Name of a sync. */
        name: string
        /** Variant of the sync. */
        variant: string
      }
  )[]
  /** Key of an integration, here or in the header of that name. */
  provider_config_key?: string | undefined
  /** Id of a connection. Without it, all connections of the integration. */
  connection_id?: string | undefined
  /** How to run. */
  opts?:
    | {
        /** true: forget the checkpoint and list everything again. */
        reset?: boolean | undefined
        /** With `reset`: delete the records first. */
        emptyCache?: boolean | undefined
      }
    | undefined
  /** Deprecated: use `opts`. */
  sync_mode?: 'incremental' | 'full_refresh' | 'full_refresh_and_clear_cache' | undefined
  /** Deprecated: use `opts`. */
  full_resync?: boolean | undefined
}

export interface TriggerSyncsHeaders {
  /** Key of an integration, if the body has none. */
  'provider-config-key'?: string | undefined
  /** Id of a connection, if the body has none. */
  'connection-id'?: string | undefined
  /** `return=representation`: answer with the runs. `return=minimal`, or absent: with an empty body. */
  prefer?: string | undefined
}

export interface UpdateConnectionBody {
  /** Whose access it is, in the words of your product, in place of what was there. */
  end_user?:
    | {
        /** Id of the user in your product. */
        id: string
        /** Email address. */
        email?: string | undefined
        /** Name for people. */
        display_name?: string | undefined
        /** Tags of the user, which filters find too. */
        tags?: Record<string, string> | undefined
        /** Whom the user works for. */
        organization?:
          | {
              /** Id of the organization in your product. */
              id: string
              /** Name for people. */
              display_name?: string | undefined
            }
          | undefined
      }
    | undefined
  /** The whole set of tags: up to 10 texts by name. */
  tags?: Record<string, string> | undefined
  /** Where webhooks about this connection go: a URL, or empty for none. */
  webhook_url_override?: string | undefined
}

export interface UpdateConnectionQuery {
  /** Key of an integration. */
  provider_config_key: string
}

export interface UpdateEnvironmentBody {
  /** How many runs may be in flight at a time: 1 to 100 000. Null: SCHEDULER_MAX_RUNS_PER_ENVIRONMENT of the scheduler. */
  max_runs?: number | null | undefined
  /** Share of the runners beside others: 1 to 100. Null: 1. */
  weight?: number | null | undefined
  /** What syncs do that do not say it themselves when a record does not fit its model: nothing, they warn, or the save fails. Null: warn. */
  validate?: Validation | null | undefined
}

export interface UpdateFrequencyBody {
  /** Name of a sync. */
  sync_name: string
  /** Variant of the sync; `base` is the one that each sync has. */
  sync_variant?: string | undefined
  /** Key of an integration. */
  provider_config_key: string
  /** Id of a connection. */
  connection_id: string
  /** An interval such as `every 30 minutes`, or a cron expression. Null: the default of the deployed sync again. */
  frequency: string | null
}

export interface UpdateIntegrationBody {
  /** Its new key. Connections, actions and keys of connections move with it. Refused while syncs are deployed for it: their schedules and records belong to the key. */
  unique_key?: string | undefined
  /** Name for people. */
  display_name?: string | undefined
  /** Kept for clients of other engines: Syncline receives no webhooks of vendors. */
  forward_webhooks?: boolean | undefined
  /** Your own notes: up to 100 texts of 8 192 characters. */
  integration_config?: Record<string, string> | undefined
  /** Your own notes: up to 100 texts of 8 192 characters. */
  custom?: Record<string, string> | undefined
  /** URL that paths of requests are put behind. May be a template, with alternatives separated by ` || `. Null: the provider's again. */
  base_url?: string | null | undefined
  /** What templates take from connections, by name. Null: the provider's again. */
  connection_config?:
    | Record<
        string,
        {
          /** For people who create connections. */
          description: string
          /** RE2; the whole value must match. */
          pattern?: string | undefined
          /** A value that fits. */
          example?: string | undefined
        }
      >
    | null
    | undefined
  /** Hosts beside that of base_url that get credentials: 'host', 'host:port' or '*.domain'. Null: the provider's again. */
  allowed_hosts?: string[] | null | undefined
  /** How requests are authorized. Null: the provider's again. */
  auth?: AuthSchemeInput | null | undefined
  /** Sent with each request. Null: the provider's again. */
  headers?: Record<string, string> | null | undefined
  /** Functions may read tokens. Null: the provider's again. */
  expose_tokens?: boolean | null | undefined
  /** Defaults of nango.paginate. Null: the provider's again. */
  pagination?: PaginationSettings | null | undefined
  /** Which answers are worth another try. Null: the provider's again. */
  retry?: RetrySettings | null | undefined
  /** How many requests the API allows. Null: the provider's again. */
  budget?:
    | {
        /** Who shares it: all connections of the integration (`app`), each connection, or a template over the connection. */
        key?: string | undefined
        /** How many requests. */
        requests: number
        /** In how long, such as `1s` or `1 minute`; up to a day. */
        per?: string | undefined
      }
    | null
    | undefined
  /** A request that works if, and only if, a connection does. Null: the provider's again. */
  verify?: VerifyRequestInput | null | undefined
  /** How late the API may show a change. Null: the provider's again. */
  consistency_lag?: string | null | undefined
  /** How many runs may be in flight at a time: 1 to 100 000. Null: no limit of its own. */
  concurrency?: number | null | undefined
  /** Share of the runners beside others: 1 to 100. Null: 1. */
  weight?: number | null | undefined
  /** Your own app at the vendor, in place of what was there. Null: none. */
  credentials?:
    | {
        /** The kind of app, as clients of other engines name it: it is kept, and changes nothing. */
        type?: 'OAUTH1' | 'OAUTH2' | 'TBA' | 'APP' | 'CUSTOM' | undefined
        /** Id of the OAuth client. */
        client_id?: string | undefined
        /** Secret of the OAuth client. */
        client_secret?: string | undefined
        /** Key that JWTs are signed with, as PEM. */
        private_key?: string | undefined
        /** Signs requests to your own app: `whsec_` and 24 to 64 bytes in base64. */
        callback_secret?: string | undefined
        /** Other secrets that templates use. */
        fields?: Record<string, string> | undefined
        /** Separated by commas. */
        scopes?: string | undefined
        /** Id of the app. */
        app_id?: string | undefined
        /** Page of the app. */
        app_link?: string | undefined
        /** Kept, and used by templates only. */
        webhook_secret?: string | undefined
      }
    | null
    | undefined
}

export interface UpdateKeyBody {
  /** Name for people. */
  label?: string | undefined
  /** What it may do, as a whole. */
  scopes?: ('read' | 'operate' | 'deploy' | 'secrets')[] | undefined
  /** When it ends, in the future: ISO 8601 with a time and an offset. Null: never. */
  expires_at?: string | null | undefined
}

export interface UpdateMetadataBody {
  /** Id of a connection, or up to 100 of them. All are changed, or none. */
  connection_id: string | string[]
  /** Key of an integration. */
  provider_config_key: string
  /** A JSON object. All that a connection has of it may take 256 KiB. */
  metadata: Record<string, unknown>
}

export interface UpdateUserBody {
  /** What the user may do, as a whole. */
  scopes: ('read' | 'operate' | 'deploy' | 'secrets')[]
}

export interface VerifyProviderBody {
  /** A file that is not deployed yet; without it, the integration as it is. */
  provider?: ProviderFile | undefined
  /** Key of an integration. */
  provider_config_key: string
  /** Id of a connection. */
  connection_id: string
}

/** What each endpoint takes, and what it answers. */
export interface Endpoints {
  /** List the records of a model, oldest change first or newest first. */
  'GET /records': {
    query: ListRecordsQuery
    headers: ConnectionHeaders
    answer: ListRecordsAnswer
  }
  /** Get one record by its id, with its metadata. */
  'GET /records/:id': {
    params: {
      /** Id of the record, as it was saved. */
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
  /** List the streams of records of a connection or an integration: models and variants, with counts and bytes. */
  'GET /records/streams': {
    query: ListStreamsQuery
    answer: ListStreamsAnswer
  }
  /** List the versions of a record, newest first, each with the run that saved it. */
  'GET /records/:id/history': {
    params: {
      /** Id of the record, as it was saved. */
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
      /** Name of a sync. */
      name: string
      /** Variant of the sync; `base` is the one that each sync has. */
      variant: string
    }
    body: CreateVariantBody
    answer: CreateVariantAnswer | Accepted
  }
  /** Delete a variant of a sync with its records. */
  'DELETE /sync/:name/variant/:variant': {
    params: {
      /** Name of a sync. */
      name: string
      /** Variant of the sync; `base` is the one that each sync has. */
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
  /** Count the schedules of the environment by state, reason, integration, sync and version. */
  'GET /schedules/counts': {
    query: CountSchedulesQuery
    answer: CountSchedulesAnswer
  }
  /** Trigger, pause, start or reset up to 100 schedules, or set their frequency. */
  'POST /schedules/actions': {
    body: ActOnSchedulesBody
    answer: ActOnSchedulesAnswer | Accepted
  }
  /** Show what schedules did on each of the last days. */
  'GET /schedules/activity': {
    query: ListScheduleActivityQuery
    answer: ListScheduleActivityAnswer
  }
  /** Set or clear the checkpoint of a schedule. */
  'PUT /schedules/checkpoint': {
    body: SetCheckpointBody
    answer: SetCheckpointAnswer | Accepted
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
      /** Id that the call was answered with. */
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
      /** Id of a run. */
      id: string
    }
    answer: ListedRun
  }
  /** List the log lines of a run. */
  'GET /runs/:id/logs': {
    params: {
      /** Id of a run. */
      id: string
    }
    query: ListLogsQuery
    answer: ListLogsAnswer
  }
  /** End a run at once; its schedule goes on at its next slot. */
  'POST /runs/:id/cancel': {
    params: {
      /** Id of a run. */
      id: string
    }
    answer: Cancelled | Accepted
  }
  /** List the attempts of a run, and what they did. */
  'GET /runs/:id/attempts': {
    params: {
      /** Id of a run. */
      id: string
    }
    answer: ListAttemptsAnswer
  }
  /** List the records that a run has changed, by model, without their payloads. */
  'GET /runs/:id/changes': {
    params: {
      /** Id of a run. */
      id: string
    }
    query: ListRunChangesQuery
    answer: ListRunChangesAnswer
  }
  /** List the errors of runs, grouped by integration, sync, outcome and message. */
  'GET /errors': {
    query: ListErrorsQuery
    answer: ListErrorsAnswer
  }
  /** Show how many runs ended over time, what they saved, how long they waited and took. */
  'GET /stats': {
    query: GetStatsQuery
    answer: GetStatsAnswer
  }
  /** Get what became of a command that was answered with 202. */
  'GET /commands/:id': {
    params: {
      /** Id that the command was answered with. */
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
    query: CreateConnectionQuery
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
      /** Id of a connection. */
      connectionId: string
    }
    query: GetConnectionQuery
    answer: Connection
  }
  /** Change the end user, the tags or the webhook URL of a connection. */
  'PATCH /connections/:connectionId': {
    params: {
      /** Id of a connection. */
      connectionId: string
    }
    query: UpdateConnectionQuery
    body: UpdateConnectionBody
    answer: Success
  }
  /** Delete a connection with its schedules and records. */
  'DELETE /connections/:connectionId': {
    params: {
      /** Id of a connection. */
      connectionId: string
    }
    query: DeleteConnectionQuery
    answer: DeleteConnectionAnswer
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
      /** Key of an integration. */
      uniqueKey: string
    }
    query: GetIntegrationQuery
    answer: GetIntegrationAnswer
  }
  /** Change an external API. */
  'PATCH /integrations/:uniqueKey': {
    params: {
      /** Key of an integration. */
      uniqueKey: string
    }
    body: UpdateIntegrationBody
    answer: UpdateIntegrationAnswer
  }
  /** Delete an external API with its connections and syncs. */
  'DELETE /integrations/:uniqueKey': {
    params: {
      /** Key of an integration. */
      uniqueKey: string
    }
    answer: DeletedWithConnections
  }
  /** List the providers: deployed ones, and those that come with Syncline. */
  'GET /providers': {
    query: ListProvidersQuery
    answer: ListProvidersAnswer
  }
  /** Get a provider. */
  'GET /providers/:name': {
    params: {
      /** Name of a provider. */
      name: string
    }
    answer: GetProviderAnswer
  }
  /** Delete a deployed provider that nothing needs. */
  'DELETE /providers/:name': {
    params: {
      /** Name of a provider. */
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
  /** Send the bundle of a function, which deployments then name by its hash. */
  'PUT /bundles/:hash': {
    params: {
      /** The sha256 of the bundle, in hex. */
      hash: string
    }
    body: PutBundleBody
    answer: Success
  }
  /** List the deployed sync functions and actions. */
  'GET /deployments': {
    answer: ListDeploymentsAnswer
  }
  /** Get a deployed sync function or action. */
  'GET /deployments/:name': {
    params: {
      /** Name of a sync or an action. */
      name: string
    }
    query: GetDeploymentQuery
    answer: DeployedSync | DeployedAction
  }
  /** Remove a deployed sync function with its schedules and records, or an action. */
  'DELETE /deployments/:name': {
    params: {
      /** Name of a sync or an action. */
      name: string
    }
    query: DeleteDeploymentQuery
    answer: Success
  }
  /** Show what a deployment would change. */
  'POST /deployments/plan': {
    body: PlanDeploymentBody
    answer: PlanDeploymentAnswer
  }
  /** Run a sync function without any effect, to see what it would change. */
  'POST /previews': {
    body: CreatePreviewBody
    answer: CreatePreviewAnswer
  }
  /** Get the state and the result of a preview. */
  'GET /previews/:id': {
    params: {
      /** Id of the preview. */
      id: string
    }
    answer: Preview
  }
  /** Get the exchanges with the API that a preview has recorded. */
  'GET /previews/:id/recording': {
    params: {
      /** Id of the preview. */
      id: string
    }
    answer: Record<string, unknown>
  }
  /** Stop a preview. */
  'POST /previews/:id/cancel': {
    params: {
      /** Id of the preview. */
      id: string
    }
    answer: Success
  }
  /** List the variables that functions can read. */
  'GET /environment-variables': {
    answer: Variable[]
  }
  /** Set a variable. */
  'PUT /environment-variables/:name': {
    params: {
      /** Name of a variable. */
      name: string
    }
    body: SetVariableBody
    answer: Success
  }
  /** Delete a variable. */
  'DELETE /environment-variables/:name': {
    params: {
      /** Name of a variable. */
      name: string
    }
    answer: Success
  }
  /** Export the configuration of an environment: what integrations, providers and variables set. */
  'GET /configuration': {
    query: GetConfigurationQuery
    answer: GetConfigurationAnswer
  }
  /** Export the connections of an environment, as they were made. */
  'GET /configuration/connections': {
    query: ListConfiguredConnectionsQuery
    answer: ListConfiguredConnectionsAnswer
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
      /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
      environment: string
    }
    answer: Environment
  }
  /** Set how much of the runners an environment gets, and how its records are checked. */
  'PATCH /environments/:environment': {
    params: {
      /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
      environment: string
    }
    body: UpdateEnvironmentBody
    answer: Environment
  }
  /** Delete an environment with everything in it. */
  'DELETE /environments/:environment': {
    params: {
      /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
      environment: string
    }
    query: DeleteEnvironmentQuery
    answer: DeletedWithConnections
  }
  /** Create a key of an environment. */
  'POST /environments/:environment/keys': {
    params: {
      /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
      environment: string
    }
    body: CreateKeyBody
    answer: CreateKeyAnswer
  }
  /** List the keys of an environment, without their secrets. */
  'GET /environments/:environment/keys': {
    params: {
      /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
      environment: string
    }
    query: ListKeysQuery
    answer: ListKeysAnswer
  }
  /** Get a key, without its secrets. */
  'GET /environments/:environment/keys/:keyId': {
    params: {
      /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
      environment: string
      /** Id of a key. */
      keyId: string
    }
    answer: Key
  }
  /** Change the label, the scopes or the expiry of a key. */
  'PATCH /environments/:environment/keys/:keyId': {
    params: {
      /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
      environment: string
      /** Id of a key. */
      keyId: string
    }
    body: UpdateKeyBody
    answer: Key
  }
  /** Delete a key: it works no longer. */
  'DELETE /environments/:environment/keys/:keyId': {
    params: {
      /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
      environment: string
      /** Id of a key. */
      keyId: string
    }
    answer: Success
  }
  /** Give a key a new secret. */
  'POST /environments/:environment/keys/:keyId/rotate': {
    params: {
      /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
      environment: string
      /** Id of a key. */
      keyId: string
    }
    body: RotateKeyBody
    answer: RotateKeyAnswer
  }
  /** Say what the key of this request is: its environment, scopes and expiry. */
  'GET /me': {
    answer: GetMeAnswer
  }
  /** Create a user of an environment, who logs in to the dashboard with a password. */
  'POST /environments/:environment/users': {
    params: {
      /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
      environment: string
    }
    body: CreateUserBody
    answer: User
  }
  /** List the users of an environment. */
  'GET /environments/:environment/users': {
    params: {
      /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
      environment: string
    }
    answer: ListUsersAnswer
  }
  /** Change what a user may do: it counts from the next request of the user on. */
  'PATCH /environments/:environment/users/:name': {
    params: {
      /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
      environment: string
      /** Name of a user, such as an email address. */
      name: string
    }
    body: UpdateUserBody
    answer: User
  }
  /** Delete a user: sessions of the user end at their next request. */
  'DELETE /environments/:environment/users/:name': {
    params: {
      /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
      environment: string
      /** Name of a user, such as an email address. */
      name: string
    }
    answer: Success
  }
  /** Give a user a new password: sessions of the user end at their next request. */
  'PUT /environments/:environment/users/:name/password': {
    params: {
      /** Name of an environment: a-z, 0-9, _ and -, up to 64 characters. */
      environment: string
      /** Name of a user, such as an email address. */
      name: string
    }
    body: SetPasswordBody
    answer: Success
  }
  /** Look at every part of the system, and say what is wrong and what to do. */
  'GET /doctor': {
    answer: Diagnosis
  }
}
