import { formatFrequency, readFrequency } from '@syncline/frequency'
import type {
  Freshness as FreshnessMessage,
  Run as RunMessage,
  Schedule as ScheduleMessage,
  StaleReason,
} from '@syncline/proto'
import type { Freshness, Reason } from '../schedules/freshness.ts'
import { outcomeOnWire, type Run } from '../schedules/run.ts'
import { type Blocked, frequencyInForce } from '../schedules/schedule.ts'
import type { Listed } from './read-listed.ts'

/** Whose run it is. */
export interface RunNames {
  integration: string
  connection: string
  sync: string
  variant: string
}

export function scheduleMessage({ connection, sync, variant, id, view, freshness }: Listed): ScheduleMessage {
  const names = {
    id,
    providerConfigKey: connection.integration,
    connectionId: connection.id,
    connectionUid: connection.uid,
    sync: sync.name,
    variant,
    freshness: freshnessMessage(freshness),
  }
  if (view === undefined)
    return { ...names, ...NOT_THERE, frequency: formatFrequency(readFrequency(sync.frequency)) }
  const { schedule, run, ended } = view
  const last = run ?? ended
  return {
    ...names,
    state: `SCHEDULE_STATE_${schedule.state}`,
    frequency: formatFrequency(frequencyInForce(schedule)),
    nextAtMs: schedule.state === 'STARTED' && schedule.blocked === '' ? schedule.nextAt : 0,
    checkpoint: schedule.checkpoint,
    lastRun:
      last &&
      runMessage(last, {
        integration: connection.integration,
        connection: connection.id,
        sync: sync.name,
        variant,
      }),
    skippedSlots: schedule.skipped,
    blocked: schedule.blocked === '' ? undefined : (JSON.parse(schedule.blocked) as Blocked), // what reconcile wrote
    pausedBecause: schedule.pausedBecause,
    failures: schedule.failures,
    lastSyncAtMs: schedule.lastSyncAt,
  }
}

/** One that the catalog says should be there. */
const NOT_THERE = {
  state: 'SCHEDULE_STATE_UNSPECIFIED',
  nextAtMs: 0,
  checkpoint: '',
  skippedSlots: 0,
  pausedBecause: '',
  failures: 0,
  lastSyncAtMs: 0,
} as const

function freshnessMessage({ lastSuccess, freshUntil, stale }: Freshness): FreshnessMessage {
  return {
    lastSuccessMs: lastSuccess,
    freshUntilMs: freshUntil,
    reason: stale ? reasonOnWire(stale.reason) : 'STALE_REASON_UNSPECIFIED',
    sinceMs: stale?.since ?? 0,
    untilMs: stale?.until ?? 0,
    message: stale?.message ?? '',
  }
}

export function runMessage(run: Run, { integration, connection, sync, variant }: RunNames): RunMessage {
  return {
    id: run.id,
    state: `RUN_STATE_${run.state}`,
    attempt: run.attempt,
    cause: run.cause,
    requestedAtMs: run.requestedAt,
    startedAtMs: run.startedAt,
    finishedAtMs: run.finishedAt,
    outcome: run.outcome === '' ? 'RUN_OUTCOME_UNSPECIFIED' : outcomeOnWire(run.outcome),
    error: run.error,
    counts: run.counts,
    runner: run.runner,
    sandbox: run.sandbox,
    lastLines: run.lastLines,
    throttled: throttledOf(run),
    parked: run.parked,
    fruitlessAttempts: run.fruitless,
    version: run.version,
    takenAtMs: run.takenAt,
    providerConfigKey: integration,
    connectionId: connection,
    sync,
    variant,
  }
}

function throttledOf({ throttles, throttledReason: reason, notBefore, state }: Run) {
  if (throttles === 0) return undefined
  return { times: throttles, untilMs: state === 'QUEUED' ? notBefore : 0, reason }
}

type OnWire = Exclude<StaleReason, 'STALE_REASON_UNSPECIFIED'>

/** The names on the wire are the same words with a prefix. */
export function reasonOnWire(reason: Reason): OnWire {
  return `STALE_REASON_${reason.toUpperCase() as Uppercase<Reason>}`
}

export function reasonsFromWire(reasons: StaleReason[]): Reason[] {
  return reasons.flatMap((reason) =>
    reason === 'STALE_REASON_UNSPECIFIED'
      ? []
      : [reason.slice('STALE_REASON_'.length).toLowerCase() as Reason],
  )
}
