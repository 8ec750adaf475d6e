import type { Run as RunAnswer } from '@syncline/api'
import type { ModelCounts, Run } from '@syncline/proto'
import { enumName } from './enum-name.ts'
import { instant, instantOrNull } from './instant.ts'

export function runAnswer(run: Run): RunAnswer {
  const reason = reasonOf(run)
  return {
    id: run.id,
    state: run.state === 'RUN_STATE_UNSPECIFIED' ? 'queued' : enumName('RUN_STATE', run.state),
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
    throttled: throttledOf(run),
  }
}

/** Why a run did not succeed; null if it did, or has not ended. */
function reasonOf({ outcome }: Run): RunAnswer['reason'] {
  if (outcome === 'RUN_OUTCOME_UNSPECIFIED' || outcome === 'RUN_OUTCOME_SUCCESS') return null
  // A run that is throttled goes on; see `throttled`.
  if (outcome === 'RUN_OUTCOME_THROTTLED') return null
  return enumName('RUN_OUTCOME', outcome)
}

function throttledOf({ throttled }: Run): RunAnswer['throttled'] {
  if (throttled === undefined) return null
  const { times, untilMs, reason } = throttled
  return { times, until: instantOrNull(untilMs), reason }
}

function resultOf(counts: ModelCounts[]): RunAnswer['result'] {
  return Object.fromEntries(
    counts.map(({ model, added, updated, deleted }) => [model, { added, updated, deleted }]),
  )
}
