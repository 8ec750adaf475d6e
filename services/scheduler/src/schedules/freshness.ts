import type { StaleReason } from '@syncline/proto'
import { duration, timeOfDay } from './duration.ts'

/*
 * A schedule is fresh until `fresh_ms` after its last run that succeeded and held nothing back; before its first, after its
 * creation. From then on it is stale for exactly one reason: the first of RULES that finds one. They stand in the order of
 * the enum in proto/: what nobody but a person can end, then what stops many schedules, then what is about this one.
 */

/** As in Redis, events and answers; on the wire STALE_REASON_…. */
export type Reason = Lowercase<
  Exclude<StaleReason extends `STALE_REASON_${infer Name}` ? Name : never, 'UNSPECIFIED'>
>

/** What the freshness of a schedule is made of. Instants are Unix milliseconds, 0 = never. */
export interface Facts {
  now: number
  /** When its connection and its sync were both in the catalog. */
  expectedSince: number
  /** Undefined = Redis has none. */
  schedule: ScheduleFacts | undefined
  /** The one that has not ended. */
  run: ActiveRun | undefined
  /** The newest one that ended. */
  ended: { outcome: string; error: string; finishedAt: number } | undefined
  environment: Full
  integration: Full
  sync: Full
  runners: { alive: number; slots: number; busy: number }
  /** The last time in which no scheduler worked. */
  downtime: { from: number; to: number } | undefined
}

interface ScheduleFacts {
  createdAt: number
  freshAt: number
  freshMs: number
  /** Between two slots; of cron, the longest. */
  intervalMs: number
  paused: boolean
  /** '' = somebody paused it. */
  pausedBecause: string
  pausedAt: number
  blocked: { message: string; since: string } | undefined
  /** 0 = no slots. */
  nextAt: number
  retryAt: number
  failures: number
  failingSince: number
  heldSince: number
  /** What was found and stored last. */
  stale: { reason: Reason; since: number } | undefined
}

interface ActiveRun {
  state: 'QUEUED' | 'RUNNING'
  requestedAt: number
  queuedAt: number
  startedAt: number
  /** May be handed out from then on. */
  notBefore: number
  throttledReason: string
  parked: string
  handBack: string
  /** Since when it is handed back as a service does not answer its runners. */
  unavailableSince: number
}

/** `max` 0 = no limit. `oldestAt`: start of the run that runs for the longest time, 0 = not known. */
interface Full {
  name: string
  running: number
  max: number
  oldestAt: number
}

export interface Stale {
  reason: Reason
  since: number
  /** When it ends, where that is known; else 0. */
  until: number
  /** For people: one sentence. */
  message: string
}

export interface Freshness {
  lastSuccess: number
  /** 0 = not known. */
  freshUntil: number
  stale: Stale | undefined
}

/** A slot that is due for longer than this has no scheduler that works. A tick takes less than a second. */
const OVERDUE_MS = 15_000
/** What is new in the catalog has its schedules within this time. */
const MISSING_MS = 30_000
/** A run that waits for less than this does not wait because something is full. */
const WAIT_MS = 10_000
/** Runs that make up for a downtime begin within this time of its end. */
const CATCH_UP_MS = 60_000

export function freshness(facts: Facts): Freshness {
  const { schedule, now } = facts
  if (schedule === undefined) return { lastSuccess: 0, freshUntil: 0, stale: missing(facts) }
  const freshUntil = (schedule.freshAt || schedule.createdAt) + schedule.freshMs
  const stale = now < freshUntil ? undefined : staleReason({ ...facts, schedule, freshUntil })
  return { lastSuccess: schedule.freshAt, freshUntil, stale }
}

type Known = Facts & { schedule: ScheduleFacts; freshUntil: number }
type Rule = (facts: Known) => Omit<Stale, 'reason'> | undefined

/** Why a schedule that is stale is so. */
export function staleReason(facts: Known): Stale {
  for (const [reason, rule] of RULES) {
    const found = rule(facts)
    if (found) return { ...found, reason, since: Math.min(found.since, facts.now) }
  }
  return earlier(facts) ?? tooSlow(facts)
}

