import { hostname } from 'node:os'
import { consume, type Slot, subjects } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import type { RunRequested } from '@syncline/proto'
import { retrying } from './retrying.ts'
import { runAttempt } from './run-attempt.ts'
import type { RunnerDeps } from './run-context.ts'

const ACK_WAIT_MS = 10_000
const START_FOR_MS = 30_000
const RUNNER = `${hostname()}/${process.pid}`

/**
 * Pulls runs, as many as there are slots. A run whose runner dies comes to another one when its message has not been
 * kept alive for 10 s. When this is disposed, it pulls no more; runs that wait for their API are left to others at once, and
 * those that don't end in time then.
 */
export function startIntake(
  deps: RunnerDeps,
  { slots, drainMs }: { slots: number; drainMs: number },
): AsyncDisposable {
  const pulling = new AbortController()
  const working = new AbortController()
  const consumption = {
    subject: subjects.runRequested,
    durable: 'runner',
    ackWaitMs: ACK_WAIT_MS,
    concurrency: slots,
    onError: deps.events.messageFailed,
  }
  const done = consume(
    deps.bus,
    consumption,
    ({ message }, slot) => workOn(deps, message, slot, working.signal),
    pulling.signal,
  )
  return {
    async [Symbol.asyncDispose]() {
      pulling.abort()
      deps.parking.stop()
      const reason = new AppError('unavailable', 'this runner is stopping')
      const late = setTimeout(() => working.abort(reason), drainMs)
      await done.finally(() => clearTimeout(late))
    },
  }
}

/**
 * The message is acknowledged when this returns; when it throws, or when we die, the message comes again, and the
 * scheduler makes a new attempt of it, or refuses one if the run has ended.
 */
async function workOn(
  deps: RunnerDeps,
  { environment, runId, throttles }: RunRequested,
  slot: Slot,
  stop: AbortSignal,
): Promise<void> {
  const { outcome } = await retrying(
    (signal) =>
      deps.scheduler.startAttempt(
        { environment, runId, throttles, runner: RUNNER, sandbox: deps.sandboxes.level },
        { signal },
      ),
    { forMs: START_FOR_MS, signal: stop },
  )
  if (outcome?.$case !== 'started') {
    deps.events.attemptRefused(environment, runId, outcome?.value.reason ?? 'no answer')
    return
  }
  await runAttempt(deps, { environment, runId, ...outcome.value }, slot, stop)
}
