import type { ActionCall } from '@syncline/proto'
import { levels, type Sandboxes, truncated, verifiedNode } from '@syncline/sandbox'
import { type Log, metrics } from '@syncline/service'
import type { Attempt } from './attempt.ts'
import type { End } from './outcome.ts'
import type { SlotKind } from './slots.ts'

const inWork = metrics.gauge('runner_runs_in_work', 'Runs that this runner works on')
const parked = metrics.gauge('runner_runs_parked', 'Runs that wait for their API without a slot')
const notBegun = metrics.counter(
  'runner_attempts_not_begun_total',
  'Attempts that ended at once because their API would have made them wait',
)
const waitsInSlot = metrics.counter(
  'runner_waits_in_slot_total',
  'Attempts that waited for their API in their slot, for want of a place without one',
)
const seconds = metrics.histogram(
  'run_seconds',
  'Time from the start of an attempt to its end',
  [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 86_400],
  ['outcome'],
)

const slots = metrics.gauge('runner_slots', 'Slots of this runner', ['kind', 'state'])
const waits = metrics.counter(
  'runner_api_wait_seconds_total',
  'Time that runs waited for their APIs: short in their slot, slot for want of a place, parked, throttled',
  ['kind'],
)
const firstLine = metrics.histogram(
  'run_first_line_seconds',
  'Time from when a run was queued to the first call or line of its function',
  [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800],
)
const prepared = metrics.histogram(
  'runner_prepare_seconds',
  'Time from when a runner got a run to when its function got it',
  [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.25, 1, 5],
)
const actionSeconds = metrics.histogram(
  'runner_action_seconds',
  'Time that an action took in its runner',
  [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 120],
  ['code'],
)
const takes = metrics.counter('runner_takes_total', 'Calls to the scheduler for runs', ['result'])
/** Of a reason in our own log. */
const REASON_CHARS = 500

export type Events = ReturnType<typeof createEvents>

const level = metrics.gauge('runner_sandbox_level', 'What confines functions: 1 for the level there is', [
  'level',
])
const startsFailed = metrics.counter('runner_sandbox_starts_failed_total', 'Children that did not start')

