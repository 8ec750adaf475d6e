import { CURSOR_MAX_CHARS } from '@syncline/record/record-id'
import { z } from 'zod'
import {
  INCOMPLETE_CHARS,
  RECORDS_PER_CALL,
  RECORDS_PER_PAGE,
  SKIPPED_ID_CHARS,
  SKIPPED_REASON_CHARS,
} from './call-limits.ts'
import { checkpointJson } from './checkpoint-json.ts'

const MAX_LOCK_MS = 24 * 3600 * 1000
/** As of a body of the REST API. */
const MAX_ACTION_INPUT_CHARS = 2 * 1024 * 1024

const MAX_RETRIES = 25
const MAX_RETRY_RULES = 100
const MAX_HEADERS = 200
const MAX_URL_CHARS = 64 * 1024

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9a-z-]+$/, 'is not a valid name of a header')
const headerValue = z.string().regex(/^[^\0\r\n]*$/, 'a header must have no line breaks and no NUL')
const headers = z
  .record(headerName, headerValue)
  .refine((all) => Object.keys(all).length <= MAX_HEADERS, `more than ${MAX_HEADERS} headers`)
const urlText = z.string().max(MAX_URL_CHARS)
const httpMethod = z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Text, or bytes in base64. */
const HttpBody = z.union([z.object({ text: z.string() }), z.object({ base64: z.string() })])
export type HttpBody = z.infer<typeof HttpBody>

/** A request with the connection's credentials. */
const HttpCall = z.object({
  method: httpMethod,
  /** Path and query below the base URL, or a full URL. */
  endpoint: urlText,
  baseUrl: urlText.optional(),
  /** Names in lower case. */
  headers,
  body: HttpBody.optional(),
  retries: z.number().transform((retries) => Math.min(Math.max(0, Math.trunc(retries)), MAX_RETRIES)),
  retryOn: z.array(z.number()).max(MAX_RETRY_RULES),
  retryAfter: z.array(z.string().max(255)).max(MAX_RETRY_RULES),
  retryAt: z.array(z.string().max(255)).max(MAX_RETRY_RULES),
  /** It may be repeated, whatever its method is: the API changes nothing, or nothing more. */
  idempotent: z.boolean().default(false),
  /** The answer's body in base64. */
  binary: z.boolean(),
  keepAuthOnRedirect: z.boolean(),
})
export type HttpCall = z.infer<typeof HttpCall>

/** A request without credentials. */
const FetchCall = z.object({
  method: httpMethod,
  url: z.url().max(MAX_URL_CHARS),
  headers,
  body: HttpBody.optional(),
})
export type FetchCall = z.infer<typeof FetchCall>

const HttpAnswer = z.object({
  /** Where the answer came from: the request's URL, or where its redirects led, with the query. Links are relative to it. */
  url: z.string(),
  status: z.number(),
  statusText: z.string(),
  headers: z.record(z.string(), z.string()),
  body: HttpBody,
})
export type HttpAnswer = z.infer<typeof HttpAnswer>

const fields = z.record(z.string(), z.unknown())
/** As functions see it. */
const Connection = z.object({
  connection_id: z.string(),
  provider_config_key: z.string(),
  provider: z.string(),
  credentials: fields,
  connection_config: fields,
  metadata: fields.nullable(),
  tags: z.record(z.string(), z.string()),
  created_at: z.string(),
  updated_at: z.string(),
})

/** As functions see it. */
const Integration = z.object({
  unique_key: z.string(),
  provider: z.string(),
  display_name: z.string(),
  logo: z.string(),
  forward_webhooks: z.boolean(),
  integration_config: z.record(z.string(), z.string()).optional(),
  custom: z.record(z.string(), z.string()).optional(),
  created_at: z.string(),
  updated_at: z.string(),
  credentials: fields.nullable().optional(),
})

const name = z.string().min(1).max(255)
const lockKey = name
const syncs = z
  .array(z.object({ name, variant: name }))
  .min(1)
  .max(100)

const model = z.string().max(255)
const cursor = z.string().max(CURSOR_MAX_CHARS)
/** Index of the call's first record in the list that the function gave, those left out included: errors name a record by it. */
const first = z.int().nonnegative()
const records = z.array(z.unknown()).max(RECORDS_PER_CALL)
/** The length of each record, in bytes: their texts lie one after the other beside the params. See `encodeText` in libs/record. */
const sizes = z.array(z.int().positive()).max(RECORDS_PER_CALL)
/** Records that can't be stored and are left out, with their index in the list that the function gave. */
const skipped = z
  .array(
    z.object({
      index: z.int().nonnegative(),
      id: z.string().max(SKIPPED_ID_CHARS).optional(),
      reason: z.string().max(SKIPPED_REASON_CHARS),
    }),
  )
  .max(RECORDS_PER_CALL)
  .default([])