const was: Partial<Record<Reason, string>> = {
  paused: 'it was paused',
  needs_reauth: 'its connection needed new credentials',
  scheduler_down: 'no scheduler worked',
  store_unavailable: 'its run could not reach the record store, NATS, Redis or the catalog',
  rate_limited: 'its API made it wait',
  environment_full: 'its run waited: its environment was full',
  integration_full: 'its run waited: its integration or sync was full',
  no_runner: 'its run waited for a runner',
}

const RULES: [Reason, Rule][] = [
  ['paused', paused],
  ['needs_reauth', needsReauth],
  ['scheduler_down', schedulerDown],
  ['store_unavailable', storeUnavailable],
  ['rate_limited', rateLimited],
  ['environment_full', environmentFull],
  ['integration_full', integrationFull],
  ['no_runner', noRunner],
  ['backfilling', backfilling],
  ['overlap', overlap],
  ['failing', failing],
  ['held_back', heldBack],
]

/** In their order. */
export const reasons: Reason[] = RULES.map(([reason]) => reason)

function missing({ expectedSince: since, now }: Facts): Stale | undefined {
  if (now - since < MISSING_MS) return undefined
  const message = `it has no schedule although it is in the catalog since ${timeOfDay(since, now)}: no scheduler has made one`
  return { reason: 'scheduler_down', since, until: 0, message }
}

function paused({ schedule, freshUntil }: Known) {
  if (!schedule.paused) return undefined
  const message = schedule.pausedBecause
    ? `it was paused: ${schedule.pausedBecause}`
    : 'it is paused: somebody paused it, or it was never started'
  return { since: schedule.pausedAt || freshUntil, until: 0, message }
}

function needsReauth({ schedule: { blocked } }: Known) {
  if (blocked === undefined) return undefined
  return {
    since: Date.parse(blocked.since),
    until: 0,
    message: `its connection needs new credentials: ${blocked.message}`,
  }
}

function schedulerDown({ schedule, run, downtime, freshUntil, now }: Known) {
  const due = schedule.nextAt === 0 ? 0 : Math.min(schedule.nextAt, schedule.retryAt || schedule.nextAt)
  if (run === undefined && due > 0 && now - due > OVERDUE_MS) {
    return {
      since: due,
      until: 0,
      message: `it is due since ${timeOfDay(due, now)}, and no scheduler begins its run`,
    }
  }
  if (run === undefined || downtime === undefined) return undefined
  // The run that makes up for the slots of a downtime, as long as it is no longer than usual.
  const wasFresh = schedule.freshAt <= downtime.from && freshUntil >= downtime.from
  const makesUp = run.requestedAt > downtime.from && run.requestedAt <= downtime.to + CATCH_UP_MS
  const isLong = run.state === 'RUNNING' && now - run.startedAt > schedule.intervalMs
  if (!wasFresh || !makesUp || isLong || schedule.failures > 0) return undefined
  const { from, to } = downtime
  const message = `no scheduler worked from ${timeOfDay(from, now)} to ${timeOfDay(to, now)}; ${progress(run, now)}`
  return { since: from, until: 0, message }
}

function storeUnavailable({ run, now }: Known) {
  if (run?.handBack !== 'store_unavailable') return undefined
  return {
    since: run.unavailableSince || run.requestedAt,
    until: 0,
    message: `its run could not reach the record store, NATS, Redis or the catalog; ${progress(run, now)}`,
  }
}

function rateLimited({ run, now }: Known) {
  if (run?.state === 'QUEUED' && run.notBefore > now) {
    const { throttledReason: reason, notBefore: until, requestedAt: since } = run
    const why = reason && `: ${reason}`
    return { since, until, message: `its API makes it wait until ${timeOfDay(until, now)}${why}` }
  }
  if (run?.state !== 'RUNNING' || run.parked === '') return undefined
  return { since: run.startedAt, until: 0, message: `its API makes it wait: ${run.parked}` }
}

function environmentFull(facts: Known) {
  return waits(facts, facts.environment, 'environment')
}

function integrationFull(facts: Known) {
  return waits(facts, facts.integration, 'integration') ?? waits(facts, facts.sync, 'sync')
}

function waits({ run, freshUntil, now }: Known, { name, running, max, oldestAt }: Full, kind: string) {
  if (max === 0 || running < max || run === undefined || !isWaiting(run, freshUntil, now)) return undefined
  const oldest = oldestAt === 0 ? '' : `; the oldest runs for ${duration(now - oldestAt)}`
  const message = `${progress(run, now)}: ${running} of ${max} runs of ${kind} '${name}' are in flight${oldest}`
  return { since: run.queuedAt, until: 0, message }
}

