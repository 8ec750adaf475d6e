import { AppError } from '@syncline/errors'
import { RunOutcome } from '@syncline/proto'
import type { Outcome } from '@syncline/sandbox'

/**
 * How an attempt ended. `detail`: lines for its log, a stack or what its process wrote before it died.
 * `left` is no end of the run: another attempt has it, or (`again`) shall have it. Nor is THROTTLED: the run comes back.
 */
export type End =
  | {
      outcome: Exclude<RunOutcome, RunOutcome.UNSPECIFIED | RunOutcome.THROTTLED>
      error: string
      detail?: string
    }
  | { outcome: RunOutcome.THROTTLED; error: string; resumeAt: number; detail?: never }
  | { outcome: 'left'; error: string; again: boolean; detail?: never }

type Throttled = Extract<End, { outcome: RunOutcome.THROTTLED }>

/** The scheduler wants the run to end. */
export class RunCancelled extends Error {}

/** The API wants the run to wait until then. */
export class RunThrottled extends Error {
  readonly until: number

  constructor(reason: string, until: number) {
    super(reason)
    this.until = until
  }
}

/** A run that comes back is there a bit before its turn. */
const EARLY_MS = 300

export function endOfThrottled({ message, until }: RunThrottled, now: number): Throttled {
  const waitMs = Math.max(0, until - now)
  const resumeAt = Math.round(until - Math.min(EARLY_MS, waitMs / 2))
  return { outcome: RunOutcome.THROTTLED, error: message, resumeAt }
}

export function endOf(outcome: Outcome): End {
  if (outcome.kind === 'success') return { outcome: RunOutcome.SUCCESS, error: '' }
  if (outcome.kind === 'failed') {
    const { message, stack } = outcome.error
    return { outcome: RunOutcome.FAILED, error: message, ...(stack && { detail: stack }) }
  }
  const { message, stderr } = outcome
  return { outcome: byEnding[outcome.kind], error: message, ...(stderr && { detail: stderr }) }
}

const byEnding = {
  timed_out: RunOutcome.TIMED_OUT,
  cpu_limit: RunOutcome.CPU_LIMIT,
  event_loop_blocked: RunOutcome.EVENT_LOOP_BLOCKED,
  out_of_memory: RunOutcome.OUT_OF_MEMORY,
  cancelled: RunOutcome.CANCELLED,
  output_limit: RunOutcome.OUTPUT_LIMIT,
  protocol_violation: RunOutcome.PROTOCOL_VIOLATION,
  exited: RunOutcome.EXITED,
  crashed: RunOutcome.CRASHED,
} as const

/** Of an error on our side: what is missing or refused ends the run; what may work later is left to another attempt. */
export function endOfError(error: unknown): End {
  if (error instanceof RunThrottled) return endOfThrottled(error, Date.now())
  if (error instanceof RunCancelled) return { outcome: RunOutcome.CANCELLED, error: error.message }
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof AppError && error.code === 'fenced')
    return { outcome: 'left', error: message, again: false }
  if (error instanceof AppError && !error.retry) return { outcome: RunOutcome.FAILED, error: message }
  return { outcome: 'left', error: message, again: true }
}
