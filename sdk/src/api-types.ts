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
  | 'duplicate_model'
  | 'invalid_action_input'
  | 'missing_provider_config_key'
  | 'missing_auth_header'
  | 'malformed_auth_header'
  | 'unknown_api_key'
  | 'no_session'
  | 'wrong_login'
  | 'forbidden'
  | 'invalid_credentials'
  | 'connection_test_failed'
  | 'connection_validation_failed'
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
  | 'unknown_bundle'
  | 'method_not_allowed'
  | 'not_offered'
  | 'already_exists'
  | 'stale_plan'
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
  | 'idempotency_store_full'
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
  /** `GET /commands/{id}` tells what became of it. */
  command_id: string
}

export interface ActOnSchedulesAnswer {
  /** In the order of `ids`. */
  results: ScheduleResult[]
}

export interface ActionAccepted {
  /** Id of the call. */
  id: string
  /** Where its result will be, below the host of the API. */
  statusUrl: string
}

export interface ActionToDeploy {
  /** Key of an integration. */
  provider_config_key: string
  /** Name of a sync. */
  name: string
  /** What it does, for people: up to 2 000 characters. */
  description: string
  /** `n` or `x.y.z`. Without it, the last one is counted on with each new bundle. */
  version?: string | undefined
  /** JSON Schema of what it takes, up to 64 KiB. */
  input_schema: Record<string, unknown>
  /** JSON Schema of what it returns, up to 64 KiB. */
  output_schema: Record<string, unknown>
  /** Of the external API, for people. */
  scopes?: string[] | undefined
  /** It runs at this moment of each connection of the integration. Absent: somebody calls it. */
  event?: 'post-connection-creation' | 'pre-connection-deletion' | 'validate-connection' | undefined
  /** The function with everything that it imports, as one CommonJS text. */
  bundle?: string | undefined
  /** Instead of `bundle`: the sha256 of that text in hex, if it was sent with PUT /bundles/{hash} or is deployed. */
  bundle_hash?: string | undefined
}

export interface AskedRuns {
  /** The first 100 of the runs that were asked for. Each waits for a runner, or for the run before it. */
  runs: {
    /** Id of the run: see `GET /runs/{id}`. */
    id: string
    /** Id of the connection. */
    connection_id: string
    /** Name of the sync. */
    name: string
    /** Variant of the sync. */
    variant: string
  }[]
  /** There are more than 100. */
  has_more: boolean
}

export type AuthScheme =
  | {
      /** Requests carry no credentials. */
      type: 'none'
    }
  | {
      /** An API key or token as `Authorization: Bearer`. */
      type: 'bearer'
    }
  | {
      /** User and password, or an API key as the user, as HTTP basic. */
      type: 'basic'
    }
  | {
      /** An API key or token in a header. */
      type: 'header'
      /** Name of the header. */
      name: string
      /** What stands before the key. */
      prefix: string
    }
  | {
      /** An API key or token in the query. */
      type: 'query'
      /** Name of the parameter. */
      name: string
    }
  | {
      /** A token with a refresh token, from an authorization that somebody else has done. */
      type: 'oauth2'
      /** The request that renews the token. */
      token: TokenRequest
      /** Where the token goes in a request. */
      placement:
        | {
            /** In a header. */
            in: 'header'
            /** Name of the header. */
            name: string
            /** What stands before the token. */
            prefix: string
          }
        | {
            /** In the query. */
            in: 'query'
            /** Name of the parameter. */
            name: string
          }
    }
  | {
      /** A token for client id and secret of the connection. */
      type: 'client_credentials'
      /** The request that gives the token. */
      token: TokenRequest
      /** Where the token goes in a request. */
      placement:
        | {
            /** In a header. */
            in: 'header'
            /** Name of the header. */
            name: string
            /** What stands before the token. */
            prefix: string
          }
        | {
            /** In the query. */
            in: 'query'
            /** Name of the parameter. */
            name: string
          }
    }
  | {
      /** A token for user and password of the connection. */
      type: 'password'
      /** The request that gives the token. */
      token: TokenRequest
      /** Where the token goes in a request. */
      placement:
        | {
            /** In a header. */
            in: 'header'
            /** Name of the header. */
            name: string
            /** What stands before the token. */
            prefix: string
          }
        | {
            /** In the query. */
            in: 'query'
            /** Name of the parameter. */
            name: string
          }
    }
  | {
      /** A JWT that we sign: the token itself, or what a token is given for. */
      type: 'jwt'
      /** The JWT. */
      jwt: SignedJwt
      /** The JWT is the assertion of a JWT bearer grant (RFC 7523), or, if a header of this request is a template with `${jwt}`, it authorizes this request. Absent: the JWT is the token. */
      token?: TokenRequest | undefined
      /** Where the token goes in a request. */
      placement:
        | {
            /** In a header. */
            in: 'header'
            /** Name of the header. */
            name: string
            /** What stands before the token. */
            prefix: string
          }
        | {
            /** In the query. */
            in: 'query'
            /** Name of the parameter. */
            name: string
          }
    }
  | {
      /** A first call, written as templates over the credentials, gives a token. */
      type: 'two_step'
      /** The first call. */
      token: TokenRequest
      /** Where the token goes in a request. */
      placement:
        | {
            /** In a header. */
            in: 'header'
            /** Name of the header. */
            name: string
            /** What stands before the token. */
            prefix: string
          }
        | {
            /** In the query. */
            in: 'query'
            /** Name of the parameter. */
            name: string
          }
    }
  | {
      /** A URL of your own app gives the token. The request is signed with `callback_secret`. */
      type: 'callback'
      /** URL of your own app. */
      url: string
      /** Where the token goes in a request. */
      placement:
        | {
            /** In a header. */
            in: 'header'
            /** Name of the header. */
            name: string
            /** What stands before the token. */
            prefix: string
          }
        | {
            /** In the query. */
            in: 'query'
            /** Name of the parameter. */
            name: string
          }
    }

export type AuthSchemeInput =
  | {
      /** Requests carry no credentials. */
      type: 'none'
    }
  | {
      /** An API key or token as `Authorization: Bearer`. */
      type: 'bearer'
    }
  | {
      /** User and password, or an API key as the user, as HTTP basic. */
      type: 'basic'
    }
  | {
      /** An API key or token in a header. */
      type: 'header'
      /** Name of the header. */
      name: string
      /** What stands before the key. */
      prefix?: string | undefined
    }
  | {
      /** An API key or token in the query. */
      type: 'query'
      /** Name of the parameter. */
      name: string
    }
  | {
      /** A token with a refresh token, from an authorization that somebody else has done. */
      type: 'oauth2'
      /** The request that renews the token. */
      token: TokenRequestInput
      /** Where the token goes in a request. */
      placement?:
        | {
            /** In a header. */
            in: 'header'
            /** Name of the header. */
            name?: string | undefined
            /** What stands before the token. */
            prefix?: string | undefined
          }
        | {
            /** In the query. */
            in: 'query'
            /** Name of the parameter. */
            name: string
          }
        | undefined
    }
  | {
      /** A token for client id and secret of the connection. */
      type: 'client_credentials'
      /** The request that gives the token. */
      token: TokenRequestInput
      /** Where the token goes in a request. */
      placement?:
        | {
            /** In a header. */
            in: 'header'
            /** Name of the header. */
            name?: string | undefined
            /** What stands before the token. */
            prefix?: string | undefined
          }
        | {
            /** In the query. */
            in: 'query'
            /** Name of the parameter. */
            name: string
          }
        | undefined
    }
  | {
      /** A token for user and password of the connection. */
      type: 'password'
      /** The request that gives the token. */
      token: TokenRequestInput
      /** Where the token goes in a request. */
      placement?:
        | {
            /** In a header. */
            in: 'header'
            /** Name of the header. */
            name?: string | undefined
            /** What stands before the token. */
            prefix?: string | undefined
          }
        | {
            /** In the query. */
            in: 'query'
            /** Name of the parameter. */
            name: string
          }
        | undefined
    }
  | {
      /** A JWT that we sign: the token itself, or what a token is given for. */
      type: 'jwt'
      /** The JWT. */
      jwt: SignedJwtInput
      /** The JWT is the assertion of a JWT bearer grant (RFC 7523), or, if a header of this request is a template with `${jwt}`, it authorizes this request. Absent: the JWT is the token. */
      token?: TokenRequestInput | undefined
      /** Where the token goes in a request. */
      placement?:
        | {
            /** In a header. */
            in: 'header'
            /** Name of the header. */
            name?: string | undefined
            /** What stands before the token. */
            prefix?: string | undefined
          }
        | {
            /** In the query. */
            in: 'query'
            /** Name of the parameter. */
            name: string
          }
        | undefined
    }
  | {
      /** A first call, written as templates over the credentials, gives a token. */
      type: 'two_step'
      /** The first call. */
      token: TokenRequestInput
      /** Where the token goes in a request. */
      placement?:
        | {
            /** In a header. */
            in: 'header'
            /** Name of the header. */
            name?: string | undefined
            /** What stands before the token. */
            prefix?: string | undefined
          }
        | {
            /** In the query. */
            in: 'query'
            /** Name of the parameter. */
            name: string
          }
        | undefined
    }
  | {
      /** A URL of your own app gives the token. The request is signed with `callback_secret`. */
      type: 'callback'
      /** URL of your own app. */
      url: string
      /** Where the token goes in a request. */
      placement?:
        | {
            /** In a header. */
            in: 'header'
            /** Name of the header. */
            name?: string | undefined
            /** What stands before the token. */
            prefix?: string | undefined
          }
        | {
            /** In the query. */
            in: 'query'
            /** Name of the parameter. */
            name: string
          }
        | undefined
    }

export interface Cancelled {
  /** How many runs were ended. */
  cancelled: number
}

