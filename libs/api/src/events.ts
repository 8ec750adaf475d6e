import { z } from 'zod'
import { Instant } from './fields.ts'
import { StaleReason } from './freshness.ts'
import { Result } from './runs.ts'

/** Of a schedule, in every event about it. */
const ScheduleNames = {
  schedule: z.string(),
  provider_config_key: z.string(),
  connection_id: z.string(),
  sync: z.string(),
  variant: z.string(),
}
const RunNames = { ...ScheduleNames, run: z.string(), attempt: z.int() }

/** What an event of each type tells. Fields may be added; a change of meaning is a new type. */
export const eventData = {
  'run.started': z.object({ ...RunNames, cause: z.string() }),
  'run.ended': z.object({
    ...RunNames,
    cause: z.string(),
    outcome: z.string(),
    error: z.string(),
    result: Result,
    requested_at: Instant,
    started_at: Instant.nullable(),
    finished_at: Instant,
  }),
  'run.throttled': z.object({ ...RunNames, reason: z.string(), until: Instant }),
  'sync.stale': z.object({ ...ScheduleNames, reason: StaleReason, since: Instant, message: z.string() }),
  'sync.fresh': z.object({ ...ScheduleNames, stale_since: Instant }),
  'sync.paused': z.object({ ...ScheduleNames, reason: z.string() }),
  'sync.started': z.object(ScheduleNames),
  /** A reason that concerns many schedules at once: one event for all of them. */
  'system.outage': z.object({ reason: StaleReason, since: Instant, schedules: z.int() }),
  'system.recovered': z.object({ reason: StaleReason, since: Instant }),
  'connection.needs_reauth': z.object({
    provider_config_key: z.string(),
    connection_id: z.string(),
    reason: z.string(),
  }),
  'connection.reauthorized': z.object({ provider_config_key: z.string(), connection_id: z.string() }),
} as const
export type EventType = keyof typeof eventData

/** A CloudEvent (1.0, structured JSON). JetStream message `event.<type>.<environment>`, at least once; `id` is the same when it comes again. */
export const Event = z.object({
  specversion: z.literal('1.0'),
  id: z.string(),
  /** `/environments/<name>` */
  source: z.string(),
  type: z.enum(Object.keys(eventData) as [EventType, ...EventType[]]),
  time: Instant,
  datacontenttype: z.literal('application/json'),
  data: z.record(z.string(), z.unknown()),
})
export type Event = z.infer<typeof Event>
