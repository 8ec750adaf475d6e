import type { ListedRun, Run as RunAnswer } from '@syncline/api'
import type { ModelCounts, Run, RunFact, RunOutcome } from '@syncline/proto'
import { enumName } from './enum-name.ts'
import { instant, instantOrNull } from './instant.ts'

export function runAnswer(run: Run): RunAnswer {
  const reason = failureOf(run.outcome)
  return {
    id: run.id,
    state: run.state === 'RUN_STATE_UNSPECIFIED' ? 'queued' : enumName('RUN_STATE', run.state),
    reason,
    error: (reason && run.error) || null,
    warning: (!reason && run.error) || null,
    attempt: run.attempt,
    fruitlessAttempts: run.fruitlessAttempts,
    cause: run.cause,
    requestedAt: instant(run.requestedAtMs),
    startedAt: instantOrNull(run.startedAtMs),
    finishedAt: instantOrNull(run.finishedAtMs),
    result: resultOf(run.counts),
    sandbox: run.sandbox || null,
    lastLines: run.lastLines,
    throttled: throttledOf(run),
    parked: run.parked || null,
  }
}

export function listedRun(run: Run): ListedRun {
  const { providerConfigKey, connectionId, sync, variant } = run
  const names = {
    provider_config_key: providerConfigKey,
    connection_id: connectionId,
    sync_name: sync,
    variant,
    version: run.version || null,
  }
  return { ...runAnswer(run), ...names }
}

/** A run that its schedule does not keep any more. */
export function pastRun(fact: RunFact): ListedRun {
  const { runId, providerConfigKey, connectionId, sync, variant, outcome, counts } = fact
  const reason = failureOf(outcome)
  return {
    ...{ id: runId, state: 'ended', reason },
    ...{ provider_config_key: providerConfigKey, connection_id: connectionId, sync_name: sync, variant },
    error: (reason && fact.error) || null,
    warning: (!reason && fact.error) || null,
    ...{ attempt: fact.attempts, fruitlessAttempts: 0, cause: fact.cause },
    requestedAt: instant(fact.requestedAtMs),
    startedAt: instantOrNull(fact.startedAtMs),
    finishedAt: instant(fact.finishedAtMs),
    result: resultOf(counts),
    version: fact.version || null,
    ...{ sandbox: null, lastLines: [], throttled: null, parked: null },
  }
}

/** Why a run did not succeed; null if it did, or has not ended. */
export function failureOf(outcome: RunOutcome): RunAnswer['reason'] {
  if (outcome === 'RUN_OUTCOME_UNSPECIFIED' || outcome === 'RUN_OUTCOME_SUCCESS') return null
  // A run that is throttled or handed back goes on.
  if (outcome === 'RUN_OUTCOME_THROTTLED' || outcome === 'RUN_OUTCOME_HANDED_BACK') return null
  return enumName('RUN_OUTCOME', outcome)
}

/** How a run ended. */
export const outcomeName = (outcome: RunOutcome) => failureOf(outcome) ?? 'success'

function throttledOf({ throttled }: Run): RunAnswer['throttled'] {
  if (throttled === undefined) return null
  const { times, untilMs, reason } = throttled
  return { times, until: instantOrNull(untilMs), reason }
}

function resultOf(counts: ModelCounts[]): RunAnswer['result'] {
  return Object.fromEntries(
    counts.map(({ model, added, updated, deleted, unchanged }) => [
      model,
      { added, updated, deleted, ...(unchanged !== undefined && { unchanged }) },
    ]),
  )
}
