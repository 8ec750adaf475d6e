import type { Beat, ModelCounts, Stop } from '@syncline/proto'
import type { Attempt } from './attempt.ts'
import { AttemptReplaced, RunCancelled } from './outcome.ts'

/** An attempt that this process works on, from when it is taken until its end is reported. */
export class ActiveAttempt implements Disposable {
  readonly attempt: Attempt
  /** By the monotonic clock. */
  readonly takenAt = performance.now()
  /** What it has changed so far. */
  counts: () => ModelCounts[] = () => []
  /** Why it waits without a slot; empty = it does not. */
  parked = ''
  readonly #stop = new AbortController()
  readonly #onEnd: () => void

  /** @internal */
  constructor(attempt: Attempt, onEnd: (self: ActiveAttempt) => void) {
    this.attempt = attempt
    this.#onEnd = () => onEnd(this)
  }

  /** Aborts when the attempt has to stop; its reason says why. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  stop(reason: Error): void {
    this.#stop.abort(reason)
  }

  get beat(): Beat {
    const { runId, attempt } = this.attempt
    return { runId, attempt, counts: this.counts(), parked: this.parked }
  }

  [Symbol.dispose](): void {
    this.#onEnd()
  }
}

/** The attempts that this process works on: one of a run. */
export class ActiveAttempts implements Iterable<ActiveAttempt> {
  readonly #byRun = new Map<string, ActiveAttempt>()

  /** The newest attempt of a run wins, and stops an older one. Undefined if this one is not newer. */
  begin(attempt: Attempt): ActiveAttempt | undefined {
    const present = this.#byRun.get(attempt.runId)
    if (present && present.attempt.attempt >= attempt.attempt) return undefined
    const active = new ActiveAttempt(attempt, (self) => {
      if (this.#byRun.get(attempt.runId) === self) this.#byRun.delete(attempt.runId)
    })
    this.#byRun.set(attempt.runId, active)
    present?.stop(new AttemptReplaced(`attempt ${attempt.attempt} of the run has begun in this runner`))
    return active
  }

  /** What the scheduler wants. False: there is no such attempt here, or not any more. */
  stop({ runId, attempt, reason }: Stop): boolean {
    const active = this.#byRun.get(runId)
    if (active?.attempt.attempt !== attempt) return false
    active.stop(new RunCancelled(reason || 'the scheduler has stopped it'))
    return true
  }

  [Symbol.iterator](): Iterator<ActiveAttempt> {
    return this.#byRun.values()
  }
}
