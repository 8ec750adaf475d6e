import { checkpointJson, type HostApi } from '@syncline/functions'
import { wholePage } from '@syncline/record'
import type { HostMethods } from '@syncline/sandbox'
import pLimit from 'p-limit'
import { z } from 'zod'
import { type Attempt, type AttemptDeps, streamOf } from './attempt.ts'
import type { Egress } from './http/egress.ts'
import { httpCall } from './http/http-call.ts'
import { FetchCall, HttpCall } from './http/messages.ts'
import type { Work } from './load-work.ts'
import { retrying } from './retrying.ts'
import type { RunLog } from './run-log.ts'
import type { Saves } from './saves.ts'

const CALL_FOR_MS = 60_000
/** Each holds an answer of up to 50 MiB in our memory. */
const REQUESTS_AT_ONCE = 6
const PAGE_MAX = 100

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

type Params = { [Name in keyof typeof params]: z.infer<(typeof params)[Name]> }
type Host = {
  [Name in keyof HostApi]: (params: Params[Name], signal: AbortSignal) => ReturnType<HostApi[Name]>
}

/** What the child of an attempt may ask for. Whose run it is comes from here, never from the child. */
export function createHost(
  deps: AttemptDeps,
  attempt: Attempt,
  work: Work,
  saves: Saves,
  log: RunLog,
): HostMethods {
  const { environment, runId, attempt: number } = attempt
  const run = { environment, runId, attempt: number }
  const { loader } = deps
  const turn = pLimit(REQUESTS_AT_ONCE)
  const request: Egress['request'] = (url, request, signal) =>
    turn(() => deps.egress.request(url, request, signal))
  const warn = (text: string) => log.add('warn', text)

  const host: Host = {
    http: (call, signal) => httpCall({ request, access: () => loader.access(attempt), warn }, call, signal),
    fetch: ({ url, ...rest }, signal) => request(new URL(url), rest, signal),

    save: async ({ model, mode, first, records }) => {
      await saves.save(model, mode, first, records)
      return null
    },
    delete: async ({ model, first, records }) => {
      await saves.delete(model, first, records)
      return null
    },
    trackDeletes: async ({ model, step, allowMassDelete }) => {
      await saves.trackDeletes(model, step, allowMassDelete)
      return null
    },
    listRecords: async ({ model, cursor, limit, ids }, signal) => {
      saves.known(model)
      const request = {
        stream: streamOf(attempt, model),
        cursor,
        limit,
        ids,
        modifiedAfterMs: 0,
        actions: [],
      }
      const page = await retrying((each) => wholePage(deps.records.listRecords(request, { signal: each })), {
        forMs: CALL_FOR_MS,
        signal,
      })
      return { json: page.records.toString(), nextCursor: page.nextCursor }
    },

    getCheckpoint: (_, signal) =>
      retrying((each) => deps.scheduler.getCheckpoint(run, { signal: each }), { forMs: CALL_FOR_MS, signal }),
    // Not before what it covers is durable.
    saveCheckpoint: async ({ json }, signal) => {
      await saves.settled()
      const checked = json === '' ? '' : checkpointJson(JSON.parse(json))
      await retrying((each) => deps.scheduler.saveCheckpoint({ ...run, json: checked }, { signal: each }), {
        forMs: CALL_FOR_MS,
        signal,
      })
      return null
    },

    getConnection: async () => {
      const { connection, integration, credentials } = await loader.access(attempt)
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
    },
    setMetadata: async ({ metadata, merge }) => {
      await loader.catalog.connections.update(
        (present) => ({
          ...present,
          metadata: merge ? { ...present.metadata, ...metadata } : metadata,
          updatedAt: new Date().toISOString(),
        }),
        environment,
        attempt.providerConfigKey,
        attempt.connectionId,
      )
      return null
    },
    getIntegration: async () => {
      const { key, provider, displayName } = work.integration
      return { unique_key: key, provider, display_name: displayName }
    },
    getEnvironmentVariables: async () => loader.variables(environment),
  }
  return Object.fromEntries(
    Object.entries(host).map(([name, method]) => [
      name,
      parsed(name as keyof Host, method as Host[keyof Host]),
    ]),
  )
}

function parsed<Name extends keyof Host>(name: Name, method: Host[Name]): HostMethods[string] {
  return async (raw, signal) => {
    const checked = params[name].safeParse(raw)
    if (!checked.success) {
      const { path, message } = checked.error.issues[0] ?? { path: [], message: 'bad params' }
      throw new Error(`${name}: ${path.join('.')}: ${message}`)
    }
    return method(checked.data as never, signal) // of this method: both are looked up by its name
  }
}
