import type { Access } from '@syncline/outgoing'
import { LONG_WAIT_MS } from './api-waits.ts'
import { type Attempt, laneOf } from './attempt.ts'
import { RunThrottled } from './outcome.ts'
import type { RunnerDeps } from './run-context.ts'

/**
 * Whether the API would make the run wait from its first call on: then it is not even started. Undefined if it may begin, and
 * if we can't tell: what is missing or away is met, and named, by the attempt itself.
 */
export async function quotaWait(
  deps: RunnerDeps,
  attempt: Attempt,
  access: Promise<Access>,
): Promise<RunThrottled | undefined> {
  const now = Date.now()
  const heldUpMs = deps.parking.heldUpMs(attempt, now)
  if (heldUpMs > LONG_WAIT_MS) {
    return new RunThrottled(
      `another run of '${attempt.providerConfigKey}' waits for the API, in its slot`,
      now + heldUpMs,
    )
  }
  const waitMs = await access.then((known) => likelyWaitMs(deps, attempt, known)).catch(() => 0)
  if (waitMs <= LONG_WAIT_MS) return undefined
  return new RunThrottled(`the quota of '${attempt.providerConfigKey}' is used up`, now + waitMs)
}

/** A connection that comes back later keeps its place among those that wait for the quota. */
async function likelyWaitMs({ outgoing }: RunnerDeps, attempt: Attempt, access: Access): Promise<number> {
  const asker = { connection: attempt.connectionUid, lane: laneOf(attempt) }
  const waitMs = await outgoing.budgets.estimate(access, asker)
  return waitMs > LONG_WAIT_MS ? outgoing.budgets.leave(access, asker) : waitMs
}
