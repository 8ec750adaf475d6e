import { Status } from 'nice-grpc-common'

type CodeFacts = { http: number; grpc: Status; retry: boolean }

const bad = { http: 400, grpc: Status.INVALID_ARGUMENT, retry: false }
const unauthorized = { http: 401, grpc: Status.UNAUTHENTICATED, retry: false }
const missing = { http: 404, grpc: Status.NOT_FOUND, retry: false }
const conflict = { http: 409, grpc: Status.ALREADY_EXISTS, retry: false }

/**
 * Every error that a caller of ours can meet. The code is part of the contract; `http` and `grpc` are the
 * statuses it travels with, `retry` says whether the same call may succeed later.
 */
export const codes = {
  invalid_body: bad,
  invalid_query_params: bad,
  invalid_headers: bad,
  invalid_uri_params: bad,
  invalid_json: bad,
  invalid_cursor: bad,
  invalid_variant: bad,
  invalid_frequency: bad,
  invalid_record: bad,
  invalid_bundle: bad,
  /** Two syncs of an integration would save records of one model. */
  duplicate_model: bad,
  /** The input of an action does not fit its schema. */
  invalid_action_input: bad,
  missing_provider_config_key: bad,
  missing_auth_header: unauthorized,
  malformed_auth_header: unauthorized,
  unknown_api_key: unauthorized,
  /** The browser is not logged in, or its session has ended. */
  no_session: unauthorized,
  /** Of user and password: which of them is wrong is not told. */
  wrong_login: unauthorized,
  /** The key may not do this: the message names the scope that it lacks. */
  forbidden: { http: 403, grpc: Status.PERMISSION_DENIED, retry: false },
  /** The credentials of a connection are refused: it needs new ones. */
  invalid_credentials: bad,
  /** Credentials that were to be verified before they are stored did not work. */
  connection_test_failed: bad,
  /** A function of `validate-connection` has refused the connection. */
  connection_validation_failed: bad,
  not_found: missing,
  unknown_connection: missing,
  unknown_integration: missing,
  unknown_sync: missing,
  unknown_action: missing,
  unknown_model: missing,
  unknown_run: missing,
  /** The stream never had a record with this id, or was emptied since. */
  unknown_record: missing,
  /** A command that was answered with 202 and is not kept any more, or never was. */
  unknown_command: missing,
  unknown_environment: missing,
  unknown_provider: missing,
  /** A deployment refers to a bundle that is not there, or would soon be removed. */
  unknown_bundle: missing,
  /** The path exists, but not with this method: `Allow` says with which. */
  method_not_allowed: { http: 405, grpc: Status.UNIMPLEMENTED, retry: false },
  /** Clients of other engines may ask for it, and Syncline does not have it: the message says what to do instead. */
  not_offered: { ...missing, http: 404 },
  already_exists: conflict,
  /** What is deployed has changed since the plan. */
  stale_plan: conflict,
  /** Something else needs it. */
  in_use: { ...conflict, grpc: Status.FAILED_PRECONDITION },
  sync_variant_already_exists: { ...conflict, http: 400 },
  resource_capped: { http: 400, grpc: Status.RESOURCE_EXHAUSTED, retry: false },
  /** Another attempt of the run, or a newer run, has taken over: stop. */
  fenced: { http: 409, grpc: Status.FAILED_PRECONDITION, retry: false },
  no_delete_tracking: { http: 409, grpc: Status.FAILED_PRECONDITION, retry: false },
  /** One value of a request is larger than what can be stored. */
  too_large: { http: 413, grpc: Status.RESOURCE_EXHAUSTED, retry: false },
  body_too_large: { http: 413, grpc: Status.RESOURCE_EXHAUSTED, retry: false },
  invalid_content_type: { http: 415, grpc: Status.INVALID_ARGUMENT, retry: false },
  /** A request with the same Idempotency-Key is still being carried out. */
  request_in_progress: { http: 409, grpc: Status.ABORTED, retry: true },
  /** Another request had the same Idempotency-Key, or its answer is not kept. */
  idempotency_key_reused: { http: 422, grpc: Status.FAILED_PRECONDITION, retry: false },
  /** Keys of the last day have reached the limit of what is kept of them. */
  idempotency_store_full: { http: 503, grpc: Status.RESOURCE_EXHAUSTED, retry: true },
  /** The key has used up its requests of this minute, or an external API those of its quota. */
  too_many_requests: { http: 429, grpc: Status.RESOURCE_EXHAUSTED, retry: true },
  /** The URL is at a host to which the integration sends no credentials. */
  base_url_override_not_allowed: bad,
  /** An external API cannot be reached, or breaks off. */
  upstream_failed: { http: 502, grpc: Status.UNAVAILABLE, retry: true },
  /** The function of an action threw an error, or gave an output that does not fit its schema. */
  action_failed: { http: 422, grpc: Status.FAILED_PRECONDITION, retry: false },
  /** The function of an action ended with an answer of its API that is an error. */
  script_http_error: { http: 424, grpc: Status.FAILED_PRECONDITION, retry: false },
  /** An action was stopped at its deadline: what it had done until then stays done. */
  action_timed_out: { http: 504, grpc: Status.DEADLINE_EXCEEDED, retry: false },
  /** An action began, and nobody knows how it ended: it may have taken effect. */
  in_doubt: { http: 504, grpc: Status.UNKNOWN, retry: false },
  /** A server that we need does not answer. */
  unavailable: { http: 503, grpc: Status.UNAVAILABLE, retry: true },
  deadline_exceeded: { http: 504, grpc: Status.DEADLINE_EXCEEDED, retry: true },
  server_error: { http: 500, grpc: Status.INTERNAL, retry: false },
} as const satisfies Record<string, CodeFacts>

export type ErrorCode = keyof typeof codes