export interface Capacity {
  /** Limit and runs of the whole environment. */
  environment: {
    /** Name of the environment or integration; of a sync, `<integration>/<sync>`. */
    name: string
    /** Runs that may be in flight at a time; null: any number. */
    max_runs: number | null
    /** Runs in flight. */
    running: number
    /** Runs that may be handed out, and wait. */
    waiting: number
    /** Its share of the runners beside others. */
    weight: number
  }
  /** Integrations with a limit, a weight, or runs in flight or waiting. */
  integrations: {
    /** Name of the environment or integration; of a sync, `<integration>/<sync>`. */
    name: string
    /** Runs that may be in flight at a time; null: any number. */
    max_runs: number | null
    /** Runs in flight. */
    running: number
    /** Runs that may be handed out, and wait. */
    waiting: number
    /** Its share of the runners beside others. */
    weight: number
  }[]
  /** Syncs with a limit, or runs in flight or waiting. */
  syncs: {
    /** Name of the environment or integration; of a sync, `<integration>/<sync>`. */
    name: string
    /** Runs that may be in flight at a time; null: any number. */
    max_runs: number | null
    /** Runs in flight. */
    running: number
    /** Runs that may be handed out, and wait. */
    waiting: number
    /** Its share of the runners beside others. */
    weight: number
  }[]
  /** The runners, which serve all environments. */
  runners: {
    /** Id of the runner, new at each start. */
    id: string
    /** Level of isolation of the functions: basic, partial, oswall or namespaced. */
    sandbox: string
    /** Runs that it can have in flight. */
    slots: number
    /** Further slots, only for runs of environments that have none in flight. */
    reserved_slots: number
    /** Runs that it has in flight. */
    busy: number
    /** When it was heard of last: ISO 8601 in UTC with milliseconds. */
    seen_at: string
  }[]
  /** Runs of the environment that may be handed out, and wait. Runs that wait for their API are not counted. */
  waiting: {
    /** By lane of the queue. */
    lanes: {
      /** Somebody asked for them. */
      triggered: number
      /** Their schedules never succeeded. */
      first: number
      /** All others. */
      fresh: number
    }
    /** By what they wait for. */
    reasons: {
      /** The environment has `max_runs` in flight. */
      environment_full: number
      /** Their integration, or their sync, has `max_runs` in flight. */
      integration_full: number
      /** No runner has a free slot. */
      no_runner: number
    }
  }
}

export interface CommandStateAnswer {
  /** Id of the command. */
  id: string
  /** `accepted`: it waits, or goes on as soon as a service answers again. `done`, `refused`: it has ended. */
  state: 'accepted' | 'done' | 'refused'
  /** What its call would have answered, of a command that is done. */
  result?:
    | {
        /** The first 100 of the runs that were asked for. Each waits for a runner, or for the run before it. */
        runs?:
          | {
              /** Id of the run: see `GET /runs/{id}`. */
              id: string
              /** Id of the connection. */
              connection_id: string
              /** Name of the sync. */
              name: string
              /** Variant of the sync. */
              variant: string
            }[]
          | undefined
        /** There are more than 100. */
        has_more?: boolean | undefined
        /** Of a change of the frequency: the one that holds now. */
        frequency?: string | undefined
        /** Of a new variant: id of its schedule. */
        schedule_id?: string | undefined
        /** How many runs were ended. */
        cancelled?: number | undefined
        /** Of an action on schedules: the schedules with which nothing was done, and why. */
        results?: ScheduleResult[] | undefined
      }
    | undefined
  /** Why it was refused, of a command that is. */
  error?:
    | {
        /** For programs: as in an error. */
        code: string
        /** For people: as in an error. */
        message: string
      }
    | undefined
}

