import { z } from 'zod'
import { ConnectionId, countInQuery, Instant, ProviderConfigKey, SyncName, Variant } from './fields.ts'
import type { Route } from './route.ts'

/** By model. */
export const Result = z.record(z.string(), z.object({ added: z.int(), updated: z.int(), deleted: z.int() }))

export const Run = z.object({
  id: z.string(),
  state: z.enum(['queued', 'running', 'ended']),
  /** Why it did not succeed. */
  reason: z
    .enum([
      ...(['failed', 'cancelled', 'lost', 'timed_out', 'cpu_limit', 'event_loop_blocked'] as const),
      ...(['out_of_memory', 'output_limit', 'protocol_violation', 'crashed', 'exited'] as const),
    ])
    .nullable(),
  error: z.string().nullable(),
  /** What a run that succeeded could not do. */
  warning: z.string().nullable(),
  /** Grows when the run is taken over by another runner, or was throttled. */
  attempt: z.int(),
  /** Why it was started: schedule, trigger or start. */
  cause: z.string(),
  requestedAt: Instant,
  startedAt: Instant.nullable(),
  finishedAt: Instant.nullable(),
  result: Result,
  /** Level of isolation of the function: basic, partial, oswall or namespaced; null before it runs. */
  sandbox: z.string().nullable(),
  /** Of a run that failed, the end of its log. */
  lastLines: z.array(z.string()),
  /** How often its API made it wait so long that it left its runner, and until when it waits now; null = never. */
  throttled: z
    .object({ times: z.int(), until: Instant.nullable(), /** Of the last time. */ reason: z.string() })
    .nullable(),
})
export type Run = z.infer<typeof Run>

const listRuns = {
  method: 'GET',
  url: '/runs',
  schema: {
    querystring: z.strictObject({
      provider_config_key: ProviderConfigKey,
      connection_id: ConnectionId,
      sync_name: SyncName,
      variant: Variant.default('base'),
      limit: countInQuery(1, 50).default(20),
    }),
    /** Newest first. */
    response: { 200: z.object({ runs: z.array(Run) }) },
  },
} as const satisfies Route

export const LogLine = z.object({
  at: Instant,
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: z.string(),
})
export type LogLine = z.infer<typeof LogLine>

const listLogs = {
  method: 'GET',
  url: '/runs/:id/logs',
  schema: {
    params: z.object({ id: z.string().min(1).max(255) }),
    querystring: z.strictObject({ limit: countInQuery(1, 10_000).default(1000) }),
    response: { 200: z.object({ lines: z.array(LogLine) }) },
  },
} as const satisfies Route

export const runRoutes = { listRuns, listLogs }
