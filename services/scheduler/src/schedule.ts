import { createHash } from 'node:crypto'
import { readFrequency } from '@syncline/frequency'
import type { SyncName } from '@syncline/proto'
import type { Cause } from './run.ts'
import { nextSlot } from './slots.ts'

/*
 * The states, which only the scripts in ./scripts change.
 *
 * A schedule says when a (connection, sync, variant) runs. It is
 *   STARTED   each slot of its frequency begins a run, or is skipped and counted
 *   PAUSED    no slots; only a trigger makes it run, once
 * and moves between the two by the commands start and pause. It exists as long as its connection and its sync are in
 * the catalog (a variant: until it is deleted). Beside that it is blocked while its connection needs new credentials: its
 * slots are skipped and counted, and a pause outlasts it. A trigger or start of a blocked schedule runs all the same: whoever
 * asks gets the error of the API, and whoever has just given new credentials gets a run.
 *
 * A run is one execution of a schedule:
 *   QUEUED    its message waits in the outbox or in JetStream; a run that was throttled waits there for its time
 *   RUNNING   a runner has taken it; each takeover is one more attempt, and only the newest may act
 *   ENDED     with an outcome: SUCCESS, FAILED, CANCELLED, LOST, or the limit that it met (see RunOutcome in proto/)
 *
 *   QUEUED → RUNNING   a runner starts attempt 1
 *   RUNNING → RUNNING  another runner takes over: attempt + 1, at most 5
 *   RUNNING → QUEUED   its runner reports that it was throttled: its API wants it to wait. It keeps its id and number; it is
 *                      requested again when its time has come, as attempt + 1, which is none of the five
 *   RUNNING → ENDED    its runner says so; a reset or the removal of the schedule cancels it; its lease ran out (LOST)
 *   QUEUED → ENDED     a reset, a pause or the removal cancels it; no runner took it in time (LOST)
 *   RUNNING → ENDED    as FAILED, when its throttles are more than 24 hours in all
 *
 * Throttled runs that wait are not in flight: however many one API has, they leave room in their environment.
 *
 * A schedule has at most one run that is not ENDED: `active`. A run that is asked for while there is one, or while the
 * environment is full, is remembered in `pendingTrigger` and begins as soon as it can. Triggers are coalesced: any number
 * of them that wait become one run.
 */

export interface Schedule {
  id: string
  /** `provider_config_key` */
  integration: string
  connection: string
  uid: string
  sync: string
  variant: string
  /** What the sync has ever written: emptied when the schedule goes. */
  models: string[]
  state: 'STARTED' | 'PAUSED'
  /** Frequency of the deployed sync. */
  default: string
  /** The override; '' = none. */
  frequency: string
  nextAt: number
  /** Cause of the run that waits to begin; '' = none. */
  pendingTrigger: '' | Cause
  /** Run in flight, '' = none. */
  active: string
  lastRun: string
  /** JSON text; '' = none. */
  checkpoint: string
  /** Start of the last run that succeeded; 0 = none. */
  lastSyncAt: number
  /** Slots that passed without a run. */
  skipped: number
  /** JSON text of `Blocked`; '' = not blocked. */
  blocked: string
}

/** Why no slot of a schedule runs, although nobody paused it. */
export interface Blocked {
  reason: 'needs_reauth'
  /** For people. */
  message: string
  /** RFC 3339 */
  since: string
}

export const BASE = 'base'

/** A hash of what the schedule is about, so that all instances that create it give it the same id. */
export function scheduleId(environment: string, uid: string, sync: string, variant: string): string {
  return createHash('sha256').update([environment, uid, sync, variant].join('\0')).digest('hex').slice(0, 24)
}

export function frequencyInForce(schedule: Schedule) {
  return readFrequency(schedule.frequency || schedule.default)
}

export function nextAtOf(schedule: Schedule, now: number): number {
  return nextSlot(schedule.id, frequencyInForce(schedule), now)
}

export function isNamed(schedule: Schedule, { name, variant }: SyncName): boolean {
  return schedule.sync === name && schedule.variant === variant
}

type Fields = Record<string, string>

export function scheduleFrom(id: string, fields: Fields): Schedule {
  return {
    id,
    integration: fields.integration ?? '',
    connection: fields.connection ?? '',
    uid: fields.uid ?? '',
    sync: fields.sync ?? '',
    variant: fields.variant ?? '',
    models: JSON.parse(fields.models ?? '[]'),
    state: fields.state as Schedule['state'], // what our scripts wrote
    default: fields.default ?? '',
    frequency: fields.frequency ?? '',
    nextAt: Number(fields.next_at),
    pendingTrigger: (fields.pending_trigger ?? '') as Schedule['pendingTrigger'],
    active: fields.active ?? '',
    lastRun: fields.last_run ?? '',
    checkpoint: fields.checkpoint ?? '',
    lastSyncAt: Number(fields.last_sync_at),
    skipped: Number(fields.skipped),
    blocked: fields.blocked ?? '',
  }
}
