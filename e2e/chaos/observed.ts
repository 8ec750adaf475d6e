import type { Schedule, SkippedSlots } from '@syncline/proto'
import type { Effect } from './chaos-api.ts'
import type { RunEvent } from './run-events.ts'

/** What was seen of one schedule from outside. */
export interface Observed {
  /** `<environment>/<sync>/<connection>` */
  name: string
  intervalMs: number
  /** Up to just before `after`. */
  effects: Effect[]
  /** Before the first fault, and when all was quiet again; it goes on. */
  before: Schedule
  after: Schedule
  /** Read after `after`, as are the following. */
  skipped: SkippedSlots[]
  /** In the order of the stream. */
  events: RunEvent[]
  /** Of its live records. */
  ids: number[]
}

export interface Quiet {
  /** By how much the clock jumped back, each time. */
  backJumpsMs: number[]
  /**
   * Slots that were overdue when the clock jumped back are due once more when their time comes again: so long may they have
   * been overdue, over all jumps.
   */
  overdueMs: number
  jumps: number
  /** Runs that began after this, by the clock of the scheduler, had no fault beside them. */
  sinceMs: number
  /** When `after` was read, by the same clock. */
  nowMs: number
}

/** Of a checkpoint of `counting`. */
export function totalOf(checkpoint: string): number {
  return (JSON.parse(checkpoint || '{}') as { total?: number }).total ?? 0
}
