import type { HandBackReason, ModelCounts, RunOutcome } from '@syncline/proto'

export type Cause = 'schedule' | 'trigger' | 'start' | 'retry'
/** Of the fair queue: see ../scripts/queue.lua. */
export type Lane = 'triggered' | 'fresh' | 'first'

/** One execution of a schedule. Its states: ./schedule.ts. */
export interface Run {
  /** `<schedule>-<number>` */
  id: string
  schedule: string
  /** Grows with every run of the schedule. */
  number: number
  /** Number of its definition. */
  definition: string
  /** '' once it has ended. */
  lane: '' | Lane
  state: 'QUEUED' | 'RUNNING' | 'ENDED'
  attempt: number
  cause: Cause
  requestedAt: number
  /** When it was put into the queue last. */
  queuedAt: number
  /** Of its first attempt; 0 = none. */
  startedAt: number
  /** Of its newest attempt, while that runs; else 0. */
  takenAt: number
  finishedAt: number
  /** '' until it has ended. */
  outcome: '' | Outcome
  error: string
  counts: ModelCounts[]
  /** Of the newest attempt. */
  runner: string
  /** Level of the runner's sandboxes. */
  sandbox: string
  /** The end of the log of a run that failed. */
  lastLines: string[]
  emptyCache: boolean
  /** When the run began, there was a checkpoint of an earlier one. */
  foundCheckpoint: boolean
  throttles: number
  /** Of the last throttle. */
  throttledReason: string
  /** A run that is QUEUED may be handed out again then; 0 = now. */
  notBefore: number
  /** Not empty: all its calls wait for its API. */
  parked: string
  /** Attempts that saved no checkpoint, one after the other. */
  fruitless: number
  /** Why it was handed back last; '' = it was not. */
  handBack: HandBack
  /** It succeeded, and deletions were held back. */
  heldBack: boolean
  /** Of the sync in the newest attempt that has told it; '' = not known. */
  version: string
}

/** A run that is throttled or handed back does not end. */
export type Outcome = Exclude<
  RunOutcome extends `RUN_OUTCOME_${infer Name}` ? Name : never,
  'UNSPECIFIED' | 'THROTTLED' | 'HANDED_BACK'
>

export type HandBack = '' | 'draining' | 'store_unavailable'

/** Only the highest fence of a sync may write: a later run beats an earlier one, a later attempt its predecessor. */
export function fenceOf(number: number, attempt: number): number {
  return number * 65_536 + attempt
}

export function scheduleOf(runId: string): string {
  return runId.slice(0, runId.lastIndexOf('-'))
}

export function numberOf(runId: string): number {
  return Number(runId.slice(runId.lastIndexOf('-') + 1))
}

type PackedCounts = [model: string, added: number, updated: number, deleted: number, unchanged?: number]

/** Counts as Redis keeps them. */
export function countsText(counts: ModelCounts[]): string {
  return JSON.stringify(
    counts.map(({ model, added, updated, deleted, unchanged }) => [
      ...[model, added, updated, deleted],
      ...(unchanged === undefined ? [] : [unchanged]),
    ]),
  )
}

export function countsFrom(text: string): ModelCounts[] {
  return (JSON.parse(text) as PackedCounts[]).map(countsOf)
}

const countsOf = ([model, added, updated, deleted, unchanged]: PackedCounts): ModelCounts => ({
  ...{ model, added, updated, deleted, unchanged },
})

type Fields = Record<string, string | undefined>

/** A run that has not ended: the hash `r:<run>`. */
export function runFrom(id: string, fields: Fields): Run {
  return {
    id,
    schedule: scheduleOf(id),
    number: numberOf(id),
    definition: fields.def ?? '',
    lane: (fields.lane ?? '') as Run['lane'], // this and those below: what our scripts wrote
    state: fields.state as Run['state'],
    attempt: Number(fields.attempt ?? 0),
    cause: fields.cause as Cause,
    requestedAt: Number(fields.requested_at ?? 0),
    queuedAt: Number(fields.queued_at ?? 0),
    startedAt: Number(fields.started_at ?? 0),
    takenAt: fields.state === 'RUNNING' ? Number(fields.taken_at ?? 0) : 0,
    finishedAt: 0,
    outcome: '',
    error: '',
    counts: countsFrom(fields.counts ?? '[]'),
    runner: fields.runner ?? '',
    sandbox: fields.sandbox ?? '',
    lastLines: [],
    emptyCache: fields.empty_cache === '1',
    foundCheckpoint: fields.found_checkpoint === '1',
    throttles: Number(fields.throttles ?? 0),
    throttledReason: fields.throttled_reason ?? '',
    notBefore: Number(fields.not_before ?? 0),
    parked: fields.parked ?? '',
    fruitless: Number(fields.fruitless ?? 0),
    handBack: (fields.hand_back ?? '') as HandBack,
    heldBack: false,
    version: fields.version ?? '',
  }
}

/**
 * What pack_run in ../scripts/queue.lua writes: a JSON array. Instants after the first are relative to it, and what is default at the
 * end is left out.
 */
type Packed = [
  number: number,
  definition: string,
  cause: Cause,
  requestedAt: number,
  finishedAfter: number,
  outcome: Outcome,
  attempt?: number,
  startedAfter?: number,
  runner?: string,
  sandbox?: string,
  counts?: PackedCounts[],
  error?: string,
  lastLines?: string[],
  throttles?: number,
  throttledReason?: string,
  fruitless?: number,
  heldBack?: number,
  flags?: number,
  version?: string,
]

/** A run that has ended: an element of `h:<schedule>`. */
export function unpackRun(schedule: string, text: string): Run {
  const [number, definition, cause, requestedAt, finishedAfter, outcome, ...more] = JSON.parse(text) as Packed
  const [
    attempt = 0,
    startedAfter = -1,
    runner = '',
    sandbox = '',
    counts = [],
    error = '',
    lastLines = [],
    ...rest
  ] = more
  const [throttles = 0, throttledReason = '', fruitless = 0, heldBack = 0, flags = 0, version = ''] = rest
  return {
    id: `${schedule}-${number}`,
    schedule,
    number,
    definition,
    lane: '',
    state: 'ENDED',
    attempt,
    cause,
    requestedAt,
    queuedAt: 0,
    startedAt: startedAfter < 0 ? 0 : requestedAt + startedAfter,
    takenAt: 0,
    finishedAt: requestedAt + finishedAfter,
    outcome,
    error,
    counts: counts.map(countsOf),
    runner,
    sandbox,
    lastLines,
    emptyCache: (flags & 1) !== 0,
    foundCheckpoint: (flags & 2) !== 0,
    throttles,
    throttledReason,
    notBefore: 0,
    parked: '',
    fruitless,
    handBack: '',
    heldBack: heldBack === 1,
    version,
  }
}

/** The names on the wire are the same words with a prefix. */
export function outcomeOnWire(outcome: Outcome): RunOutcome {
  return `RUN_OUTCOME_${outcome}`
}

export function outcomeFromWire(
  outcome: Exclude<RunOutcome, RunOutcome.THROTTLED | RunOutcome.HANDED_BACK>,
): Outcome {
  // A runner that says no outcome has not succeeded.
  if (outcome === 'RUN_OUTCOME_UNSPECIFIED') return 'FAILED'
  return outcome.slice('RUN_OUTCOME_'.length) as Outcome
}

export function handBackFromWire(reason: HandBackReason): Exclude<HandBack, ''> {
  return reason === 'HAND_BACK_REASON_STORE_UNAVAILABLE' ? 'store_unavailable' : 'draining'
}