export interface ConfiguredConnection {
  /** Key of an integration. */
  provider_config_key: string
  /** Id of a connection. */
  connection_id: string
  /** Credentials of the form that the auth of the integration takes. */
  credentials?: Credentials | undefined
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

export interface ConfiguredIntegration {
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
  auth?: AuthScheme | undefined
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
        key: string
        /** How many requests. */
        requests: number
        /** In how long, such as `1s` or `1 minute`; up to a day. */
        per: string
      }
    | undefined
  /** A request that works if, and only if, a connection does. */
  verify?: VerifyRequest | undefined
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

export interface ConfiguredVariable {
  /** Its name. */
  name: string
  /** Its value. Null: secrets were not asked for. */
  value: string | null
}

export interface Connection {
  /** A number for clients that keep one. It is made of `uid`, which is unique; the number may not be. */
  id: number
  /** Random id, which is another one when the connection is deleted and made again. */
  uid: string
  /** Key of the integration. */
  provider_config_key: string
  /** Id of the connection. */
  connection_id: string
  /** Provider of the integration. */
  provider: string
  /** Empty, or one error: it needs new credentials. */
  errors: {
    /** `auth`: the connection needs new credentials. */
    type: string
    /** Always empty. */
    log_id: string
  }[]
  /** Its credentials were refused for good; POST /connections with the same id gives it new ones. */
  needs_reauth: {
    /** When they were refused: ISO 8601 in UTC with milliseconds. */
    since: string
    /** For people: what the API said. */
    reason: string
  } | null
  /** Whose access it is, in the words of your product. */
  end_user: {
    /** Id of the user in your product. */
    id: string
    /** Email address. */
    email: string | null
    /** Name for people. */
    display_name: string | null
    /** Tags of the user. */
    tags: Record<string, string> | null
    /** Whom the user works for. */
    organization: {
      /** Id of the organization in your product. */
      id: string
      /** Name for people. */
      display_name: string | null
    } | null
  } | null
  /** Texts by name. */
  tags: Record<string, string>
  /** What you and your functions keep about the connection: any JSON object. */
  metadata: Record<string, unknown> | null
  /** Values that the templates of the provider take from the connection, such as a subdomain. */
  connection_config: Record<string, unknown>
  /** Where webhooks about this connection go; null: where those of the environment go. */
  webhook_url_override: string | null
  /** When it was made: ISO 8601 in UTC with milliseconds. */
  created_at: string
  /** When it was changed last: ISO 8601 in UTC with milliseconds. */
  updated_at: string
  /** Functions that run because it was created (`post-connection-creation`), for a day. */
  on_events: OnEventOutcome[]
  /** Empty if the key lacks the scope `secrets`; `token` is absent then. */
  credentials: Credentials | Record<string, never>
  /** When its credentials were read last, to the minute: ISO 8601 in UTC with milliseconds. Null: never. */
  last_fetched_at: string | null
  /** The token that requests are sent with, where Syncline gets it with the credentials. */
  token?:
    | {
        /** The token. */
        access_token: string
        /** When it expires: ISO 8601 in UTC with milliseconds. Null: it is not known. */
        expires_at: string | null
      }
    | undefined
}

export interface ConnectionHeaders {
  /** Id of a connection. */
  'connection-id': string
  /** Key of an integration. */
  'provider-config-key': string
}

export interface ConnectionSummary {
  /** A number for clients that keep one. It is made of `uid`, which is unique; the number may not be. */
  id: number
  /** Random id, which is another one when the connection is deleted and made again. */
  uid: string
  /** Key of the integration. */
  provider_config_key: string
  /** Id of the connection. */
  connection_id: string
  /** Provider of the integration. */
  provider: string
  /** Empty, or one error: it needs new credentials. */
  errors: {
    /** `auth`: the connection needs new credentials. */
    type: string
    /** Always empty. */
    log_id: string
  }[]
  /** Its credentials were refused for good; POST /connections with the same id gives it new ones. */
  needs_reauth: {
    /** When they were refused: ISO 8601 in UTC with milliseconds. */
    since: string
    /** For people: what the API said. */
    reason: string
  } | null
  /** Whose access it is, in the words of your product. */
  end_user: {
    /** Id of the user in your product. */
    id: string
    /** Email address. */
    email: string | null
    /** Name for people. */
    display_name: string | null
    /** Tags of the user. */
    tags: Record<string, string> | null
    /** Whom the user works for. */
    organization: {
      /** Id of the organization in your product. */
      id: string
      /** Name for people. */
      display_name: string | null
    } | null
  } | null
  /** Texts by name. */
  tags: Record<string, string>
  /** What you and your functions keep about the connection: any JSON object. */
  metadata: Record<string, unknown> | null
  /** When it was made: ISO 8601 in UTC with milliseconds. */
  created: string
}

export interface CountRecordsAnswer {
  /** One for each integration and model. */
  counts: {
    /** Key of the integration. */
    provider_config_key: string
    /** Name of the model. */
    model: string
    /** How many connections these are. */
    connections: number
    /** Records that are not deleted. */
    records: number
    /** Bytes of their payloads, as JSON. */
    bytes: number
  }[]
}

export interface CountSchedulesAnswer {
  /** How many schedules there are. */
  total: number
  /** Schedules whose slots become runs. Null: the scheduler does not answer. */
  started: number | null
  /** Schedules that are paused. Null: the scheduler does not answer. */
  paused: number | null
  /** Schedules whose connection needs new credentials. Null: the scheduler does not answer. */
  blocked: number | null
  /** Schedules with a run that waits. Null: the scheduler does not answer. */
  queued: number | null
  /** Schedules with a run that a runner has. Null: the scheduler does not answer. */
  running: number | null
  /** Schedules whose last run failed, whether they are stale for it yet or not. Null: the scheduler does not answer. */
  failing: number | null
  /** Schedules whose records are as new as they are meant to be. */
  fresh: number
  /** The others. */
  stale: number
  /** Stale schedules by reason. */
  reasons: Record<string, number>
  /** By integration. */
  integrations: {
    /** Key of the integration. */
    provider_config_key: string
    /** How many schedules there are. */
    total: number
    /** How many of them are stale. */
    stale: number
  }[]
  /** By sync, with its variants. */
  syncs: {
    /** Key of the integration. */
    provider_config_key: string
    /** Name of the sync. */
    sync_name: string
    /** Version that is deployed. */
    version: string
    /** How many schedules there are. */
    total: number
    /** How many of them are stale. */
    stale: number
  }[]
  /** By version of the sync that is deployed. */
  versions: {
    /** Version of syncs. */
    version: string
    /** How many schedules there are. */
    total: number
    /** How many of them are stale. */
    stale: number
  }[]
  /** Services that did not answer: what they alone know is null. */
  unavailable: ('scheduler' | 'records')[]
}

export interface CreateIntegrationAnswer {
  /** The integration. */
  data: Integration
}

export interface CreateKeyAnswer {
  /** Its id. */
  id: string
  /** Environment that it opens. */
  environment: string
  /** Name for people. */
  label: string
  /** What it may do. */
  scopes: ('read' | 'operate' | 'deploy' | 'secrets')[]
  /** Of a key that reads this connection and nothing else. */
  connection: {
    /** Key of an integration. */
    provider_config_key: string
    /** Id of a connection. */
    connection_id: string
  } | null
  /** When it ends: ISO 8601 in UTC with milliseconds. Null: never. */
  expires_at: string | null
  /** When it was made: ISO 8601 in UTC with milliseconds. */
  created_at: string
  /** When it was used last, to the minute. Null: never, or it is not known. */
  last_used_at: string | null
  /** Newest first; the secrets themselves are shown once, when they are made. */
  secrets: {
    /** Its last four characters. */
    hint: string
    /** When it was made: ISO 8601 in UTC with milliseconds. */
    created_at: string
    /** A rotation has replaced it, and it works until then. */
    expires_at: string | null
  }[]
  /** What clients send. It is shown this once. */
  secret: string
}

export interface CreatePreviewAnswer {
  /** Id of the preview. */
  id: string
}

export interface CreateVariantAnswer {
  /** Id of its schedule. */
  id: string
  /** Name of the sync. */
  name: string
  /** The new variant. */
  variant: string
}

export type Credentials =
  | {
      /** The API is public. */
      type: 'NONE'
    }
  | {
      /** An API key. */
      type: 'API_KEY'
      /** The key, up to 1 024 characters. */
      apiKey: string
    }
  | {
      /** A user and a password. */
      type: 'BASIC'
      /** May be empty. */
      username: string
      /** May be empty. */
      password: string
    }
  | {
      /** Tokens of an OAuth 2 authorization. */
      type: 'OAUTH2'
      /** The access token. */
      access_token: string
      /** Renews the access token. */
      refresh_token?: string | undefined
      /** When the access token ends: ISO 8601, Unix seconds or Unix milliseconds. Absent: nobody knows. */
      expires_at?: string | number | undefined
      /** An OAuth client of its own, in place of that of the integration. */
      config_override?:
        | {
            /** Id of the OAuth client. */
            client_id?: string | undefined
            /** Secret of the OAuth client. */
            client_secret?: string | undefined
          }
        | undefined
      /** What the provider has answered when it gave them. */
      raw?: Record<string, unknown> | undefined
    }
  | {
      /** Client id and secret: Syncline gets the token. */
      type: 'OAUTH2_CC'
      /** Id of the client. */
      client_id: string
      /** Secret of the client. */
      client_secret: string
      /** Kept, for templates. */
      client_certificate?: string | undefined
      /** Kept, for templates. */
      client_private_key?: string | undefined
      /** A token that was got already. */
      token?: string | undefined
      /** When that token ends: ISO 8601, Unix seconds or Unix milliseconds. */
      expires_at?: string | number | undefined
      /** What the provider has answered when it gave them. */
      raw?: Record<string, unknown> | undefined
    }
  | {
      /** Tokens of an OAuth 1 authorization: kept for those who read them. Syncline signs no OAuth 1 requests. */
      type: 'OAUTH1'
      /** The token. */
      oauth_token: string
      /** Its secret. */
      oauth_token_secret: string
      /** What the provider has answered when it gave them. */
      raw?: Record<string, unknown> | undefined
    }
  | {
      /** Tokens of a token-based authorization: kept for those who read them. Syncline signs no such requests. */
      type: 'TBA'
      /** Id of the token. */
      token_id: string
      /** Its secret. */
      token_secret: string
      /** A client of its own, in place of that of the integration. */
      config_override?:
        | {
            /** Id of the OAuth client. */
            client_id?: string | undefined
            /** Secret of the OAuth client. */
            client_secret?: string | undefined
          }
        | undefined
    }
  | {
      /** An installation of an app whose key the integration has. */
      type: 'APP'
      /** Id of the app. */
      app_id: string
      /** Id of the installation. */
      installation_id: string
    }
  | {
      /** What templates and functions use, as further fields with texts or objects. */
      type: 'CUSTOM'
      [name: string]: string | Record<string, unknown>
    }
  | {
      /** The token comes from your own app. */
      type: 'CALLBACK'
    }

export interface DeleteConnectionAnswer {
  /** Always true: failures are errors. */
  success: true
  /** Functions that ran before it was deleted. Absent: the integration has none. */
  on_events?: OnEventOutcome[] | undefined
}

export interface DeletedWithConnections {
  /** Always true: failures are errors. */
  success: true
  /** Functions for `pre-connection-deletion` of its connections. Absent: there are none. */
  on_events?: DeletionCalls | undefined
}

export interface DeletionCalls {
  /** How many ended without an error. */
  done: number
  /** How many failed, or found no runner. */
  failed: number
  /** How many did not run, because the time for all of them had passed. */
  skipped: number
  /** The first 100 of those that failed. The log of the gateway names all. */
  failures: {
    /** Key of the integration. */
    provider_config_key: string
    /** Id of the connection that was deleted. */
    connection_id: string
    /** Name of the function. */
    name: string
    /** Its log is at GET /runs/{log_id}/logs. */
    log_id: string
    /** Why it failed. */
    error: string
  }[]
}

export interface DeployAnswer {
  /** Those that extend a deployed one are deployed again with it. */
  providers: {
    /** Name of the provider. */
    name: string
    /** URL that paths of requests are put behind. May be a template. */
    base_url: string
    /** How requests are authorized: the type of its auth. */
    auth: string
    /** false: it was deployed already, as it is. */
    changed: boolean
  }[]
  /** Those of the request. */
  syncs: {
    /** Key of an integration. */
    provider_config_key: string
    /** Name of a sync. */
    name: string
    /** `n` or `x.y.z`. */
    version: string
    /** Names of the models that it saves records of. */
    models: string[]
    /** false: it was deployed already, as it is. */
    changed: boolean
  }[]
  /** Those of the request. */
  actions: {
    /** Key of an integration. */
    provider_config_key: string
    /** Name of a sync. */
    name: string
    /** `n` or `x.y.z`. */
    version: string
    /** false: it was deployed already, as it is. */
    changed: boolean
  }[]
  /** Syncs and actions that `prune` has removed. */
  removed: {
    /** Key of an integration. */
    provider_config_key: string
    /** Name of a sync. */
    name: string
  }[]
}

export interface DeployedAction {
  /** Key of an integration. */
  provider_config_key: string
  /** Name of a sync. */
  name: string
  /** What it does, for people: up to 2 000 characters. */
  description: string
  /** `n` or `x.y.z`. */
  version: string
  /** JSON Schema of what it takes, up to 64 KiB. */
  input_schema: Record<string, unknown>
  /** JSON Schema of what it returns, up to 64 KiB. */
  output_schema: Record<string, unknown>
  /** Of the external API, for people. */
  scopes: string[]
  /** It runs at this moment of each connection of the integration. Absent: somebody calls it. */
  event?: 'post-connection-creation' | 'pre-connection-deletion' | 'validate-connection' | undefined
  /** When it was changed last: ISO 8601 in UTC with milliseconds. */
  deployed_at: string
}

export interface DeployedSync {
  /** Key of an integration. */
  provider_config_key: string
  /** Name of a sync. */
  name: string
  /** What it does, for people: up to 2 000 characters. */
  description: string
  /** `n` or `x.y.z`. */
  version: string
  /** Names of the models that it saves records of. */
  models: string[]
  /** How often it runs by default: an interval such as `every 6 hours`, or a cron expression. */
  frequency: string
  /** Schedules of new connections start by themselves. */
  auto_start: boolean
  /** Older way to delete what a run did not save again. Use `trackDeletesStart` in the function. */
  track_deletes: boolean
  /** How old the records may be before the sync counts as stale. Null: twice its interval. */
  fresh: string | null
  /** Over how long the slots of a cron expression are spread. Null: not at all. */
  jitter: string | null
  /** How often a run that failed is repeated before the next slot, from 0 to 10. */
  retries: number
  /** How many runs may be in flight at a time: 1 to 100 000. Null: no limit of its own. */
  concurrency: number | null
  /** What a slot does that comes while a run is active: nothing, one more run after it, or it cancels the active run and begins another. */
  overlap: 'skip' | 'queue_one' | 'cancel_running'
  /** After how many failures in a row a schedule is paused. Null: never. */
  pause_after_failures: number | null
  /** What is done about a record that does not fit its model: nothing, the run warns, or the save fails. Null: as the environment says. */
  validate: Validation | null
  /** When it was changed last: ISO 8601 in UTC with milliseconds. */
  deployed_at: string
}

export interface Diagnosis {
  /** The worst of all checks. */
  state: 'ok' | 'warning' | 'failed'
  /** Version of the gateway. */
  version: string
  /** What the clock of the gateway says: ISO 8601 in UTC with milliseconds. */
  now: string
  /** Always in the same order. */
  checks: DoctorCheck[]
}

export interface DoctorCheck {
  /** What was looked at: a server, a service, clocks, versions, the keyring. */
  name: string
  /** `failed`: something does not work, or a guarantee does not hold. `warning`: look at it. */
  state: 'ok' | 'warning' | 'failed'
  /** For people: what was found. */
  message: string
  /** For people: what to do. Null: nothing. */
  advice: string | null
}

export interface Environment {
  /** Its name. */
  name: string
  /** How many runs may be in flight at a time: 1 to 100 000. Null: SCHEDULER_MAX_RUNS_PER_ENVIRONMENT of the scheduler. */
  max_runs: number | null
  /** Share of the runners beside other environments: 1 to 100. */
  weight: number
  /** What syncs do that do not say it themselves when a record does not fit its model: nothing, they warn, or the save fails. */
  validate: Validation
  /** When it was made: ISO 8601 in UTC with milliseconds. */
  created_at: string
}

export interface ErrorBody {
  /** What is wrong. */
  error: {
    /** For programs: one word of the list that each route has. */
    code: string
    /** For people: what is wrong with which value, and what to do. */
    message: string
    /** The fields of the request that are wrong. */
    errors?:
      | {
          /** Kind of the problem. */
          code: string
          /** What is wrong with the field. */
          message: string
          /** Where the field is: names, and places in lists from 0. */
          path: string[]
        }[]
      | undefined
    /** Also in the header `X-Request-Id`, and in our log. */
    request_id: string
    /** What the function of an action gave to `ActionError`. */
    payload?: unknown
    /** The answer of the external API that made an action fail. */
    upstream?:
      | {
          /** HTTP status of the answer. */
          status: number
          /** Headers of the answer, with names in lower case. */
          headers: Record<string, string>
          /** JSON, or else text. */
          body: unknown
        }
      | undefined
  }
}

export interface FieldChange {
  /** Name of the field; of one in an object, the names from the outside with dots. */
  field: string
  /** Its value so far. Not there: the record did not have the field. */
  before?: unknown
  /** Its new value. Not there: the record has lost the field. */
  after?: unknown
}

export interface Freshness {
  /** End of the last run that succeeded and held no deletion back: ISO 8601 in UTC with milliseconds. Null: there is none, or it is not known now. */
  lastSuccessAt: string | null
  /** When the schedule becomes stale unless a run succeeds before: ISO 8601 in UTC with milliseconds. Before the first success it is counted from the creation. Null: it is not known now. */
  freshUntil: string | null
  /** Why its records are older than they are meant to be. Null: they are not. */
  stale: {
    /** The one reason: see docs/concepts/freshness.md. */
    reason: StaleReason
    /** Since when: ISO 8601 in UTC with milliseconds. */
    since: string
    /** When the reason ends: ISO 8601 in UTC with milliseconds. Null: it is not known. */
    until: string | null
    /** For people: one sentence. */
    message: string
  } | null
}

export interface GetConfigurationAnswer {
  /** Its name and limits, and what is done about records that do not fit their model. */
  environment: {
    /** Its name. */
    name: string
    /** How many runs may be in flight at a time: 1 to 100 000. Null: SCHEDULER_MAX_RUNS_PER_ENVIRONMENT of the scheduler. */
    max_runs: number | null
    /** Share of the runners beside other environments: 1 to 100. */
    weight: number
    /** What syncs do that do not say it themselves when a record does not fit its model: nothing, they warn, or the save fails. */
    validate: Validation
  }
  /** Deployed ones, in the order of their names. */
  providers: ProviderFile[]
  /** In the order of their keys. */
  integrations: ConfiguredIntegration[]
  /** In the order of their names. */
  variables: ConfiguredVariable[]
}

export interface GetIntegrationAnswer {
  /** The integration. */
  data: Integration
}

export interface GetMeAnswer {
  /** Its id. */
  id: string
  /** Environment that it opens. */
  environment: string
  /** Name for people. */
  label: string
  /** What it may do. */
  scopes: ('read' | 'operate' | 'deploy' | 'secrets')[]
  /** Of a key that reads this connection and nothing else. */
  connection: {
    /** Key of an integration. */
    provider_config_key: string
    /** Id of a connection. */
    connection_id: string
  } | null
  /** When it ends: ISO 8601 in UTC with milliseconds. Null: never. */
  expires_at: string | null
}

export interface GetProviderAnswer {
  /** The provider. */
  data: Provider
}

export interface GetRecordAnswer {
  /** What Syncline knows of the record. */
  _nango_metadata: RecordMetadata
  [name: string]: unknown
}

export interface GetRecordHistoryAnswer {
  /** In the order in which they changed, or newest first. Each has its fields as they were saved, and `_nango_metadata`. */
  records: {
    /** What Syncline knows of the record. */
    _nango_metadata: RecordMetadata
    [name: string]: unknown
  }[]
  /** `cursor` of the next page; null: this is the last one. */
  next_cursor: string | null
}

export interface GetStatsAnswer {
  /** Seconds from one point to the next one. */
  step_seconds: number
  /** The oldest one first, also those without runs; 500 at most. */
  points: StatPoint[]
}

export interface GetSyncStatusAnswer {
  /** In the order of connection, sync and variant. */
  syncs: SyncStatus[]
  /** With `limit`: `cursor` of the next page; null: this is the last one. */
  next_cursor?: string | null | undefined
}

export interface HeldDeletion {
  /** Key of the integration. */
  provider_config_key: string
  /** Id of the connection. */
  connection_id: string
  /** Name of the model. */
  model: string
  /** Variant of the sync. */
  variant: string
  /** When it was held back: ISO 8601 in UTC with milliseconds. */
  at: string
  /** Id of the run that found it. */
  run_id: string
  /** How many records were not saved again. */
  unseen: number
  /** How many records there were. */
  live: number
  /** `guard`: it is most of the records. `incomplete`: the pass was not complete, and the next complete one deletes. */
  reason: 'guard' | 'incomplete'
  /** Why the pass was not complete. */
  incomplete: string | null
  /** The next complete pass may delete past the guard. */
  released: boolean
}

export interface Integration {
  /** Its key, which other calls name `provider_config_key`. */
  unique_key: string
  /** Provider that it takes from what it does not set itself. */
  provider: string
  /** Name for people. */
  display_name: string
  /** Always empty: Syncline has no pictures. */
  logo: string
  /** Kept for clients of other engines: Syncline receives no webhooks of vendors. */
  forward_webhooks: boolean
  /** Your own notes, by name. */
  integration_config?: Record<string, string> | undefined
  /** Your own notes, by name. */
  custom?: Record<string, string> | undefined
  /** URL that paths of requests are put behind. Null: its provider was deleted. */
  base_url: string | null
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
  allowed_hosts: string[]
  /** How requests are authorized. */
  auth: AuthScheme
  /** Sent with each request. */
  headers: Record<string, string>
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
        key: string
        /** How many requests. */
        requests: number
        /** In how long, such as `1s` or `1 minute`; up to a day. */
        per: string
      }
    | undefined
  /** A request that works if, and only if, a connection does. */
  verify?: VerifyRequest | undefined
  /** How late the API may show a change. */
  consistency_lag?: string | undefined
  /** Your own app at the vendor, shown with `include=credentials`. */
  credentials?:
    | {
        /** The kind of app, as it was given. */
        type: 'OAUTH1' | 'OAUTH2' | 'TBA' | 'APP' | 'CUSTOM'
        /** Id of the OAuth client. */
        client_id?: string | null | undefined
        /** Secret of the OAuth client. */
        client_secret?: string | null | undefined
        /** Separated by commas. */
        scopes?: string | null | undefined
        /** Secret of webhooks, as it was given. */
        webhook_secret?: string | null | undefined
        /** Id of the app. */
        app_id?: string | null | undefined
        /** Page of the app. */
        app_link?: string | null | undefined
        /** Key that JWTs are signed with, as PEM. */
        private_key?: string | null | undefined
        /** Signs requests to your own app: `whsec_` and base64. */
        callback_secret?: string | undefined
        /** Other secrets that templates use, by name. */
        fields?: Record<string, string> | undefined
      }
    | null
    | undefined
  /** Always null, shown with `include=webhook`: Syncline receives no webhooks of vendors. */
  webhook_url?: null | undefined
  /** How many runs may be in flight at a time: 1 to 100 000. Null: no limit of its own. */
  concurrency: number | null
  /** Share of the runners beside other integrations: 1 to 100. */
  weight: number
  /** When it was made: ISO 8601 in UTC with milliseconds. */
  created_at: string
  /** When it was changed last: ISO 8601 in UTC with milliseconds. */
  updated_at: string
}

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

