import { AppError } from '@syncline/errors'
import { type AttemptReport, HandBackReason, RunOutcome } from '@syncline/proto'
import { truncated } from '@syncline/sandbox'
import type { Attempt } from './attempt.ts'
import type { ReportedEnd } from './outcome.ts'
import { retrying } from './retrying.ts'
import type { RunnerDeps } from './run-context.ts'

const CALL_MS = 5000
const ERROR_CHARS = 10_000
/** While no scheduler answers, an attempt that has ended keeps its slot. */
const REPORT_FOR_MS = 3_600_000

/**
 * Tells the scheduler how an attempt ended, until it has answered. If we die before, or give up because this process stops, the lease of
 * the attempt ends and the run is repeated from its checkpoint; what it saves a second time changes nothing.
 */
export async function reportEnd(
  { scheduler, events, closing }: Pick<RunnerDeps, 'scheduler' | 'events' | 'closing'>,
  attempt: Attempt,
  report: AttemptReport,
): Promise<void> {
  try {
    const { ignored } = await retrying(
      (signal) => scheduler.endAttempt(report, { signal, deadline: CALL_MS }),
      {
        forMs: REPORT_FOR_MS,
        signal: closing,
        // Whatever is wrong with the scheduler's store: the report is right, and there is no other way to deliver it.
        isWorthIt: (error) => error instanceof AppError && (error.retry || error.code === 'server_error'),
        onFailure: (error) => events.reportFailed(attempt, error),
      },
    )
    if (ignored !== '') events.reportIgnored(attempt, ignored)
  } catch (error) {
    events.reportLost(attempt, error)
  }
}

/** @param more What an attempt that has begun adds. */
export function reportOf(
  { runId, attempt }: Attempt,
  end: ReportedEnd,
  more: Partial<AttemptReport> = {},
): AttemptReport {
  return {
    runId,
    attempt,
    outcome: end.outcome,
    error: truncated(end.error, ERROR_CHARS),
    finishedAtMs: Date.now(),
    counts: [],
    lastLines: [],
    hasBegun: false,
    heldBack: false,
    version: '',
    handBackReason: end.outcome === RunOutcome.HANDED_BACK ? end.reason : HandBackReason.UNSPECIFIED,
    ...(end.outcome === RunOutcome.THROTTLED && { resumeAtMs: end.resumeAt }),
    ...more,
  }
}
