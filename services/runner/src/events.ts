import { levels, type Sandboxes, verifiedNode } from '@syncline/sandbox'
import { type Log, metrics } from '@syncline/service'
import type { Attempt } from './attempt.ts'

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

export type Events = ReturnType<typeof createEvents>

const level = metrics.gauge('runner_sandbox_level', 'What confines functions: 1 for the level there is', [
  'level',
])
const startsFailed = metrics.counter('runner_sandbox_starts_failed_total', 'Children that did not start')

export function createEvents(log: Log) {
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
          'the sandbox was not attacked on this Node yet',
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
    attemptEnded(attempt: Attempt, outcome: string, ms: number) {
      inWork.dec()
      seconds.observe({ outcome }, ms / 1000)
      log.info({ ...ids(attempt), sync: attempt.sync, outcome, ms }, 'attempt ended')
    },
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
    attemptRefused: (environment: string, run: string, reason: string) =>
      log.info({ environment, run, reason }, 'nothing to do for a run'),
    heartbeatFailed: (attempt: Attempt, err: unknown) =>
      log.warn({ ...ids(attempt), err: messageOf(err) }, 'a heartbeat failed'),
    logsLost: (attempt: Attempt, lines: number, err: unknown) =>
      log.warn({ ...ids(attempt), lines, err: messageOf(err) }, "lines of a run's log are lost"),
    redisLost: (err: Error) => log.warn({ err: err.message }, 'Redis connection lost'),
    messageFailed: (err: unknown) => log.error({ err }, 'a run goes back to the queue'),
    catalogEntryUnreadable: (err: unknown) => log.error({ err }, 'catalog entry unreadable'),
  }
}

const ids = ({ environment, runId, attempt }: Attempt) => ({ environment, run: runId, attempt })
const messageOf = (err: unknown) => (err instanceof Error ? err.message : String(err))
