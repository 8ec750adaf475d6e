import { z } from 'zod'

/** ISO 8601 in UTC with milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 })

/** Of a schedule, in every event about it. */
const ScheduleNames = {
  schedule: z.string(),
  provider_config_key: z.string(),
  connection_id: z.string(),
  sync: z.string(),
  variant: z.string(),
}
const RunNames = { ...ScheduleNames, run: z.string(), attempt: z.int() }
const cause = z.enum(['schedule', 'trigger', 'start', 'retry'])
const ConnectionNames = { provider_config_key: z.string(), connection_id: z.string(), reason: z.string() }

/** Why a schedule is stale, in the order in which the reasons are looked for. */
export const staleReasons = [
  ...(['paused', 'needs_reauth', 'scheduler_down', 'store_unavailable', 'rate_limited'] as const),
  ...(['environment_full', 'integration_full', 'no_runner', 'backfilling', 'overlap', 'failing'] as const),
  'held_back',
] as const
export const StaleReason = z.enum(staleReasons)
export type StaleReason = z.infer<typeof StaleReason>

export const runOutcomes = [
  ...(['success', 'failed', 'cancelled', 'lost', 'timed_out', 'cpu_limit', 'event_loop_blocked'] as const),
  ...(['out_of_memory', 'output_limit', 'protocol_violation', 'crashed', 'exited'] as const),
] as const

/** By model. */
const Result = z.record(z.string(), z.object({ added: z.int(), updated: z.int(), deleted: z.int() }))

/** What an event of each type tells. docs/reference/events.md explains them, and how they may change. */
export const eventData = {
  'run.started': z.object({ ...RunNames, cause }),
  'run.ended': z.object({
    ...RunNames,
    cause,
    outcome: z.enum(runOutcomes),
    error: z.string(),
    result: Result,
    /** Of the sync in the newest attempt; empty = not known. */
    version: z.string().default(''),
    requested_at: Instant,
    started_at: Instant.nullable(),
    finished_at: Instant,
  }),
  'run.throttled': z.object({ ...RunNames, reason: z.string(), until: Instant }),
  'sync.stale': z.object({ ...ScheduleNames, reason: StaleReason, since: Instant, message: z.string() }),
  'sync.fresh': z.object({ ...ScheduleNames, stale_since: Instant }),
  'sync.paused': z.object({ ...ScheduleNames, reason: z.string() }),
  'sync.started': z.object(ScheduleNames),
  'system.outage': z.object({ reason: StaleReason, since: Instant, schedules: z.int() }),
  'system.recovered': z.object({ reason: StaleReason, since: Instant }),
  'connection.needs_reauth': z.object(ConnectionNames),
  'connection.reauthorized': z.object(ConnectionNames),
} as const

export type EventType = keyof typeof eventData
export type EventData<Type extends EventType = EventType> = z.infer<(typeof eventData)[Type]>
export const eventTypes = Object.keys(eventData) as EventType[] // the keys are what the type says