function noRunner({ run, runners, freshUntil, now }: Known) {
  if (run === undefined || !isWaiting(run, freshUntil, now)) return undefined
  const { alive, slots, busy } = runners
  const why =
    alive === 0
      ? 'there is no runner'
      : `${busy} of ${slots} slots of ${alive} runner${alive === 1 ? ' is' : 's are'} busy`
  return { since: run.queuedAt, until: 0, message: `${progress(run, now)}: ${why}` }
}

/** A first run that begins as a runner is there at last, say, is stale for what was before, as long as it is no longer than usual. */
function backfilling({ schedule, run, freshUntil, now }: Known) {
  const isFirst = schedule.freshAt === 0 && schedule.heldSince === 0 && schedule.failures === 0
  if (run?.state !== 'RUNNING' || !isFirst) return undefined
  const isShort = run.startedAt > freshUntil && now - run.startedAt <= schedule.intervalMs
  if (isShort && schedule.stale && was[schedule.stale.reason]) return undefined
  return {
    since: run.startedAt,
    until: 0,
    message: `its first run goes on since ${timeOfDay(run.startedAt, now)}`,
  }
}

function overlap({ schedule: { intervalMs }, run, now }: Known) {
  if (run?.state !== 'RUNNING' || now - run.startedAt <= intervalMs) return undefined
  return {
    since: run.startedAt + intervalMs,
    until: 0,
    message: `its run goes on since ${timeOfDay(run.startedAt, now)}, which is longer than its interval of ${duration(intervalMs)}`,
  }
}

function failing({ schedule, run, ended, now }: Known) {
  const isLast = ended !== undefined && ended.outcome !== 'SUCCESS'
  if (schedule.failures === 0 && !isLast) return undefined
  const times =
    schedule.failures > 1 ? `its last ${schedule.failures} runs failed` : 'its last run did not succeed'
  const why = isLast && ended.error !== '' ? `: ${ended.error}` : ''
  const next = run ? progress(run, now) : nextTry(schedule, now)
  return {
    since: schedule.failingSince || ended?.finishedAt || now,
    until: run ? 0 : schedule.retryAt,
    message: `${times}${why}${next && `; ${next}`}`,
  }
}

function nextTry({ retryAt, nextAt }: ScheduleFacts, now: number): string {
  if (retryAt > 0) return `it is repeated at ${timeOfDay(retryAt, now)}`
  return nextAt > 0 ? `its next slot is at ${timeOfDay(nextAt, now)}` : ''
}

function heldBack({ schedule: { heldSince }, now }: Known) {
  if (heldSince === 0) return undefined
  const message = `its runs succeed, and what they did not save again is not deleted since ${timeOfDay(heldSince, now)}`
  return { since: heldSince, until: 0, message }
}

/** What made it stale has ended, and it is not fresh again: its next run has yet to succeed. */
function earlier({ schedule, run, now }: Known): Stale | undefined {
  const past = schedule.stale && was[schedule.stale.reason]
  if (schedule.stale === undefined || past === undefined) return undefined
  const next = run ? progress(run, now) : nextTry(schedule, now)
  return { ...schedule.stale, until: 0, message: `${past}${next && `; ${next}`}` }
}

/** Nothing stops it: its runs do not come or end often enough for what is asked of it. */
function tooSlow({ schedule, run, freshUntil, now }: Known): Stale {
  const { freshMs, intervalMs } = schedule
  const next = run
    ? `${progress(run, now)}, and its records may be ${duration(freshMs)} old`
    : `its interval of ${duration(intervalMs)} is too long for records that may be ${duration(freshMs)} old`
  return { reason: 'overlap', since: freshUntil, until: 0, message: next }
}

function progress({ state, queuedAt, startedAt }: ActiveRun, now: number): string {
  return state === 'QUEUED'
    ? `its run waits since ${timeOfDay(queuedAt, now)}`
    : `its run goes on since ${timeOfDay(startedAt, now)}`
}

/** A run that began because it was stale already, a moment ago, is not stale because it waits. */
function isWaiting(run: ActiveRun, freshUntil: number, now: number): boolean {
  return run.state === 'QUEUED' && (run.requestedAt <= freshUntil || now - run.queuedAt >= WAIT_MS)
}