export interface Key {
  /** Its id. */
  id: string
  /** Environment that it opens. */
  environment: string
  /** Name for people. */
  label: string
  /** What it may do. */
  scopes: ('read' | 'operate' | 'deploy' | 'secrets')[]
  /** Of a key that reads this connection and nothing else. */
  connection: {
    /** Key of an integration. */
    provider_config_key: string
    /** Id of a connection. */
    connection_id: string
  } | null
  /** When it ends: ISO 8601 in UTC with milliseconds. Null: never. */
  expires_at: string | null
  /** When it was made: ISO 8601 in UTC with milliseconds. */
  created_at: string
  /** When it was used last, to the minute. Null: never, or it is not known. */
  last_used_at: string | null
  /** Newest first; the secrets themselves are shown once, when they are made. */
  secrets: {
    /** Its last four characters. */
    hint: string
    /** When it was made: ISO 8601 in UTC with milliseconds. */
    created_at: string
    /** A rotation has replaced it, and it works until then. */
    expires_at: string | null
  }[]
}

export interface ListAttemptsAnswer {
  /** The first one first; the last 100 at most. */
  attempts: RunAttempt[]
}

export interface ListConfiguredConnectionsAnswer {
  /** In the order of integration and id. */
  connections: ConfiguredConnection[]
  /** `cursor` of the next page; null: this is the last one. */
  next_cursor: string | null
}

export interface ListConnectionsAnswer {
  /** Newest first. */
  connections: ConnectionSummary[]
}

export interface ListDeploymentsAnswer {
  /** In the order of integration and name. */
  syncs: DeployedSync[]
  /** In the order of integration and name. */
  actions: DeployedAction[]
}

export interface ListEnvironmentsAnswer {
  /** In the order of their names. */
  environments: Environment[]
  /** `cursor` of the next page; null: this is the last one. */
  next_cursor: string | null
}

export interface ListErrorsAnswer {
  /** Begin of the time that is looked at: ISO 8601 in UTC with milliseconds. */
  from: string
  /** End of the time that is looked at: ISO 8601 in UTC with milliseconds. */
  to: string
  /** In the order that was asked for. */
  errors: RunError[]
  /** How many errors there are, in all pages. */
  total: number
  /** `cursor` of the next page; null: this is the last one. */
  next_cursor: string | null
}

export interface ListHeldDeletionsAnswer {
  /** The last one of each stream. A page may hold fewer than `limit` though there is a `next_cursor`. */
  deletions: HeldDeletion[]
  /** `cursor` of the next page; null: this is the last one. */
  next_cursor: string | null
}

export interface ListIntegrationsAnswer {
  /** In the order of their keys. */
  data: Integration[]
}

export interface ListKeysAnswer {
  /** Oldest first. */
  keys: Key[]
  /** `cursor` of the next page; null: this is the last one. */
  next_cursor: string | null
}

export interface ListLogsAnswer {
  /** Oldest first. */
  lines: LogLine[]
  /** Of the last line. Later lines are behind it. Null: the run has no line yet. */
  next_cursor: string | null
}

export interface ListProvidersAnswer {
  /** In the order of their names. */
  data: {
    /** Its name, which integrations have as `provider`. */
    name: string
    /** Name for people. */
    display_name: string
    /** Page of the vendor that it was written from. */
    docs: string
    /** Where it is from. A deployed one wins over one of the same name that comes with Syncline. */
    source: 'deployed' | 'first_party'
    /** Of a deployed one, when it was changed last: ISO 8601 in UTC with milliseconds. */
    deployed_at?: string | undefined
    /** The form of the credentials, as clients of other engines name it. */
    auth_mode: string
    /** Always empty. */
    categories: string[]
    /** Always empty: Syncline has no pictures. */
    logo_url: string
    /** The base URL, as clients of other engines read it. */
    proxy: {
      /** The same as `base_url` beside it. */
      base_url: string
    }
    /** URL that paths of requests are put behind. May be a template. */
    base_url: string
    /** How requests are authorized: the type of its auth. */
    auth: string
  }[]
}

