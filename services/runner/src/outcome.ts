import { AppError } from '@syncline/errors'
import { HandBackReason, RunOutcome } from '@syncline/proto'
import type { Outcome } from '@syncline/sandbox'

/**
 * How an attempt ended. `detail`: lines for its log, a stack or what its process wrote before it died. THROTTLED and
 * HANDED_BACK are no end of the run: it comes back, here or elsewhere. `replaced`: another attempt has the run, so there is
 * nothing to report.
 */
export type End =
  | {
      outcome: Exclude<RunOutcome, RunOutcome.UNSPECIFIED | RunOutcome.THROTTLED | RunOutcome.HANDED_BACK>
      error: string
      detail?: string
    }
  | { outcome: RunOutcome.THROTTLED; error: string; resumeAt: number; detail?: never }
  | { outcome: RunOutcome.HANDED_BACK; error: string; reason: HandBackReason; detail?: never }
  | { outcome: 'replaced'; error: string; detail?: never }

/** One that the scheduler has to know of. */
export type ReportedEnd = Exclude<End, { outcome: 'replaced' }>

type Throttled = Extract<End, { outcome: RunOutcome.THROTTLED }>

/** The scheduler wants the attempt to end. */
export class RunCancelled extends Error {}

/** Another attempt has taken the run over. */
export class AttemptReplaced extends Error {}

/** This process stops: its runs go to others. */
export class RunnerStopping extends Error {
  constructor() {
    super('this runner is stopping')
  }
}

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

export function endOf(outcome: Outcome): ReportedEnd {
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
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof RunCancelled) return { outcome: RunOutcome.CANCELLED, error: message }
  if (error instanceof AttemptReplaced) return { outcome: 'replaced', error: message }
  if (error instanceof RunnerStopping) return handedBack(message, HandBackReason.DRAINING)
  // A fault of this process, such as a sandbox that did not start. Another runner may do better.
  if (!(error instanceof AppError)) return handedBack(message, HandBackReason.UNSPECIFIED)
  if (error.code === 'fenced') return { outcome: 'replaced', error: message }
  if (error.retry) return handedBack(message, HandBackReason.STORE_UNAVAILABLE)
  return { outcome: RunOutcome.FAILED, error: message }
}

const handedBack = (error: string, reason: HandBackReason): ReportedEnd => ({
  outcome: RunOutcome.HANDED_BACK,
  error,
  reason,
})
