import { AppError } from '@syncline/errors'
import { checkpointJson, type HostApi } from '@syncline/functions'
import { wholePage } from '@syncline/record'
import { AnswerWithText, type HostCall, type HostMethods } from '@syncline/sandbox'
import pLimit, { type LimitFunction } from 'p-limit'
import { z } from 'zod'
import { type Attempt, streamOf } from './attempt.ts'
import type { Egress } from './http/egress.ts'
import { REQUESTS_AT_ONCE, toHostAnswer } from './http/egress-answer.ts'
import { httpCall } from './http/http-call.ts'
import { FetchCall, HttpCall } from './http/messages.ts'
import { retrying } from './retrying.ts'
import type { RunContext } from './run-context.ts'

const CALL_FOR_MS = 60_000
const PAGE_MAX = 100
/** A connection is one entry of the catalog: one message of NATS, which may have 1 MB. */
const METADATA_BYTES = 900_000
/** What the record store gives as one page at most, unless an operator allows more. */
const PAGE_BYTES = 16 * 1024 * 1024

const model = z.string().max(255)
const first = z.int().nonnegative()
const records = z.array(z.unknown()).max(1000)

/** Params of each method, as far as a child is allowed to choose. */
const params = {
  http: HttpCall,
  fetch: FetchCall,
  save: z.object({ model, mode: z.enum(['replace', 'merge']), first, records }),
  delete: z.object({ model, first, records }),
  listRecords: z.object({
    model,
    cursor: z.string().max(1100),
    limit: z.int().min(1).max(PAGE_MAX),
    ids: z.array(z.string()).max(PAGE_MAX),
  }),
  trackDeletes: z.object({ model, step: z.enum(['start', 'end', 'previous']), allowMassDelete: z.boolean() }),
  getCheckpoint: z.null(),
  saveCheckpoint: z.object({ json: z.string().max(100_000) }),
  getConnection: z.null(),
  setMetadata: z.object({ metadata: z.record(z.string(), z.unknown()), merge: z.boolean() }),
  getIntegration: z.null(),
  getEnvironmentVariables: z.null(),
} satisfies { [Name in keyof HostApi]: z.ZodType<Parameters<HostApi[Name]>[0]> }

type Name = keyof HostApi
type Params = { [N in Name]: z.infer<(typeof params)[N]> }
/** A run, and what its methods share. */
type HostContext = RunContext & { requests: LimitFunction }
type Method<N extends Name> = (
  run: HostContext,
  params: Params[N],
  call: HostCall,
) => ReturnType<HostApi[N]> | Promise<AnswerWithText>

const methods: { [N in Name]: Method<N> } = {
  http,
  fetch: fetchUrl,
  save,
  delete: deleteRecords,
  trackDeletes,
  listRecords,
  getCheckpoint,
  saveCheckpoint,
  getConnection,
  setMetadata,
  getIntegration,
  getEnvironmentVariables,
}

/** What the child of an attempt may ask for. Whose run it is comes from here, never from the child. */
export function createHost(run: RunContext): HostMethods {
  const context: HostContext = { ...run, requests: pLimit(REQUESTS_AT_ONCE) }
  const names = Object.keys(methods) as Name[] // its own keys
  return Object.fromEntries(names.map((name) => [name, hostMethod(name, context)]))
}

/** Not async: a function that waits keeps its arguments, and what was parsed of a message may be twenty times as large. */
function hostMethod<N extends Name>(name: N, run: HostContext): HostMethods[string] {
  return (raw, call) => {
    const checked = params[name].safeParse(raw)
    if (!checked.success) {
      const { path, message } = checked.error.issues[0] ?? { path: [], message: 'bad params' }
      throw new Error(`${name}: ${path.join('.')}: ${message}`)
    }
    // Both were looked up by the same name.
    return methods[name](run, checked.data as Params[N], call).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'fenced') run.stop(error)
      throw error
    })
  }
}