export interface ListRecordsAnswer {
  /** In the order in which they changed, or newest first. Each has its fields as they were saved, and `_nango_metadata`. */
  records: {
    /** What Syncline knows of the record. */
    _nango_metadata: RecordMetadata
    [name: string]: unknown
  }[]
  /** `cursor` of the next page; null: this is the last one. */
  next_cursor: string | null
}

export interface ListRunChangesAnswer {
  /** By model, then in the order in which they changed. The last page may be empty. */
  changes: RunChange[]
  /** `cursor` of the next page; null: this is the last one. */
  next_cursor: string | null
}

export interface ListRunsAnswer {
  /** First those that have not ended, then the others, each newest first. A page may hold fewer than `limit` though there is a `next_cursor`. */
  runs: ListedRun[]
  /** `cursor` of the next page; null: this is the last one. */
  next_cursor: string | null
  /** Services that did not answer: without the scheduler, runs that have not ended are not listed, and without records, only those that schedules still keep. */
  unavailable: ('scheduler' | 'records')[]
}

export interface ListScheduleActivityAnswer {
  /** The days in UTC, the oldest one first; the last one is today. */
  days: string[]
  /** In the order of `ids`. One that is not known has done nothing. */
  schedules: ScheduleActivity[]
}

export interface ListSchedulesAnswer {
  /** In the order that was asked for. */
  schedules: Schedule[]
  /** `cursor` of the next page; null: this is the last one. */
  next_cursor: string | null
  /** How many schedules there are in all pages now. */
  total: number
  /** Services that did not answer: what they alone know is null. */
  unavailable: ('scheduler' | 'records')[]
}

export interface ListStreamsAnswer {
  /** By connection, model and variant, `base` first. A page may hold fewer than `limit` though there is a `next_cursor`. */
  streams: RecordStream[]
  /** `cursor` of the next page; null: this is the last one. */
  next_cursor: string | null
}

export interface ListUsersAnswer {
  /** By name. */
  users: User[]
}

export interface ListedRun {
  /** Its id. */
  id: string
  /** `queued`: it waits for a runner, for its API, or for the run before it. */
  state: 'queued' | 'running' | 'ended'
  /** Why it did not succeed. Null: it did, or has not ended. */
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
  /** For people: the error of a run that failed. */
  error: string | null
  /** For people: what a run that succeeded could not do. */
  warning: string | null
  /** Number of the attempt, from 1. It grows when another runner takes the run over, or when it was throttled. */
  attempt: number
  /** Attempts that ended early and saved no checkpoint, one after the other: at 5 the run is lost. */
  fruitlessAttempts: number
  /** Why it was started: schedule, trigger, start or retry. */
  cause: string
  /** When it was asked for: ISO 8601 in UTC with milliseconds. */
  requestedAt: string
  /** When a runner began it: ISO 8601 in UTC with milliseconds. Null: it has not begun. */
  startedAt: string | null
  /** When it ended: ISO 8601 in UTC with milliseconds. Null: it has not ended. */
  finishedAt: string | null
  /** What it has saved until now, by model. */
  result: Record<
    string,
    {
      /** Records that are new. */
      added: number
      /** Records that were changed. */
      updated: number
      /** Records that were deleted. */
      deleted: number
      /** Records that its last attempt saved as they were. Absent: not counted. */
      unchanged?: number | undefined
    }
  >
  /** Level of isolation of the function: basic, partial, oswall or namespaced; null: it has not run yet. */
  sandbox: string | null
  /** The end of the log of a run that failed. */
  lastLines: string[]
  /** That its API made it wait so long that it left its runner. Null: it did not. */
  throttled: {
    /** How often it left its runner. */
    times: number
    /** When its API lets it go on: ISO 8601 in UTC with milliseconds. Null: it does not wait. */
    until: string | null
    /** Why, the last time. */
    reason: string
  } | null
  /** Why all its calls wait for its API, while it runs and holds no slot of its runner. Null: they do not. */
  parked: string | null
  /** Key of the integration. */
  provider_config_key: string
  /** Id of the connection. */
  connection_id: string
  /** Name of the sync. */
  sync_name: string
  /** Variant of the sync. */
  variant: string
  /** Version of the sync in the newest attempt. Null: not known. */
  version: string | null
}

export interface LogLine {
  /** When it was logged: ISO 8601 in UTC with milliseconds. */
  at: string
  /** How serious it is. */
  level: 'debug' | 'info' | 'warn' | 'error'
  /** The text. */
  message: string
}

export interface ModelPreview {
  /** Name of the model. */
  model: string
  /** Records that the run would add. */
  added: number
  /** Records that the run would change. */
  updated: number
  /** Records that the run would save as they are. */
  unchanged: number
  /** Records that the run would delete. */
  deleted: number
  /** The fields that updates change, those that change most often first; up to 200. */
  updated_fields: {
    /** Name of the field; of one in an object, the names from the outside with dots. */
    field: string
    /** In how many updates it changes. */
    count: number
  }[]
  /** Records of the model before the run. */
  records_before: number
  /** Records of the model after the run. */
  records_after: number
  /** What delete detection has found at the end of the last pass; null: no pass has ended. */
  deletion: {
    /** Records that the pass did not save again. */
    unseen: number
    /** Records of the model when the pass ended. */
    of: number
    /** Why nothing of it would be deleted; null: it would be deleted. */
    held_back: string | null
  } | null
  /** Examples, as many as were asked for. */
  samples: {
    /** The first records that would be added. */
    added: {
      /** Id of the record. */
      id: string
      /** The record. Null: the samples have no place for it, or it was pruned. */
      record: Record<string, unknown> | null
    }[]
    /** The first records that would change. */
    updated: {
      /** Id of the record. */
      id: string
      /** What changes in it, up to 50 fields. */
      changes: FieldChange[]
    }[]
    /** The first records that would be deleted, as they are now. */
    deleted: {
      /** Id of the record. */
      id: string
      /** The record. Null: the samples have no place for it, or it was pruned. */
      record: Record<string, unknown> | null
    }[]
  }
}

export interface OnEventOutcome {
  /** Name of the function. */
  name: string
  /** Its log is at GET /runs/{log_id}/logs. */
  log_id: string
  /** `waiting`: it has not ended, or is going to be tried again. `unknown`: its result can not be read now. */
  state: 'waiting' | 'done' | 'failed' | 'unknown'
  /** Why it failed. Null: it did not. */
  error: string | null
}

export interface PaginationSettings {
  /** How a list goes on: by a cursor, by a link, or by an offset. */
  type: 'cursor' | 'link' | 'offset'
  /** Path of the items in an answer. */
  response_path?: string | undefined
  /** The API leaves `response_path` out of an answer without items. */
  optional_response_path?: boolean | undefined
  /** Items in a page. */
  limit?: number | undefined
  /** Parameter that says how many items a page has. */
  limit_name_in_request?: string | undefined
  /** Parameters are sent in the body and not in the query. */
  in_body?: boolean | undefined
  /** Parameter that takes the cursor. */
  cursor_name_in_request?: string | undefined
  /** Path of the next cursor in an answer. */
  cursor_path_in_response?: string | undefined
  /** Relation of the link to the next page in the `Link` header. */
  link_rel_in_response_header?: string | undefined
  /** Path of the URL of the next page in an answer. */
  link_path_in_response_body?: string | undefined
  /** Parameter that takes the offset. */
  offset_name_in_request?: string | undefined
  /** Offset of the first page. */
  offset_start_value?: number | undefined
  /** By what the offset grows: 1 for each page, or the items of the page. */
  offset_calculation_method?: 'per-page' | 'by-response-size' | undefined
}

export interface PlanDeploymentAnswer {
  /** For POST /deployments: changes when something is deployed or removed. */
  plan: string
  /** By integration and name: those of the request, and deployed ones that it lacks. */
  changes: PlannedChange[]
  /** Models that would come, change or go. */
  models: PlannedModel[]
  /** Of all syncs. */
  schedules: {
    /** Schedules that would be made and run by themselves. */
    start: number
    /** Schedules that would be removed with their records. */
    stop: number
    /** Schedules that would run at other times, except those with a frequency of their own. */
    change_frequency: number
  }
  /** Those of the request, and deployed ones that extend them. */
  providers: {
    /** Name of the provider. */
    name: string
    /** false: it is deployed already, as it is. */
    changed: boolean
  }[]
  /** Functions that can not be deployed. The plan is about all others. */
  refused: {
    /** What it is. */
    kind: 'sync' | 'action'
    /** Key of an integration. */
    provider_config_key: string
    /** Name of a sync or an action. */
    name: string
    /** Code of the error that the deployment would fail with. */
    code: string
    /** For people. */
    message: string
  }[]
  /** To be sent with PUT /bundles/{hash} first. */
  missing_bundles: string[]
}

export interface PlannedChange {
  /** What it is. */
  kind: 'sync' | 'action'
  /** Key of an integration. */
  provider_config_key: string
  /** Name of a sync or an action. */
  name: string
  /** `gone`: deployed, not in the request, and kept. `removed`: the same with `prune`. */
  change: 'new' | 'changed' | 'unchanged' | 'gone' | 'removed'
  /** After the deployment. Null: it would not be deployed any more. */
  version: string | null
  /** Of a sync: what it saves. */
  models: string[]
  /** What would change. */
  fields: {
    /** Name of a field of the request. `code`: the bundle, by its hash. */
    field: string
    /** What is deployed, as text. Null: nothing. */
    before: string | null
    /** What would be deployed, as text. Null: nothing. */
    after: string | null
  }[]
  /** Of a sync: base schedules, one for each connection of the integration. */
  schedules: {
    /** Schedules that would be made and run by themselves. */
    start: number
    /** Schedules that would be removed with their records. */
    stop: number
    /** Schedules that would run at other times, except those with a frequency of their own. */
    change_frequency: number
  }
}

export interface PlannedModel {
  /** Key of an integration. */
  provider_config_key: string
  /** Name of a model. */
  model: string
  /** `gone`: no sync would save it, and reading it would be a 404 `unknown_model`. */
  change: 'new' | 'changed' | 'gone'
  /** Of one that is gone: the model that its sync would save instead. */
  renamed_to: string | null
  /** Of a changed one: fields whose type would change, come or go. */
  fields: {
    /** Path of a field of the records. */
    field: string
    /** What is deployed, as text. Null: nothing. */
    before: string | null
    /** What would be deployed, as text. Null: nothing. */
    after: string | null
  }[]
}

