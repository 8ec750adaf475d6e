import { attemptOutcomes, type RunAttempt } from '@syncline/api'
import type { AttemptFacts, Run } from '@syncline/proto'
import { instant } from './instant.ts'

const NO_PHASES = { queued_ms: 0, begin_ms: 0, function_ms: 0, saves_ms: 0, settle_ms: 0 }

/** One that has ended, as its runner told it. */
export function toldAttempt(facts: AttemptFacts): RunAttempt {
  const { phases, checkpoint, position } = facts
  return {
    attempt: facts.attempt,
    runner: facts.runner,
    sandbox: facts.sandbox || null,
    started_at: instant(facts.startedAtMs),
    ended_at: instant(facts.endedAtMs),
    // A later build may have further ones.
    outcome: attemptOutcomes.find((outcome) => outcome === facts.outcome) ?? null,
    error: facts.error || null,
    version: facts.version || null,
    bundle: facts.bundle || null,
    phases: phases
      ? {
          queued_ms: phases.queuedMs,
          begin_ms: phases.beginMs,
          function_ms: phases.functionMs,
          saves_ms: phases.savesMs,
          settle_ms: phases.settleMs,
        }
      : NO_PHASES,
    calls: facts.calls.map(({ host, status, count, retries, waitMs, totalMs, maxMs }) => ({
      ...{ host, status: status || null, count, retries },
      ...{ wait_ms: waitMs, total_ms: totalMs, max_ms: maxMs },
    })),
    batches: facts.batches.map(({ model, calls, records, bytes, ms }) => ({
      ...{ model, calls, records, bytes, ms },
    })),
    checkpoint: checkpoint
      ? { before: jsonOrNull(checkpoint.before), after: jsonOrNull(checkpoint.after) }
      : null,
    position: position
      ? {
          ...{ file: position.file, line: position.line, column: position.column },
          source: position.source.map(({ line, text }) => ({ line, text })),
        }
      : null,
  }
}

/** One that goes on, as far as the scheduler knows it. */
export function runningAttempt(run: Run): RunAttempt {
  return {
    attempt: run.attempt,
    runner: run.runner,
    sandbox: run.sandbox || null,
    started_at: instant(run.takenAtMs || run.startedAtMs),
    ...{ ended_at: null, outcome: null, error: null, version: null, bundle: null },
    phases: NO_PHASES,
    ...{ calls: [], batches: [], checkpoint: null, position: null },
  }
}

/** A checkpoint was checked when it was saved. */
const jsonOrNull = (text: string) => (text === '' ? null : JSON.parse(text))
