import type { Run as RunAnswer } from '@syncline/api'
import type { ModelCounts, Run, RunOutcome, RunState } from '@syncline/proto'
import { instant, instantOrNull } from './instant.ts'

const states: Record<RunState, RunAnswer['state']> = {
  RUN_STATE_UNSPECIFIED: 'queued',
  RUN_STATE_QUEUED: 'queued',
  RUN_STATE_RUNNING: 'running',
  RUN_STATE_ENDED: 'ended',
}

const reasons: Record<RunOutcome, RunAnswer['reason']> = {
  RUN_OUTCOME_UNSPECIFIED: null,
  RUN_OUTCOME_SUCCESS: null,
  RUN_OUTCOME_FAILED: 'failed',
  RUN_OUTCOME_CANCELLED: 'cancelled',
  RUN_OUTCOME_TIMED_OUT: 'timed_out',
  RUN_OUTCOME_OUT_OF_MEMORY: 'out_of_memory',
  RUN_OUTCOME_LOST: 'lost',
  RUN_OUTCOME_CPU_LIMIT: 'cpu_limit',
  RUN_OUTCOME_EVENT_LOOP_BLOCKED: 'event_loop_blocked',
  RUN_OUTCOME_OUTPUT_LIMIT: 'output_limit',
  RUN_OUTCOME_PROTOCOL_VIOLATION: 'protocol_violation',
  RUN_OUTCOME_CRASHED: 'crashed',
  RUN_OUTCOME_EXITED: 'exited',
}

export function runAnswer(run: Run): RunAnswer {
  const reason = reasons[run.outcome]
  return {
    id: run.id,
    state: states[run.state],
    reason,
    error: (reason && run.error) || null,
    warning: (!reason && run.error) || null,
    attempt: run.attempt,
    cause: run.cause,
    requestedAt: instant(run.requestedAtMs),
    startedAt: instantOrNull(run.startedAtMs),
    finishedAt: instantOrNull(run.finishedAtMs),
    result: resultOf(run.counts),
    sandbox: run.sandbox || null,
    lastLines: run.lastLines,
  }
}

function resultOf(counts: ModelCounts[]): RunAnswer['result'] {
  return Object.fromEntries(
    counts.map(({ model, added, updated, deleted }) => [model, { added, updated, deleted }]),
  )
}
