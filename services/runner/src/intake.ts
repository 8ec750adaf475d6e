import { repeat } from '@syncline/async'
import type { ActiveAttempts } from './active-attempts.ts'
import type { Attempt } from './attempt.ts'
import { endOfError, type ReportedEnd, RunnerStopping } from './outcome.ts'
import { reportEnd, reportOf } from './report-end.ts'
import { runAttempt } from './run-attempt.ts'
import type { RunnerDeps } from './run-context.ts'
import type { HeldSlot, Slots } from './slots.ts'

/** Of a runner with a free slot that gets no notice from the scheduler. */
const ASK_EVERY_MS = 1000
const CALL_MS = 5000
/** The scheduler gives so many at a time, of each kind of slots. */
const ANSWER_MAX = 100
/** Beyond RUNNER_DRAIN_MS: attempts that were stopped then report that. */
const LAST_REPORTS_MS = 3000

export interface Intake extends AsyncDisposable {
  /** There may be work. */
  wake(): void
}

type IntakeDeps = Omit<RunnerDeps, 'closing'> & { slots: Slots; attempts: ActiveAttempts }

/**
 * Takes runs, never more than there are free slots, and works on them. It asks when there is a slot and the scheduler has said that
 * there is work, a run of our own has ended, or a second has passed; one call at a time. When this is disposed, it takes no more;
 * runs that wait for their API go back at once, and those that have not ended after `drainMs` then.
 */
export function startIntake(given: IntakeDeps, drainMs: number): Intake {
  const { scheduler, slots, attempts, runner, events, parking } = given
  const closing = new AbortController()
  const deps = { ...given, closing: closing.signal }
  const inWork = new Set<Promise<void>>()
  let isStopping = false

  /** True: every slot got a run, so there may be more. */
  async function take(signal: AbortSignal): Promise<boolean> {
    await slots.untilFree(signal)
    // While we ask, a run that comes back does not get them: it waits for the answer.
    const free = slots.takeFree()
    const request = {
      runner,
      freeSlots: free.ordinary.length,
      freeReservedSlots: free.reserved.length,
    }
    try {
      const { attempts: taken } = await scheduler.takeRuns(request, { deadline: CALL_MS })
      events.taken(taken.length)
      for (const attempt of taken) {
        const slot = (attempt.reservedSlot ? free.reserved.pop() : undefined) ?? free.ordinary.pop()
        begin(attempt, slot)
      }
      return taken.length >= Math.min(request.freeSlots + request.freeReservedSlots, ANSWER_MAX)
    } finally {
      for (const slot of [...free.ordinary, ...free.reserved]) slot[Symbol.dispose]()
    }
  }

  function begin(attempt: Attempt, slot: HeldSlot | undefined): void {
    const work = (slot && !isStopping ? workOn(attempt, slot) : handBack(attempt)).finally(() => {
      inWork.delete(work)
      slot?.[Symbol.dispose]()
      taking.wake()
    })
    inWork.add(work)
  }

  async function workOn(attempt: Attempt, slot: HeldSlot): Promise<void> {
    using active = attempts.begin(attempt)
    if (!active) {
      events.attemptKnown(attempt)
      return
    }
    const report = await runAttempt(deps, active, slot)
    if (report) await reportEnd(deps, attempt, report)
  }

  /** It came after the stop of this process, or the scheduler gave more than was asked for. */
  async function handBack(attempt: Attempt): Promise<void> {
    const end = endOfError(new RunnerStopping()) as ReportedEnd // handed back
    await reportEnd(deps, attempt, reportOf(attempt, end))
  }

  const taking = repeat(ASK_EVERY_MS, take, { onFailure: events.takeFailed })
  return {
    wake: () => taking.wake(),
    async [Symbol.asyncDispose]() {
      isStopping = true
      parking.stop()
      const timers = [
        setTimeout(() => {
          for (const active of attempts) active.stop(new RunnerStopping())
        }, drainMs),
        setTimeout(() => closing.abort(new RunnerStopping()), drainMs + LAST_REPORTS_MS),
      ]
      await taking[Symbol.asyncDispose]()
      while (inWork.size > 0) await Promise.all(inWork)
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
