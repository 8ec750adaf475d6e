import type { ListedRun, SkippedSlots, Why } from '@syncline/sdk'
import { type Fact, facts } from './facts.ts'
import { fullName } from './full-name.ts'
import { staleHint } from './stale-hint.ts'
import { syncMessage } from './sync-message.ts'
import { table } from './table.ts'

const RUNS = 5
const SKIPS = 5

/** A screenful about one schedule: how it is, why, what to do, and what happened last. */
export function whyText({ schedule, skipped, runs, unavailable }: Why): string {
  const { name, variant, provider_config_key, connection_id } = schedule
  const { lastSuccessAt, freshUntil, stale } = schedule.freshness
  const sync = fullName(name, variant)
  const lines: Fact[] = [
    ['state', stale ? `stale: ${stale.reason}` : 'fresh'],
    ['status', schedule.status],
    ['frequency', schedule.frequency],
    ['last success', lastSuccessAt ?? (unavailable.includes('scheduler') ? 'not known now' : 'none yet')],
    ['fresh until', freshUntil],
    ['stale since', stale?.since],
    ['until', stale?.until],
    ['why', stale?.message],
    ['what to do', stale && staleHint(stale.reason, schedule)],
    ['next slot', schedule.nextScheduledSyncAt],
    ['now', stale || !schedule.lastRun ? null : syncMessage({ ...schedule, lastRun: schedule.lastRun })],
    ['records', recordsOf(schedule.recordCount)],
  ]
  return [
    `${sync} of connection '${connection_id}' (${provider_config_key})`,
    '',
    facts(lines),
    ...section('slots without a run', skipsOf(skipped)),
    ...section('last runs', runsOf(runs)),
    ...(unavailable.length > 0 ? ['', `did not answer: ${unavailable.join(', ')}`] : []),
  ].join('\n')
}

function section(title: string, text: string | null): string[] {
  return text === null ? [] : ['', `${title}:`, text]
}

function skipsOf(skipped: SkippedSlots[] | null): string | null {
  if (!skipped?.length) return null
  const rows = skipped.slice(0, SKIPS).map((skip) => ({ ...skip, slots: skip.count }))
  return table(['slots', 'first', 'last', 'reason'], rows)
}

function runsOf(runs: ListedRun[] | null): string | null {
  if (!runs?.length) return null
  return table(
    ['id', 'state', 'cause', 'requested', 'finished', 'message'],
    runs.slice(0, RUNS).map((run) => ({
      ...{ id: run.id, cause: run.cause, requested: run.requestedAt, finished: run.finishedAt },
      state: runState(run),
      message: run.error ?? run.warning ?? run.parked,
    })),
  )
}

export function runState({ state, reason, throttled, parked }: ListedRun): string {
  if (state === 'ended') return reason ?? 'success'
  if (parked) return 'parked'
  return throttled?.until ? 'throttled' : state
}

function recordsOf(counts: Record<string, number> | null): string {
  if (counts === null) return 'not known now'
  return Object.entries(counts)
    .map(([model, count]) => `${model} ${count}`)
    .join(', ')
}
