import { createHash } from 'node:crypto'
import { readFrequency } from '@syncline/frequency'
import type { Definition } from './definition.ts'
import type { Cause } from './run.ts'

/*
 * The states, which only the scripts in ../scripts change.
 *
 * A schedule says when a (connection, sync, variant) runs. It is
 *   STARTED   each slot of its frequency becomes a run, or is skipped and counted with its reason
 *   PAUSED    no slots; only a trigger makes it run, once. It was paused by a command, or after too many failures
 * It exists as long as its connection and its sync are in the catalog (a variant: until it is deleted). Beside that it is
 * blocked while its connection needs new credentials: its slots are skipped and counted, and a pause outlasts it. A trigger or
 * start of a blocked schedule runs all the same: whoever asks gets the error of the API, and whoever has just given new
 * credentials gets a run.
 *
 * A run is one execution of a schedule:
 *   QUEUED    it waits in the fair queue (../scripts/queue.lua); or, after it was throttled or could not reach a service, for a time
 *   RUNNING   a runner has taken it: one attempt. Only the newest attempt may act
 *   ENDED     with an outcome: SUCCESS, FAILED, CANCELLED, LOST, or the limit that it met (see RunOutcome in proto/)
 *
 *   QUEUED → RUNNING   a runner takes it: attempt + 1
 *   RUNNING → QUEUED   THROTTLED: its API wants it to wait until a time. At most 24 hours in all, then it ends as FAILED
 *                      HANDED_BACK: its runner stops, or can't reach a service
 *                      its runner has sent no heartbeat for a lease, or lives and does not know the run
 *   RUNNING → ENDED    its runner says so; it is cancelled: by a command, a reset, the removal of the schedule, or its overlap policy
 *   RUNNING → ENDED    LOST: five attempts in a row ended early and none of them saved a checkpoint
 *   QUEUED → ENDED     a command, a reset, a pause or the removal cancels it; no runner took it in time (LOST)
 *
 * An attempt that was throttled is none of the five, and a checkpoint sets their count to zero: a long run may be handed from
 * runner to runner any number of times. QUEUED runs are not in flight: limits count RUNNING ones.
 *
 * A schedule has at most one run that is not ENDED: `active`. A run that is asked for while there is one is remembered in
 * `pending` and begins when that one ends. Triggers are coalesced: any number of them that wait become one run.
 */

export interface Schedule {
  id: string
  definition: Definition
  connection: string
  /** Of the connection. */
  uid: string
  variant: string
  state: 'STARTED' | 'PAUSED'
  /** Why it is PAUSED although nobody paused it; '' otherwise. */
  pausedBecause: string
  /** The override; '' = none. */
  frequency: string
  /** In force, of the override or the definition; 0 = it is cron. */
  intervalMs: number
  /** In force. */
  freshMs: number
  nextAt: number
  /** When a run that failed is repeated; 0 = it is not. */
  retryAt: number
  /** Cause of the run that follows the active one; '' = none. */
  pending: '' | Cause
  /** The run that has not ended, '' = none. */
  active: string
  /** The newest run, ended or not. */
  lastRun: string
  /** JSON text; '' = none. */
  checkpoint: string
  /** Start of the last run that succeeded; 0 = none. */
  lastSyncAt: number
  /** End of the last run that succeeded and held nothing back; 0 = none. */
  freshAt: number
  /** Since when runs succeed and hold deletions back; 0 = the last one did not. */
  heldSince: number
  /** Runs that failed, one after the other. */
  failures: number
  failingSince: number
  /** Slots that became no run. */
  skipped: number
  /** JSON text of `Blocked`; '' = not blocked. */
  blocked: string
  createdAt: number
  /** What was published last: JSON [reason, since]; '' = it is fresh. */
  stale: string
  /** The last command that was applied. */
  command: string
  emptyCache: boolean
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

export function frequencyInForce({ frequency, definition }: Pick<Schedule, 'frequency' | 'definition'>) {
  return readFrequency(frequency || definition.frequency)
}

/** `fields` are those of `s:<id>`, and those of `t:<id>` if there is one. */
export function scheduleFrom(id: string, fields: Record<string, string>, definition: Definition): Schedule {
  const number = (name: string) => Number(fields[name] ?? 0)
  const lastRun = fields.number === undefined ? '' : `${id}-${fields.number}`
  return {
    id,
    definition,
    connection: fields.connection ?? '',
    uid: fields.uid ?? '',
    variant: fields.variant ?? BASE,
    state: fields.state === 'PAUSED' ? 'PAUSED' : 'STARTED',
    pausedBecause: fields.paused_because ?? '',
    frequency: fields.frequency ?? '',
    intervalMs: fields.frequency === undefined ? definition.intervalMs : number('interval_ms'),
    freshMs: number('fresh_ms') || definition.freshMs,
    nextAt: number('next_at'),
    retryAt: number('retry_at'),
    pending: (fields.pending ?? '') as Schedule['pending'], // what our scripts wrote
    active: fields.active === undefined ? '' : lastRun,
    lastRun,
    checkpoint: fields.checkpoint ?? '',
    lastSyncAt: number('last_sync_at'),
    freshAt: number('fresh_at'),
    heldSince: number('held_since'),
    failures: number('failures'),
    failingSince: number('failing_since'),
    skipped: number('skipped'),
    blocked: fields.blocked ?? '',
    createdAt: number('created_at'),
    stale: fields.stale ?? '',
    command: fields.command ?? '',
    emptyCache: fields.empty_cache === '1',
  }
}
