import { type AttemptFacts, RunOutcome } from '@syncline/proto'
import type { ActiveAttempt } from '../active-attempts.ts'
import type { Work } from '../load-work.ts'
import type { End } from '../outcome.ts'
import { CallTally } from './call-tally.ts'
import { sourcePosition } from './source-position.ts'
import { WriteTally } from './write-tally.ts'

/** As long as the scheduler keeps it. */
const ERROR_CHARS = 2000
const VERSION_CHARS = 100
/** Of one checkpoint. Of a longer one only its length is told. */
const CHECKPOINT_CHARS = 16 * 1024

/**
 * What people are told of an attempt afterwards: how long its parts took, whom it called, what it wrote. Names, numbers, the error, the
 * checkpoint and the author's own source; no queries, headers, bodies or records.
 */
export class AttemptRecord {
  readonly calls = new CallTally()
  readonly writes = new WriteTally()
  readonly #active: ActiveAttempt
  readonly #runner: { id: string; sandbox: string }
  #work: Work | undefined
  #functionAt: number | undefined
  #functionEndedAt: number | undefined
  /** Of the function's time. */
  #savesMs = 0
  #checkpoint: string

  constructor(active: ActiveAttempt, runner: { id: string; sandbox: string }) {
    this.#active = active
    this.#runner = runner
    this.#checkpoint = active.attempt.checkpoint
  }

  /** Its code is loaded. */
  loaded(work: Work): void {
    this.#work = work
  }

  functionBegins(): void {
    this.#functionAt = performance.now()
  }

  functionEnded(): void {
    this.#functionEndedAt = performance.now()
    this.#savesMs = this.writes.busyMs
  }

  checkpointSaved(json: string): void {
    this.#checkpoint = json
  }

  /** Of the sync; empty = it was not loaded. */
  get version(): string {
    return (this.#work?.sync.version ?? '').slice(0, VERSION_CHARS)
  }

  /** @param error As it is reported to the scheduler. */
  facts(end: End, error: string): AttemptFacts {
    const { attempt, takenAt } = this.#active
    const now = performance.now()
    const functionAt = this.#functionAt ?? now
    const functionEndedAt = this.#functionEndedAt ?? now
    const before = attempt.checkpoint
    const after = this.#checkpoint
    // By the clock of the scheduler, like all times of a run. One of an earlier build does not say when it gave the run away.
    const startedAtMs = attempt.takenAtMs || Date.now() - Math.round(now - takenAt)
    return {
      environment: attempt.environment,
      runId: attempt.runId,
      attempt: attempt.attempt,
      runner: this.#runner.id,
      sandbox: this.#runner.sandbox,
      startedAtMs,
      endedAtMs: startedAtMs + Math.round(now - takenAt),
      outcome: outcomeName(end),
      error: error.slice(0, ERROR_CHARS).toWellFormed(),
      version: this.version,
      bundle: this.#work?.sync.bundle ?? '',
      phases: {
        queuedMs: wholeMs(startedAtMs - attempt.queuedAtMs),
        beginMs: wholeMs(functionAt - takenAt),
        functionMs: wholeMs(functionEndedAt - functionAt - this.#savesMs),
        savesMs: wholeMs(this.#savesMs),
        settleMs: wholeMs(now - functionEndedAt),
      },
      calls: this.calls.rows(),
      batches: this.writes.rows(),
      checkpoint: before === '' && after === '' ? undefined : { before: told(before), after: told(after) },
      position: this.#position(end),
    }
  }

  #position(end: End): AttemptFacts['position'] {
    const stack = end.outcome === RunOutcome.FAILED ? end.detail : undefined
    return stack !== undefined && this.#work ? sourcePosition(stack, this.#work.bundle) : undefined
  }
}

const MS_MAX = 2 ** 32 - 1
const wholeMs = (ms: number) => Math.min(Math.max(0, Math.round(ms)), MS_MAX)

const told = (checkpoint: string) =>
  checkpoint.length > CHECKPOINT_CHARS
    ? JSON.stringify({ '…': `${checkpoint.length} characters` })
    : checkpoint

/** As events call it: `timed_out`. */
function outcomeName({ outcome }: End): AttemptFacts['outcome'] {
  return outcome === 'replaced' ? outcome : outcome.slice('RUN_OUTCOME_'.length).toLowerCase()
}
