import { AppError } from '@syncline/errors'
import type { ModelCounts } from '@syncline/proto'
import type { Attempt } from './attempt.ts'
import { RunCancelled } from './outcome.ts'
import type { RunnerDeps } from './run-context.ts'

const EVERY_MS = 3000

export interface Heartbeat extends Disposable {
  /** Aborts when the attempt has to stop; its reason says why. */
  signal: AbortSignal
}

/**
 * Renews the attempt's lease. The attempt stops if the scheduler says so. It also stops after a whole lease without an
 * answer, because the scheduler may have given the run to another runner by then.
 */
export function startHeartbeat(
  { scheduler, events, leaseMs }: Pick<RunnerDeps, 'scheduler' | 'events' | 'leaseMs'>,
  attempt: Attempt,
  counts: () => ModelCounts[],
): Heartbeat {
  const { environment, runId, attempt: number } = attempt
  const stop = new AbortController()
  let heardAt = Date.now()
  let beating = false

  const beat = async () => {
    if (beating) return
    beating = true
    try {
      const beat = { environment, runId, attempt: number, counts: counts() }
      const { stopReason } = await scheduler.heartbeat(beat, { signal: AbortSignal.timeout(EVERY_MS) })
      heardAt = Date.now()
      if (stopReason !== '') stop.abort(new RunCancelled(stopReason))
    } catch (error) {
      events.heartbeatFailed(attempt, error)
      if (error instanceof AppError && !error.retry && error.code !== 'server_error') stop.abort(error)
      else if (Date.now() - heardAt > leaseMs) {
        const silence = `the scheduler has not been heard for ${leaseMs / 1000} s`
        stop.abort(new AppError('unavailable', silence, { cause: error }))
      }
    } finally {
      beating = false
    }
  }
  const timer = setInterval(() => void beat(), EVERY_MS)
  return { signal: stop.signal, [Symbol.dispose]: () => clearInterval(timer) }
}
