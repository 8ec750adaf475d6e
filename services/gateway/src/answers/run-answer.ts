import type { ListedRun, Run as RunAnswer } from '@syncline/api'
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
  }
  return { ...runAnswer(run), ...names }
}

/** Why a run did not succeed; null if it did, or has not ended. */
function reasonOf({ outcome }: Run): RunAnswer['reason'] {
  if (outcome === 'RUN_OUTCOME_UNSPECIFIED' || outcome === 'RUN_OUTCOME_SUCCESS') return null
  // A run that is throttled or handed back goes on.
  if (outcome === 'RUN_OUTCOME_THROTTLED' || outcome === 'RUN_OUTCOME_HANDED_BACK') return null
  return enumName('RUN_OUTCOME', outcome)
}

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
