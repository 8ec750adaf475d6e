import { type Bus, consume, subjects } from '@syncline/bus'
import { type RunFinished, RunOutcome } from '@syncline/proto'
import type { Events } from './events.ts'
import { outcomeFromWire } from './run.ts'
import type { Store } from './store.ts'

const ACK_WAIT_MS = 10_000
const CONCURRENCY = 16
const ERROR_MAX = 2000
/** Of all throttles of a run. */
const MAX_THROTTLED_MS = 24 * 3600 * 1000

type Deps = {
  store: Store
  bus: Bus
  events: Events
  resumesPerSecond: number
  wake: (environment: string) => void
}

/**
 * Settles each run whose end is reported, and queues again those that were throttled. A second report, or one of an attempt
 * that was taken over, is ignored.
 *
 * Of a throttled run: if the runner dies after its report and before its acknowledgement, its message comes again, and
 * StartAttempt refuses it. If that happens before we have settled the report, the other runner takes the run over, meets the
 * same limit, and reports it: the first report is ignored. If we die after the script, the report comes again and is ignored.
 */
export function consumeRunFinished(deps: Deps, signal: AbortSignal): Promise<void> {
  return consume(
    deps.bus,
    {
      subject: subjects.runFinished,
      durable: 'scheduler',
      ackWaitMs: ACK_WAIT_MS,
      concurrency: CONCURRENCY,
      onError: deps.events.runFinishedFailed,
    },
    ({ message }) =>
      message.outcome === RunOutcome.THROTTLED
        ? throttle(deps, message)
        : settle(deps, message, message.outcome),
    signal,
  )
}

async function throttle(deps: Deps, report: RunFinished): Promise<void> {
  const { store, events, resumesPerSecond, wake } = deps
  const { environment, runId, attempt, counts, lastLines, resumeAtMs, hasBegun = true } = report
  const reason = report.error.slice(0, ERROR_MAX)
  const resumeAt = resumeAtMs ?? store.now()
  const throttle = {
    attempt,
    counts,
    lastLines,
    reason,
    resumeAt,
    hasBegun,
    maxThrottledMs: MAX_THROTTLED_MS,
    resumesPerSecond,
  }
  const result = await store.throttle(environment, runId, throttle)
  if (result === 'queued') events.runThrottled(environment, runId, { reason, resumeAt })
  else if (result === 'failed') events.runSettled(environment, runId, 'FAILED')
  else return events.endIgnored(environment, runId, result)
  wake(environment)
}

async function settle(
  { store, events, wake }: Deps,
  end: RunFinished,
  ended: Exclude<RunOutcome, RunOutcome.THROTTLED>,
): Promise<void> {
  const { environment, runId, attempt, counts, lastLines, finishedAtMs: finishedAt } = end
  const outcome = outcomeFromWire(ended)
  const error = end.error.slice(0, ERROR_MAX)
  const ending = { attempt, outcome, error, counts, finishedAt, lastLines }
  const ignored = await store.settle(environment, runId, ending)
  if (ignored !== '') return events.endIgnored(environment, runId, ignored)
  events.runSettled(environment, runId, outcome)
  // A run may have waited for this end, of the same schedule or in a full environment.
  wake(environment)
}