export interface Preview {
  /** Id of the preview. */
  id: string
  /** `running`: it waits for a runner, or runs. */
  state: 'running' | 'ended'
  /** While it runs: how far it is. Null: that is not known. */
  progress: PreviewProgress | null
  /** When it has ended: what the run would change. */
  result: PreviewResult | null
  /** It has ended without a result: it did not begin, or its runner died. */
  error: {
    /** One of the error codes of this API. */
    code: string
    /** Why it has no result. */
    message: string
  } | null
}

export interface PreviewProgress {
  /** Records that it has saved so far. */
  saved: number
  /** Records that it has deleted so far. */
  deleted: number
  /** Requests that it has made so far. */
  requests: number
}

export interface PreviewResult {
  /** `success`: the function returned. `limited`: it was stopped at the limit of records, or because the preview holds no more. `failed`: it threw, or met another limit. `cancelled`: somebody cancelled the preview. */
  outcome: 'success' | 'limited' | 'failed' | 'cancelled'
  /** Why it was not a success; null: it was one. */
  error: {
    /** What went wrong. */
    message: string
    /** Where in the source, as `file:line:column`; null: it is not known. */
    source: string | null
    /** The stack, with places in the source; null: there is none. */
    stack: string | null
  } | null
  /** How long the function ran, in milliseconds. */
  duration_ms: number
  /** What would change, in the order of the models of the sync. */
  models: ModelPreview[]
  /** Requests of the function, as far as it sees them: not their repetitions. */
  requests: {
    /** Requests that the function made. */
    count: number
    /** How many of them got no answer, or an answer from 400 on. */
    failed: number
    /** The requests by method and URL, in the order of the first of each; up to 200. */
    by_url: {
      /** HTTP method. */
      method: string
      /** URL or path, without its query. */
      url: string
      /** How many requests. */
      count: number
      /** How many answers by status; `error`: no answer. */
      statuses: Record<string, number>
    }[]
  }
  /** Checkpoint of the schedule. */
  checkpoint: {
    /** The checkpoint that the run began with. */
    before: Record<string, unknown> | null
    /** The checkpoint that it would leave. */
    after: Record<string, unknown> | null
  }
  /** Metadata of the connection; null: the function does not change it. */
  metadata: {
    /** The metadata of the connection. */
    before: Record<string, unknown> | null
    /** The metadata that the run would leave. */
    after: Record<string, unknown> | null
  } | null
  /** What people should know, such as a deletion that would be held back. */
  warnings: string[]
  /** Calls of the function that a preview does not carry out, such as `triggerSync`. */
  not_done: string[]
  /** The last lines that the function has logged, up to 500. */
  logs: {
    /** When: ISO 8601 in UTC with milliseconds. */
    at: string
    /** Its level. */
    level: 'debug' | 'info' | 'warn' | 'error'
    /** The line. */
    message: string
  }[]
}

export interface Provider {
  /** Its name, which integrations have as `provider`. */
  name: string
  /** Name for people. */
  display_name: string
  /** Page of the vendor that it was written from. */
  docs: string
  /** Where it is from. A deployed one wins over one of the same name that comes with Syncline. */
  source: 'deployed' | 'first_party'
  /** Of a deployed one, when it was changed last: ISO 8601 in UTC with milliseconds. */
  deployed_at?: string | undefined
  /** The form of the credentials, as clients of other engines name it. */
  auth_mode: string
  /** Always empty. */
  categories: string[]
  /** Always empty: Syncline has no pictures. */
  logo_url: string
  /** The base URL, as clients of other engines read it. */
  proxy: {
    /** The same as `base_url` beside it. */
    base_url: string
  }
  /** Provider that it takes what it does not set from. */
  extends?: string | undefined
  /** URL that paths of requests are put behind. May be a template. */
  base_url: string
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
  auth?: AuthScheme | undefined
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
        key: string
        /** How many requests. */
        requests: number
        /** In how long, such as `1s` or `1 minute`; up to a day. */
        per: string
      }
    | undefined
  /** A request that works if, and only if, a connection does. */
  verify?: VerifyRequest | undefined
  /** How late the API may show a change. */
  consistency_lag?: string | undefined
  /** Keys of the integrations that use it. */
  integrations: string[]
}

export interface ProviderFile {
  /** Integrations refer to the provider by this name. */
  name: string
  /** Name for people. */
  display_name?: string | undefined
  /** The vendor's page that the file was written from. */
  docs?: string | undefined
  /** When that page was read. */
  date?: string | undefined
  /** Another provider: what is not set here is taken from it. Objects are merged, lists are replaced. */
  extends?: string | undefined
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
}

export interface PruneRecordsAnswer {
  /** How many records were pruned. */
  count: number
  /** There are more up to the cursor: send the request again. */
  has_more: boolean
}

export interface RecordMetadata {
  /** When it was saved first: ISO 8601 in UTC with milliseconds. */
  first_seen_at: string
  /** When it was changed last: ISO 8601 in UTC with milliseconds. */
  last_modified_at: string
  /** What the last change was. */
  last_action: 'ADDED' | 'UPDATED' | 'DELETED'
  /** When it was deleted: ISO 8601 in UTC with milliseconds. Null: it is not. */
  deleted_at: string | null
  /** When its payload was pruned: ISO 8601 in UTC with milliseconds. Null: it was not. */
  pruned_at: string | null
  /** Its place in the list: what changed later is behind it. */
  cursor: string
  /** Id of the run that saved this version. Null: it is not known any more. Only in a history, and with `payload=false`. */
  run_id?: string | null | undefined
  /** Bytes of its payload, as JSON. Only in a history, and with `payload=false`. */
  bytes?: number | undefined
}

export interface RecordStream {
  /** Key of the integration. */
  provider_config_key: string
  /** Id of the connection. */
  connection_id: string
  /** Name of the model. */
  model: string
  /** Variant of the sync. */
  variant: string
  /** Name of the sync that saves it. Null: none does any more. */
  sync_name: string | null
  /** Records that are not deleted. */
  records: number
  /** Bytes of all payloads, as JSON. */
  bytes: number
  /** When its records changed last: ISO 8601 in UTC with milliseconds. Null: nothing was saved yet. */
  last_modified_at: string | null
}

export interface RetrySettings {
  /** Statuses worth a retry beside 429 and 5xx. */
  statuses?: number[] | undefined
  /** Headers with the seconds to wait, beside `retry-after`. */
  after?: string | string[] | undefined
  /** Headers with the Unix second, or the date, from which it may be tried again. They count when the budget is used up. */
  at?: string | string[] | undefined
  /** Headers that count down; at 0 the budget is used up. */
  remaining?: string | string[] | undefined
}

export interface RotateKeyAnswer {
  /** Its id. */
  id: string
  /** Environment that it opens. */
  environment: string
  /** Name for people. */
  label: string
  /** What it may do. */
  scopes: ('read' | 'operate' | 'deploy' | 'secrets')[]
  /** Of a key that reads this connection and nothing else. */
  connection: {
    /** Key of an integration. */
    provider_config_key: string
    /** Id of a connection. */
    connection_id: string
  } | null
  /** When it ends: ISO 8601 in UTC with milliseconds. Null: never. */
  expires_at: string | null
  /** When it was made: ISO 8601 in UTC with milliseconds. */
  created_at: string
  /** When it was used last, to the minute. Null: never, or it is not known. */
  last_used_at: string | null
  /** Newest first; the secrets themselves are shown once, when they are made. */
  secrets: {
    /** Its last four characters. */
    hint: string
    /** When it was made: ISO 8601 in UTC with milliseconds. */
    created_at: string
    /** A rotation has replaced it, and it works until then. */
    expires_at: string | null
  }[]
  /** What clients send. It is shown this once. */
  secret: string
}

export interface Run {
  /** Its id. */
  id: string
  /** `queued`: it waits for a runner, for its API, or for the run before it. */
  state: 'queued' | 'running' | 'ended'
  /** Why it did not succeed. Null: it did, or has not ended. */
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
  /** For people: the error of a run that failed. */
  error: string | null
  /** For people: what a run that succeeded could not do. */
  warning: string | null
  /** Number of the attempt, from 1. It grows when another runner takes the run over, or when it was throttled. */
  attempt: number
  /** Attempts that ended early and saved no checkpoint, one after the other: at 5 the run is lost. */
  fruitlessAttempts: number
  /** Why it was started: schedule, trigger, start or retry. */
  cause: string
  /** When it was asked for: ISO 8601 in UTC with milliseconds. */
  requestedAt: string
  /** When a runner began it: ISO 8601 in UTC with milliseconds. Null: it has not begun. */
  startedAt: string | null
  /** When it ended: ISO 8601 in UTC with milliseconds. Null: it has not ended. */
  finishedAt: string | null
  /** What it has saved until now, by model. */
  result: Record<
    string,
    {
      /** Records that are new. */
      added: number
      /** Records that were changed. */
      updated: number
      /** Records that were deleted. */
      deleted: number
      /** Records that its last attempt saved as they were. Absent: not counted. */
      unchanged?: number | undefined
    }
  >
  /** Level of isolation of the function: basic, partial, oswall or namespaced; null: it has not run yet. */
  sandbox: string | null
  /** The end of the log of a run that failed. */
  lastLines: string[]
  /** That its API made it wait so long that it left its runner. Null: it did not. */
  throttled: {
    /** How often it left its runner. */
    times: number
    /** When its API lets it go on: ISO 8601 in UTC with milliseconds. Null: it does not wait. */
    until: string | null
    /** Why, the last time. */
    reason: string
  } | null
  /** Why all its calls wait for its API, while it runs and holds no slot of its runner. Null: they do not. */
  parked: string | null
}

