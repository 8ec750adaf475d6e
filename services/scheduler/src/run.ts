import type { ModelCounts, RunOutcome } from '@syncline/proto'

export type Cause = 'schedule' | 'trigger' | 'start'

/** One execution of a schedule. Its states: ./schedule.ts. */
export interface Run {
  id: string
  schedule: string
  /** Grows with every run of the schedule. */
  number: number
  state: 'QUEUED' | 'RUNNING' | 'ENDED'
  attempt: number
  cause: Cause
  requestedAt: number
  startedAt: number
  finishedAt: number
  /** '' until it has ended. */
  outcome: '' | Outcome
  error: string
  counts: ModelCounts[]
  runner: string
  /** Level of the runner's sandboxes. */
  sandbox: string
  /** The end of the log of a run that failed. */
  lastLines: string[]
  emptyCache: boolean
  /** When the run began, there was a checkpoint of an earlier one. */
  foundCheckpoint: boolean
  throttles: number
  /** Of the last throttle. The run is requested again at `notBefore`. */
  throttledReason: string
  notBefore: number
}

/** A run that is throttled does not end. */
export type Outcome = Exclude<
  RunOutcome extends `RUN_OUTCOME_${infer Name}` ? Name : never,
  'UNSPECIFIED' | 'THROTTLED'
>

/** Only the highest fence of a sync may write: a later run beats an earlier one, a later attempt its predecessor. */
export function fenceOf(number: number, attempt: number): number {
  return number * 65_536 + attempt
}

export function runFrom(id: string, fields: Record<string, string>): Run {
  return {
    id,
    schedule: fields.schedule ?? '',
    number: Number(fields.number),
    state: fields.state as Run['state'], // what our scripts wrote
    attempt: Number(fields.attempt),
    cause: fields.cause as Cause,
    requestedAt: Number(fields.requested_at),
    startedAt: Number(fields.started_at),
    finishedAt: Number(fields.finished_at),
    outcome: fields.outcome as Run['outcome'],
    error: fields.error ?? '',
    counts: JSON.parse(fields.counts ?? '[]'),
    runner: fields.runner ?? '',
    sandbox: fields.sandbox ?? '',
    lastLines: JSON.parse(fields.last_lines || '[]'),
    emptyCache: fields.empty_cache === '1',
    // A run of an earlier build may have found one.
    foundCheckpoint: fields.found_checkpoint !== '0',
    throttles: Number(fields.throttles ?? 0),
    throttledReason: fields.throttled_reason ?? '',
    notBefore: Number(fields.not_before ?? 0),
  }
}

/** The names on the wire are the same words with a prefix. */
export function outcomeOnWire(outcome: Outcome): RunOutcome {
  return `RUN_OUTCOME_${outcome}`
}

export function outcomeFromWire(outcome: Exclude<RunOutcome, RunOutcome.THROTTLED>): Outcome {
  // A runner that says no outcome has not succeeded.
  if (outcome === 'RUN_OUTCOME_UNSPECIFIED') return 'FAILED'
  return outcome.slice('RUN_OUTCOME_'.length) as Outcome
}