export function createEvents(log: Log) {
  /** The scheduler: one line for each time that it does not answer. */
  let isAway = false
  return {
    sandboxLevel({ level: found }: Sandboxes) {
      for (const name of levels) level.set({ level: name }, name === found ? 1 : 0)
      log.info({ sandbox: found }, `sync functions run in sandboxes of level '${found}'`)
      if (found === 'basic') {
        log.warn(
          'functions can read SQLite files and signal processes of your user: run only code that you trust',
        )
      }
      if (process.versions.node !== verifiedNode) {
        log.warn(
          { node: process.versions.node, verifiedNode },
          'the sandbox was not tested on this version of Node',
        )
      }
    },
    sandboxFailed(err: Error) {
      startsFailed.inc()
      log.error({ err: err.message }, 'a sandbox did not start')
    },
    attemptStarted(attempt: Attempt) {
      inWork.inc()
      log.info({ ...ids(attempt), sync: attempt.sync, connection: attempt.connectionId }, 'attempt started')
    },
    attemptEnded(attempt: Attempt, { outcome, error }: End, ms: number) {
      inWork.dec()
      seconds.observe({ outcome }, ms / 1000)
      const reason = error && { reason: truncated(error, REASON_CHARS) }
      log.info(
        { ...ids(attempt), sync: attempt.sync, outcome, ...reason, ms: Math.round(ms) },
        'attempt ended',
      )
    },
    actionEnded({ environment, id, action }: ActionCall, code: string, ms: number) {
      actionSeconds.observe({ code: code || 'success' }, ms / 1000)
      log.info({ environment, id, action, code, ms: Math.round(ms) }, 'action ended')
    },
    previewEnded({ environment, id, action }: ActionCall, outcome: string, ms: number) {
      log.info({ environment, id, sync: action, outcome, ms: Math.round(ms) }, 'preview ended')
    },
    actionFailed: ({ environment, id }: ActionCall, err: unknown) =>
      log.warn({ environment, id, err: messageOf(err) }, 'an action met an error on our side'),
    actionPostponed: (err: unknown) =>
      log.info({ err: messageOf(err) }, 'an asynchronous action is tried again later'),
    slotsChanged(all: Record<SlotKind, number>, free: Record<SlotKind, number>) {
      for (const kind of ['ordinary', 'reserved'] as const) {
        slots.set({ kind, state: 'free' }, free[kind])
        slots.set({ kind, state: 'busy' }, all[kind] - free[kind])
      }
    },
    functionStarts: (ms: number) => prepared.observe(ms / 1000),
    functionSpeaks: ({ queuedAtMs }: Attempt) =>
      firstLine.observe(Math.max(0, Date.now() - queuedAtMs) / 1000),
    waited: (kind: 'short' | 'slot' | 'parked' | 'throttled', ms: number) =>
      waits.inc({ kind }, Math.max(0, ms) / 1000),
    attemptNotBegun(attempt: Attempt, reason: string) {
      notBegun.inc()
      log.debug({ ...ids(attempt), reason }, 'an attempt does not begin: its API would make it wait')
    },
    parked(attempt: Attempt, ms: number, reason: string) {
      parked.inc()
      log.debug({ ...ids(attempt), ms, reason }, 'a run waits for its API without a slot')
    },
    unparked: () => parked.dec(),
    waitsInSlot(attempt: Attempt, ms: number, reason: string) {
      waitsInSlot.inc()
      log.warn({ ...ids(attempt), ms, reason }, 'a run waits for its API in its slot: no place is free')
    },
    attemptKnown: (attempt: Attempt) =>
      log.warn(ids(attempt), 'the scheduler has given a run that this runner has already'),
    taken(count: number) {
      takes.inc({ result: count > 0 ? 'runs' : 'none' })
      if (isAway) log.info('the scheduler answers again')
      isAway = false
    },
    takeFailed(err: unknown) {
      takes.inc({ result: 'failed' })
      if (!isAway) log.warn({ err: messageOf(err) }, 'no run can be taken: the scheduler does not answer')
      isAway = true
    },
    stoodStill: (ms: number) =>
      log.warn(
        { ms: Math.round(ms) },
        'this process was suspended: its runs go on when the scheduler has answered',
      ),
    heartbeatsFail: (err: unknown) => log.warn({ err: messageOf(err) }, 'heartbeats fail'),
    heartbeatsAgain: () => log.info('heartbeats are answered again'),
    noticeUnreadable: (err: unknown) => log.warn({ err: messageOf(err) }, 'a notice is unreadable'),
    reportFailed: (attempt: Attempt, err: unknown) =>
      log.warn(
        { ...ids(attempt), err: messageOf(err) },
        'the end of an attempt is not reported yet: the slot waits for the scheduler',
      ),
    reportIgnored: (attempt: Attempt, reason: string) =>
      log.info({ ...ids(attempt), reason }, 'the scheduler has ignored the end of an attempt'),
    reportLost: (attempt: Attempt, err: unknown) =>
      log.error(
        { ...ids(attempt), err: messageOf(err) },
        'the end of an attempt could not be reported: its run will be repeated',
      ),
    logsLost: (lines: number, err: unknown) =>
      log.warn({ lines, err: messageOf(err) }, 'lines of logs of runs are lost'),
    keyringDiffers: (err: unknown) =>
      log.error(
        { err: messageOf(err) },
        'runs will fail whose secrets were sealed anew: restart this runner',
      ),
    redisLost: (err: Error) => log.warn({ err: err.message }, 'Redis connection lost'),
    catalogEntryUnreadable: (err: unknown) => log.error({ err }, 'catalog entry unreadable'),
  }
}

const ids = ({ environment, runId, attempt }: Attempt) => ({ environment, run: runId, attempt })
const messageOf = (err: unknown) => (err instanceof Error ? err.message : String(err))