export interface RunAttempt {
  /** Its number, from 1. */
  attempt: number
  /** Id of the runner: host, process id, random. */
  runner: string
  /** Level of isolation of the function. Null: not known. */
  sandbox: string | null
  /** When its runner got it: ISO 8601 in UTC with milliseconds. */
  started_at: string
  /** When it ended: ISO 8601 in UTC with milliseconds. Null: it has not ended. */
  ended_at: string | null
  /** How it ended. The run goes on after `throttled` (its API made it wait), `handed_back` (its runner stopped, or a service did not answer) and `replaced` (another attempt had taken over). Null: it has not ended. */
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
    | 'throttled'
    | 'handed_back'
    | 'replaced'
    | null
  /** For people: what went wrong. Null: nothing. */
  error: string | null
  /** Version of the sync. Null: not known. */
  version: string | null
  /** Hash of the code that ran. Null: not known. */
  bundle: string | null
  /** What it took its time for. All 0 while it has not ended. */
  phases: {
    /** How long the run waited for a runner, since it was asked for or put back into the queue, in milliseconds. */
    queued_ms: number
    /** How long its runner prepared it: its code, its connection, a process, in milliseconds. */
    begin_ms: number
    /** How long its function ran, without `saves_ms`, in milliseconds. */
    function_ms: number
    /** How long a write of records was under way while its function ran, in milliseconds. */
    saves_ms: number
    /** How long what follows the function took: last writes, delete detection, the log, in milliseconds. */
    settle_ms: number
  }
  /** Requests to APIs, by host and status. */
  calls: {
    /** Host of the API, with its port if that is not the usual one. `…`: all further hosts. */
    host: string
    /** Status of the answers. Null: none came. */
    status: number | null
    /** How many requests. */
    count: number
    /** How many of them repeated an earlier request of the same call. */
    retries: number
    /** How long they waited before they were sent, for a quota or between tries, in milliseconds. */
    wait_ms: number
    /** How long they took, added up, in milliseconds. */
    total_ms: number
    /** How long the slowest of them took, in milliseconds. */
    max_ms: number
  }[]
  /** Writes of records, by model. */
  batches: {
    /** Name of the model. */
    model: string
    /** How many writes. */
    calls: number
    /** Records in them. */
    records: number
    /** Bytes of their payloads, as JSON. */
    bytes: number
    /** How long they took, added up, in milliseconds. */
    ms: number
  }[]
  /** Null: there was none, before and after, or it is not known. */
  checkpoint: {
    /** When the attempt began. Null: none. */
    before: Record<string, Json> | null
    /** When the attempt ended. Null: none. */
    after: Record<string, Json> | null
  } | null
  /** Where the function threw. Null: it did not, or it is not known. */
  position: {
    /** File of the function, from its own folder. */
    file: string
    /** Line, from 1. */
    line: number
    /** Column, from 1. */
    column: number
    /** The lines around it. Empty: the bundle was deployed without them. */
    source: {
      /** Line, from 1. */
      line: number
      /** Its text. */
      text: string
    }[]
  } | null
}

export interface RunChange {
  /** Name of the model. */
  model: string
  /** Id of the record, as text. */
  id: string
  /** What the run did to it. */
  action: 'ADDED' | 'UPDATED' | 'DELETED'
  /** When it changed: ISO 8601 in UTC with milliseconds. */
  at: string
  /** Bytes of its payload, as JSON. */
  bytes: number
}

export interface RunError {
  /** Its name: `fingerprint` of `GET /runs`. */
  fingerprint: string
  /** Key of the integration. */
  provider_config_key: string
  /** Name of the sync. */
  sync_name: string
  /** Why the runs did not succeed. */
  outcome:
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
  /** The error, with ids, numbers and quoted texts replaced. */
  message: string
  /** The error of the last of the runs, as it was. */
  sample: string
  /** Version of the sync in the last of the runs. Null: not known. */
  version: string | null
  /** Versions of the sync in these runs, at most 20. */
  versions: string[]
  /** How many runs, between `from` and `to`. */
  count: number
  /** On how many connections. */
  connections: number
  /** End of the first of these runs: ISO 8601 in UTC with milliseconds. */
  first_seen_at: string
  /** End of the last of these runs: ISO 8601 in UTC with milliseconds. */
  last_seen_at: string
  /** When the version of the first of these runs was deployed, if it is the one that is deployed now: ISO 8601 in UTC with milliseconds. Null: not known. */
  first_version_deployed_at: string | null
  /** Id of the last of the runs. */
  last_run_id: string
  /** How many runs in each of 24 equal parts of the time between `from` and `to`. */
  counts: number[]
}

export interface Schedule {
  /** Id of the schedule. Null: the scheduler does not answer. */
  id: string | null
  /** Id of the connection. */
  connection_id: string
  /** Name of the sync. */
  name: string
  /** Variant of the sync. */
  variant: string
  /** `INCREMENTAL`: the next run goes on from a checkpoint. `INITIAL`: it reads everything. Null: the scheduler does not answer. */
  type: 'INITIAL' | 'INCREMENTAL' | null
  /** As in `GET /sync/status`. Null: the scheduler does not answer. */
  status: 'RUNNING' | 'PAUSED' | 'STOPPED' | 'SUCCESS' | 'ERROR' | null
  /** How often it runs: an interval such as `every 6 hours`, or a cron expression. */
  frequency: string | null
  /** End of the last run; absent while one runs and before the first. */
  finishedAt?: string | undefined
  /** When it runs next: ISO 8601 in UTC with milliseconds. Null: it is paused. */
  nextScheduledSyncAt: string | null
  /** What the last run has saved, by model. Absent before the first. */
  latestResult?:
    | Record<
        string,
        {
          /** Records that are new. */
          added: number
          /** Records that were changed. */
          updated: number
          /** Records that were deleted. */
          deleted: number
        }
      >
    | undefined
  /** How the last run ended, or RUNNING. Absent before the first. */
  latestExecutionStatus?: 'RUNNING' | 'SUCCESS' | 'STOPPED' | undefined
  /** Records by model, without deleted ones. Null: the record store does not answer. */
  recordCount: Record<string, number> | null
  /** What the function has saved as its checkpoint. */
  checkpoint: Record<string, unknown> | null
  /** The run in progress, or else the last one. */
  lastRun: Run | null
  /** Slots that passed without a run. Null: the scheduler does not answer. */
  skippedSlots: number | null
  /** Why no slot of it runs although it is not paused. It goes on by itself when the reason is gone. */
  blocked: {
    /** `needs_reauth`: the connection needs new credentials. */
    reason: 'needs_reauth'
    /** For people: what is wrong. */
    message: string
    /** Since when: ISO 8601 in UTC with milliseconds. */
    since: string
  } | null
  /** Whether its records are as new as they are meant to be. */
  freshness: Freshness
  /** For people: why it is paused, if nobody paused it. */
  pausedBecause: string | null
  /** Runs that failed one after the other, up to the last one. Null: the scheduler does not answer. */
  failures: number | null
  /** Key of the integration. */
  provider_config_key: string
  /** Tags of the connection. */
  tags: Record<string, string>
  /** Version of the sync that is deployed. Null: it was removed a moment ago. */
  version: string | null
}

export interface ScheduleActivity {
  /** Id of the schedule. */
  id: string
  /** Records that its runs added, updated or deleted on each of the days. */
  changes: number[]
  /** Runs that ended on each of the days. */
  runs: number[]
  /** Runs that did not succeed and were not cancelled on each of the days. */
  failures: number[]
}

export type ScheduleResult =
  | {
      /** Id of the schedule. */
      id: string
      /** Always true. */
      done: true
    }
  | {
      /** Id of the schedule. */
      id: string
      /** Why nothing was done with this schedule. */
      error: {
        /** For programs: as in an error. */
        code: string
        /** For people: as in an error. */
        message: string
      }
    }

export interface SetCheckpointAnswer {
  /** The one that holds now. */
  checkpoint: Record<string, string | number | boolean> | null
}

export interface SetMetadataAnswer {
  /** Id of a connection, or up to 100 of them. All are changed, or none. */
  connection_id: string | string[]
  /** Key of an integration. */
  provider_config_key: string
  /** A JSON object. All that a connection has of it may take 256 KiB. */
  metadata: Record<string, unknown>
}

export interface SignedJwt {
  /** How it is signed. */
  algorithm: 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'ES256' | 'ES384' | 'HS256' | 'HS384' | 'HS512' | 'EdDSA'
  /** The key: PEM (PKCS #1, PKCS #8 or SEC 1), or the secret of HS algorithms. */
  key: string
  /** The secret of HS algorithms is written as. */
  key_encoding: 'text' | 'base64' | 'hex'
  /** Further fields of the header. Texts are templates. */
  header: Record<string, Json>
  /** The claims. Texts are templates. */
  claims: Record<string, Json>
  /** How long it is valid, in seconds. */
  lifetime_s: number
}

export interface SignedJwtInput {
  /** How it is signed. */
  algorithm: 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'ES256' | 'ES384' | 'HS256' | 'HS384' | 'HS512' | 'EdDSA'
  /** The key: PEM (PKCS #1, PKCS #8 or SEC 1), or the secret of HS algorithms. */
  key: string
  /** The secret of HS algorithms is written as. */
  key_encoding?: 'text' | 'base64' | 'hex' | undefined
  /** Further fields of the header. Texts are templates. */
  header?: Record<string, Json> | undefined
  /** The claims. Texts are templates. */
  claims?: Record<string, Json> | undefined
  /** How long it is valid, in seconds. */
  lifetime_s?: number | undefined
}