async function http(run: HostContext, call: Params['http'], own: HostCall) {
  const deps = {
    request: limited(run),
    access: () => run.deps.loader.access(run.attempt),
    warn: (text: string) => run.log.add('warn', text),
  }
  return toHostAnswer(await httpCall(deps, call, own), call.binary)
}

async function fetchUrl(run: HostContext, { url, ...request }: Params['fetch'], own: HostCall) {
  return toHostAnswer(await limited(run)(new URL(url), request, own), false)
}

function limited({ requests, deps }: HostContext): Egress['request'] {
  return (url, request, own) => requests(() => deps.egress.request(url, request, own))
}

function save({ saves }: HostContext, { model, mode, first, records }: Params['save']) {
  return saves.save(model, mode, first, records).then(() => null)
}

function deleteRecords({ saves }: HostContext, { model, first, records }: Params['delete']) {
  return saves.delete(model, first, records).then(() => null)
}

async function trackDeletes(
  { saves }: HostContext,
  { model, step, allowMassDelete }: Params['trackDeletes'],
) {
  await saves.trackDeletes(model, step, allowMassDelete)
  return null
}

async function listRecords(
  { deps, attempt, saves }: HostContext,
  { model, cursor, limit, ids }: Params['listRecords'],
  { signal, hold }: HostCall,
) {
  saves.known(model)
  const stream = streamOf(attempt, model)
  const request = { stream, cursor, limit, ids, modifiedAfterMs: 0, actions: [] }
  await hold(PAGE_BYTES)
  const { records, nextCursor } = await retrying(
    (each) => wholePage(deps.records.listRecords(request, { signal: each })),
    { forMs: CALL_FOR_MS, signal },
  )
  await hold(records.length)
  return new AnswerWithText({ nextCursor }, ['json'], 'utf8', [records])
}

function getCheckpoint({ deps, attempt }: HostContext, _: null, { signal }: HostCall) {
  return retrying((each) => deps.scheduler.getCheckpoint(attemptKey(attempt), { signal: each }), {
    forMs: CALL_FOR_MS,
    signal,
  })
}

/** Not before what it covers is durable. What a checkpoint may be is checked here, and nowhere behind. */
async function saveCheckpoint(
  { deps, attempt, saves }: HostContext,
  { json }: Params['saveCheckpoint'],
  { signal }: HostCall,
) {
  await saves.settled()
  const checkpoint = { ...attemptKey(attempt), json: json === '' ? '' : checkpointJson(JSON.parse(json)) }
  await retrying((each) => deps.scheduler.saveCheckpoint(checkpoint, { signal: each }), {
    forMs: CALL_FOR_MS,
    signal,
  })
  return null
}

async function getConnection({ deps, attempt }: HostContext) {
  const { connection, integration, credentials } = await deps.loader.access(attempt)
  return {
    connection_id: connection.id,
    provider_config_key: connection.integration,
    provider: integration.provider,
    credentials,
    connection_config: connection.connectionConfig,
    metadata: connection.metadata,
    tags: connection.tags,
    created_at: connection.createdAt,
    updated_at: connection.updatedAt,
  }
}

async function setMetadata({ deps, attempt }: HostContext, { metadata, merge }: Params['setMetadata']) {
  const { environment, providerConfigKey, connectionId } = attempt
  const bytes = Buffer.byteLength(JSON.stringify(metadata))
  if (bytes > METADATA_BYTES) {
    throw new Error(`setMetadata: the metadata has ${bytes} bytes; ${METADATA_BYTES} are allowed`)
  }
  await deps.loader.catalog.connections.update(
    (present) => ({
      ...present,
      metadata: merge ? { ...present.metadata, ...metadata } : metadata,
      updatedAt: new Date().toISOString(),
    }),
    environment,
    providerConfigKey,
    connectionId,
  )
  return null
}

async function getIntegration({ work }: HostContext) {
  const { key, provider, displayName } = work.integration
  return { unique_key: key, provider, display_name: displayName }
}

async function getEnvironmentVariables({ deps, attempt }: HostContext) {
  return deps.loader.variables(attempt.environment)
}

const attemptKey = ({ environment, runId, attempt }: Attempt) => ({ environment, runId, attempt })
