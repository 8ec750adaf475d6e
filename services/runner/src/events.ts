import { type Log, metrics } from '@syncline/service'
import type { Attempt } from './attempt.ts'

const inWork = metrics.gauge('runner_runs_in_work', 'Runs that this runner works on')
const seconds = metrics.histogram(
  'run_seconds',
  'Time from the start of an attempt to its end',
  [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 86_400],
  ['outcome'],
)

export type Events = ReturnType<typeof createEvents>

export function createEvents(log: Log) {
  return {
    attemptStarted(attempt: Attempt) {
      inWork.inc()
      log.info({ ...ids(attempt), sync: attempt.sync, connection: attempt.connectionId }, 'attempt started')
    },
    attemptEnded(attempt: Attempt, outcome: string, ms: number) {
      inWork.dec()
      seconds.observe({ outcome }, ms / 1000)
      log.info({ ...ids(attempt), sync: attempt.sync, outcome, ms }, 'attempt ended')
    },
    attemptRefused: (environment: string, run: string, reason: string) =>
      log.info({ environment, run, reason }, 'nothing to do for a run'),
    heartbeatFailed: (attempt: Attempt, err: unknown) =>
      log.warn({ ...ids(attempt), err: messageOf(err) }, 'the scheduler did not hear a heartbeat'),
    logsLost: (attempt: Attempt, lines: number, err: unknown) =>
      log.warn({ ...ids(attempt), lines, err: messageOf(err) }, "lines of a run's log are lost"),
    messageFailed: (err: unknown) => log.error({ err }, 'a run goes back to the queue'),
    catalogEntryUnreadable: (err: unknown) => log.error({ err }, 'catalog entry unreadable'),
  }
}

const ids = ({ environment, runId, attempt }: Attempt) => ({ environment, run: runId, attempt })
const messageOf = (err: unknown) => (err instanceof Error ? err.message : String(err))