/** The first request of the run that failed and was never made good; empty if there is none. Without query strings. */
const incomplete = z.string().max(INCOMPLETE_CHARS).default('')

/** Empty, or a flat JSON object. 64 KiB of text may be six times as long in JSON. */
const checkpoint = z
  .string()
  .max(512 * 1024)
  .transform((json, context) => {
    try {
      return json === '' ? '' : checkpointJson(JSON.parse(json))
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error))
      return z.NEVER
    }
  })

/**
 * What a running function may ask of its runner: the params of each method and its answer, which cross the channel as
 * JSON. A child is not trusted, so the runner parses its params (parse-params.ts). Of answers only the type is used.
 */
export const hostApi = {
  http: { params: HttpCall, answer: HttpAnswer },
  fetch: { params: FetchCall, answer: HttpAnswer },
  save: {
    params: z.object({ model, mode: z.enum(['replace', 'merge']), sizes, skipped }),
    answer: z.null(),
  },
  delete: { params: z.object({ model, first, records }), answer: z.null() },
  /** `cursor`: instead of the end of the stream as it is now; or empty. */
  setMergingStrategy: {
    params: z.object({
      model,
      strategy: z.enum(['override', 'ignore_if_modified_after']),
      cursor: cursor.default(''),
    }),
    answer: z.null(),
  },
  listRecords: {
    params: z.object({
      model,
      cursor,
      limit: z.int().min(1).max(RECORDS_PER_PAGE),
      ids: z.array(z.string()).max(RECORDS_PER_PAGE),
    }),
    /** `json`: an array of records. */
    answer: z.object({ json: z.string(), nextCursor: z.string() }),
  },
  trackDeletes: {
    params: z.object({
      model,
      step: z.enum(['start', 'end', 'previous']),
      allowMassDelete: z.boolean(),
      /** What was incomplete before a checkpoint does not count either. */
      allowIncomplete: z.boolean().default(false),
      incomplete,
    }),
    answer: z.null(),
  },
  getCheckpoint: { params: z.null(), answer: z.object({ json: z.string() }) },
  /** An empty `json` clears it. */
  saveCheckpoint: { params: z.object({ json: checkpoint, incomplete }), answer: z.null() },
  /** `forceRefresh`: with a new token. */
  getConnection: { params: z.object({ forceRefresh: z.boolean() }), answer: Connection },
  setMetadata: {
    params: z.object({ metadata: fields, merge: z.boolean() }),
    answer: z.null(),
  },
  getIntegration: { params: z.object({ credentials: z.boolean() }), answer: Integration },
  getEnvironmentVariables: {
    params: z.null(),
    answer: z.array(z.object({ name: z.string(), value: z.string() })),
  },
  /** False: another owner has it. */
  tryAcquireLock: {
    params: z.object({ key: lockKey, ttlMs: z.number().positive().max(MAX_LOCK_MS).transform(Math.ceil) }),
    answer: z.boolean(),
  },
  /** False: this owner does not have it. */
  releaseLock: { params: z.object({ key: lockKey }), answer: z.boolean() },
  releaseAllLocks: { params: z.null(), answer: z.null() },
  triggerSync: {
    params: z.object({
      providerConfigKey: name,
      connectionId: name,
      syncs,
      reset: z.boolean(),
      emptyCache: z.boolean(),
    }),
    answer: z.null(),
  },
  /** An empty connection means all of the integration. */
  startSync: {
    params: z.object({ providerConfigKey: name, connectionId: z.string().max(255), syncs }),
    answer: z.null(),
  },
  triggerAction: {
    params: z.object({
      providerConfigKey: name,
      connectionId: name,
      action: name,
      /** JSON text; absent: none is given. */
      input: z.string().max(MAX_ACTION_INPUT_CHARS).optional(),
    }),
    /** `code`: empty, or why it failed. `json`: the output, or further fields of the error. */
    answer: z.object({ code: z.string(), message: z.string(), json: z.string() }),
  },
}
type Api = typeof hostApi

export type HostMethod = keyof Api
/** By method, as the runner gets them. */
export type HostParams = { [Name in HostMethod]: z.output<Api[Name]['params']> }
export type HostAnswers = { [Name in HostMethod]: z.output<Api[Name]['answer']> }

/** Calls a method of the host, in the child. */
export type CallHost = <Name extends HostMethod>(
  method: Name,
  params: z.input<Api[Name]['params']>,
  text?: string,
) => Promise<HostAnswers[Name]>