export interface SkippedSlots {
  /** The first of these slots: ISO 8601 in UTC with milliseconds. */
  first: string
  /** The last of these slots: ISO 8601 in UTC with milliseconds. */
  last: string
  /** How many slots these are. */
  count: number
  /** Why no run began. */
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

export interface StatPoint {
  /** Begin of the step: ISO 8601 in UTC with milliseconds. */
  at: string
  /** Runs that ended, by outcome: `success`, or why they did not succeed. An outcome that no run had is absent. */
  runs: Record<string, number>
  /** What these runs have saved. */
  records: {
    /** Records that are new. */
    added: number
    /** Records that were changed. */
    updated: number
    /** Records that were deleted. */
    deleted: number
  }
  /** From when a run was asked for until a runner began it, to within 2 %. Null: none began. */
  wait_ms: {
    /** Half of the runs took no longer, in milliseconds. */
    p50: number
    /** Of 100 runs, 99 took no longer, in milliseconds. */
    p99: number
  } | null
  /** From when a runner began a run until its end, to within 2 %. Null: none began. */
  duration_ms: {
    /** Half of the runs took no longer, in milliseconds. */
    p50: number
    /** Of 100 runs, 99 took no longer, in milliseconds. */
    p99: number
  } | null
}

export interface Success {
  /** Always true: failures are errors. */
  success: true
}

export interface SyncStatus {
  /** Id of the schedule. */
  id: string
  /** Id of the connection. */
  connection_id: string
  /** Name of the sync. */
  name: string
  /** Variant of the sync. */
  variant: string
  /** `INCREMENTAL`: the next run goes on from a checkpoint. `INITIAL`: it reads everything. */
  type: 'INITIAL' | 'INCREMENTAL'
  /** `SUCCESS`, `ERROR`: how the last run ended. `STOPPED`: no slot of it runs, see `blocked`. */
  status: 'RUNNING' | 'PAUSED' | 'STOPPED' | 'SUCCESS' | 'ERROR'
  /** How often it runs: an interval such as `every 6 hours`, or a cron expression. */
  frequency: string | null
  /** End of the last run; absent while one runs and before the first. */
  finishedAt?: string | undefined
  /** When it runs next: ISO 8601 in UTC with milliseconds. Null: it is paused. */
  nextScheduledSyncAt: string | null
  /** What the last run has saved, by model. Absent before the first. */
  latestResult?:
    | Record<
        string,
        {
          /** Records that are new. */
          added: number
          /** Records that were changed. */
          updated: number
          /** Records that were deleted. */
          deleted: number
        }
      >
    | undefined
  /** How the last run ended, or RUNNING. Absent before the first. */
  latestExecutionStatus?: 'RUNNING' | 'SUCCESS' | 'STOPPED' | undefined
  /** Records by model, without deleted ones. */
  recordCount: Record<string, number>
  /** What the function has saved as its checkpoint. */
  checkpoint: Record<string, unknown> | null
  /** The run in progress, or else the last one. */
  lastRun: Run | null
  /** Slots that passed without a run, for example because the one before took too long. */
  skippedSlots: number
  /** Why no slot of it runs although it is not paused. It goes on by itself when the reason is gone. */
  blocked: {
    /** `needs_reauth`: the connection needs new credentials. */
    reason: 'needs_reauth'
    /** For people: what is wrong. */
    message: string
    /** Since when: ISO 8601 in UTC with milliseconds. */
    since: string
  } | null
  /** Whether its records are as new as they are meant to be. */
  freshness: Freshness
  /** For people: why it is paused, if nobody paused it. */
  pausedBecause: string | null
  /** Runs that failed one after the other, up to the last one. */
  failures: number
}

export interface SyncToDeploy {
  /** Key of an integration. */
  provider_config_key: string
  /** Name of a sync. */
  name: string
  /** What it does, for people: up to 2 000 characters. */
  description: string
  /** `n` or `x.y.z`. Without it, the last one is counted on with each new bundle. */
  version?: string | undefined
  /** Names of the models that it saves records of. */
  models: string[]
  /** How often it runs by default: an interval such as `every 6 hours`, or a cron expression. */
  frequency: string
  /** Schedules of new connections start by themselves. */
  auto_start?: boolean | undefined
  /** Older way to delete what a run did not save again. Use `trackDeletesStart` in the function. */
  track_deletes?: boolean | undefined
  /** How old the records may be before the sync counts as stale, such as `15 minutes`. */
  fresh?: string | undefined
  /** Over how long the slots of a cron expression are spread, such as `5 minutes`. */
  jitter?: string | undefined
  /** How often a run that failed is repeated before the next slot, from 0 to 10. */
  retries?: number | undefined
  /** How many of its runs may be in flight at a time, over all connections. */
  concurrency?: number | undefined
  /** What a slot does that comes while a run is active: nothing, one more run after it, or it cancels the active run and begins another. */
  overlap?: 'skip' | 'queue_one' | 'cancel_running' | undefined
  /** After how many failures in a row a schedule is paused. */
  pause_after_failures?: number | undefined
  /** What is done about a record that does not fit its model: nothing, the run warns, or the save fails. */
  validate?: Validation | undefined
  /** JSON Schema of models by name, up to 64 KiB each: a plan shows how they would change. */
  model_schemas?: Record<string, Record<string, unknown>> | undefined
  /** The function with everything that it imports, as one CommonJS text. */
  bundle?: string | undefined
  /** Instead of `bundle`: the sha256 of that text in hex, if it was sent with PUT /bundles/{hash} or is deployed. */
  bundle_hash?: string | undefined
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
        version: string
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
  /** URL of the token endpoint. May be a template. */
  url: string
  /** Where a refresh token is sent; `url` when absent. */
  refresh_url?: string | undefined
  /** Method of the request. */
  method: 'POST' | 'GET'
  /** How the params are sent: as the body, or in the query. */
  body: 'form' | 'json' | 'query' | 'none'
  /** Where client id and secret are sent: among the params, as HTTP basic, or not at all. `two_step` sends them only as HTTP basic, and there user and password of BASIC credentials are sent so too. */
  client_auth: 'body' | 'header' | 'none'
  /** Headers of the request. Values are templates. */
  headers: Record<string, string>
  /** Sent with each token request, beside what the grant needs, which they may replace. */
  params: Record<string, Json>
  /** The same with a refresh token only; when absent, `params`. */
  refresh_params?: Record<string, Json> | undefined
  /** Paths in the answer's body, such as `data.token`. */
  token_path: string
  /** Seconds, as number or text. */
  expires_in_path: string
  /** An instant: ISO 8601, Unix seconds or Unix milliseconds. Wins over `expires_in_path`. */
  expires_at_path?: string | undefined
  /** Path of the refresh token in the answer. */
  refresh_token_path: string
  /** How long a token lives if the answer does not say. Without it, until the API refuses it. */
  lifetime_s?: number | undefined
  /** Statuses and error codes of the answer that mean that the connection needs new credentials, beside `invalid_grant` and its like. Other failures pass: the request is repeated later. */
  refused_statuses?: number[] | undefined
  /** Error codes of the answer, beside `invalid_grant` and its like, that mean that the connection needs new credentials. */
  refused_errors?: string[] | undefined
}

export interface TokenRequestInput {
  /** URL of the token endpoint. May be a template. */
  url: string
  /** Where a refresh token is sent; `url` when absent. */
  refresh_url?: string | undefined
  /** Method of the request. */
  method?: 'POST' | 'GET' | undefined
  /** How the params are sent: as the body, or in the query. */
  body?: 'form' | 'json' | 'query' | 'none' | undefined
  /** Where client id and secret are sent: among the params, as HTTP basic, or not at all. `two_step` sends them only as HTTP basic, and there user and password of BASIC credentials are sent so too. */
  client_auth?: 'body' | 'header' | 'none' | undefined
  /** Headers of the request. Values are templates. */
  headers?: Record<string, string> | undefined
  /** Sent with each token request, beside what the grant needs, which they may replace. */
  params?: Record<string, Json> | undefined
  /** The same with a refresh token only; when absent, `params`. */
  refresh_params?: Record<string, Json> | undefined
  /** Paths in the answer's body, such as `data.token`. */
  token_path?: string | undefined
  /** Seconds, as number or text. */
  expires_in_path?: string | undefined
  /** An instant: ISO 8601, Unix seconds or Unix milliseconds. Wins over `expires_in_path`. */
  expires_at_path?: string | undefined
  /** Path of the refresh token in the answer. */
  refresh_token_path?: string | undefined
  /** How long a token lives if the answer does not say. Without it, until the API refuses it. */
  lifetime_s?: number | undefined
  /** Statuses and error codes of the answer that mean that the connection needs new credentials, beside `invalid_grant` and its like. Other failures pass: the request is repeated later. */
  refused_statuses?: number[] | undefined
  /** Error codes of the answer, beside `invalid_grant` and its like, that mean that the connection needs new credentials. */
  refused_errors?: string[] | undefined
}

export interface UpdateFrequencyAnswer {
  /** The frequency that holds now. */
  frequency: string
}

export interface UpdateIntegrationAnswer {
  /** The integration. */
  data: Integration
}

export interface UpdateMetadataAnswer {
  /** Id of a connection, or up to 100 of them. All are changed, or none. */
  connection_id: string | string[]
  /** Key of an integration. */
  provider_config_key: string
  /** A JSON object. All that a connection has of it may take 256 KiB. */
  metadata: Record<string, unknown>
}

export interface User {
  /** Name of the user. */
  name: string
  /** Environment that the user may open. */
  environment: string
  /** What the user may do there. */
  scopes: ('read' | 'operate' | 'deploy' | 'secrets')[]
  /** When the user was created: ISO 8601 in UTC with milliseconds. */
  created_at: string
  /** The last request of a session of the user, within a minute. Null: none. */
  last_used_at: string | null
}

export type Validation = 'off' | 'warn' | 'strict'

export interface Variable {
  /** Its name. */
  name: string
  /** Its value. */
  value: string
}

export interface VerifyProviderAnswer {
  /** The connection works. */
  ok: boolean
  /** Method and URL, as templates where they may hold secrets. */
  request: string
  /** Absent if there was no answer. */
  status?: number | undefined
  /** How long it took, in milliseconds. */
  ms: number
  /** Why it is not ok. */
  reason?: string | undefined
  /** The first characters of an answer that is not ok. */
  body?: string | undefined
}

export interface VerifyRequest {
  /** Method of the request. */
  method: 'GET' | 'POST'
  /** Path below the base URL, or a full URL. */
  path: string
  /** Headers of the request. Values are templates. */
  headers: Record<string, string>
  /** Body of the request, sent as JSON. */
  data?: unknown
  /** Statuses that mean that the connection works; default 200 to 299. */
  statuses?: number[] | undefined
  /** What the answer must have besides, by path: some APIs refuse with status 200. */
  expect?: Record<string, string | number | boolean | null> | undefined
}

export interface VerifyRequestInput {
  /** Method of the request. */
  method?: 'GET' | 'POST' | undefined
  /** Path below the base URL, or a full URL. */
  path: string
  /** Headers of the request. Values are templates. */
  headers?: Record<string, string> | undefined
  /** Body of the request, sent as JSON. */
  data?: unknown
  /** Statuses that mean that the connection works; default 200 to 299. */
  statuses?: number[] | undefined
  /** What the answer must have besides, by path: some APIs refuse with status 200. */
  expect?: Record<string, string | number | boolean | null> | undefined
}

export interface Why {
  /** The schedule with its status. */
  schedule: Schedule
  /** The last 20 rows of slots that became no run, newest first. Null: the scheduler does not answer. */
  skipped: SkippedSlots[] | null
  /** Its last runs, newest first. Null: the scheduler does not answer. */
  runs: ListedRun[] | null
  /** Services that did not answer: what they alone know is null. */
  unavailable: ('scheduler' | 'records')[]
}
