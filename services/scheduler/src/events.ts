import { type Log, metrics } from '@syncline/service'
import type { Run } from './run.ts'
import type { DueSchedule } from './store.ts'

const ticks = metrics.counter('scheduler_ticks_total', 'Rounds of the scheduler')
const lag = metrics.histogram(
  'schedule_lag_seconds',
  'Time from a slot to the claim of its run',
  [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600],
)
const runsRequested = metrics.counter('runs_requested_total', 'Runs sent to the runners')
const runsEnded = metrics.counter('runs_total', 'Runs that ended', ['outcome'])
const runsThrottled = metrics.counter('runs_throttled_total', 'Attempts that ended to wait for their API')
const slotsSkipped = metrics.counter('slots_skipped_total', 'Slots without a run', ['reason'])
const commands = metrics.counter('commands_total', 'Commands by result', ['action', 'result'])

export type Events = ReturnType<typeof createEvents>

export function createEvents(log: Log) {
  return {
    ticked: () => ticks.inc(),
    tickFailed: (err: unknown, environment?: string) => log.error({ err, environment }, 'tick failed'),
    slotClaimed(environment: string, schedule: { id: string }, lagMs: number) {
      lag.observe(lagMs / 1000)
      log.debug({ environment, schedule: schedule.id, lagMs }, 'slot claimed')
    },
    pendingTriggerBegun: (environment: string, { id, pendingTrigger }: DueSchedule) =>
      log.debug({ environment, schedule: id, cause: pendingTrigger }, 'pending run begun'),
    slotsSkipped(
      environment: string,
      schedule: { id: string },
      reason: 'overlap' | 'missed' | 'blocked',
      count: number,
    ) {
      slotsSkipped.inc({ reason }, count)
      log.info({ environment, schedule: schedule.id, reason, count }, 'slots skipped')
    },
    environmentFull: (environment: string) =>
      log.debug({ environment }, 'as many runs in flight as allowed: due schedules wait'),
    runRequested(environment: string, run: string) {
      runsRequested.inc()
      log.debug({ environment, run }, 'run requested')
    },
    runLost: (environment: string, run: string, reason: string) =>
      log.warn({ environment, run, reason }, 'run lost'),
    attemptStarted: (environment: string, run: Run) =>
      log.info({ environment, run: run.id, attempt: run.attempt, runner: run.runner }, 'attempt started'),
    attemptRefused: (environment: string, run: string, reason: string) =>
      log.info({ environment, run, reason }, 'attempt refused'),
    runSettled(environment: string, run: string, outcome: string) {
      runsEnded.inc({ outcome })
      log.info({ environment, run, outcome }, 'run ended')
    },
    runThrottled(environment: string, run: string, throttle: { reason: string; resumeAt: number }) {
      runsThrottled.inc()
      log.info({ environment, run, ...throttle }, 'run throttled')
    },
    runCancelled(environment: string, schedule: string) {
      runsEnded.inc({ outcome: 'CANCELLED' })
      log.info({ environment, schedule }, 'active run cancelled')
    },
    endIgnored: (environment: string, run: string, reason: string) =>
      log.debug({ environment, run, reason }, 'run.finished ignored'),
    scheduleCreated: (environment: string, schedule: string, sync: string, variant: string) =>
      log.info({ environment, schedule, sync, variant }, 'schedule created'),
    scheduleRemoved: (environment: string, schedule: string, reason: string) =>
      log.info({ environment, schedule, reason }, 'schedule removed'),
    scheduleBlocked: (environment: string, schedule: string, message: string) =>
      log.warn({ environment, schedule, reason: message }, 'schedule blocked'),
    scheduleUnblocked: (environment: string, schedule: string) =>
      log.info({ environment, schedule }, 'schedule not blocked any more'),
    frequencyUnreadable: (environment: string, sync: string, err: unknown) =>
      log.error({ environment, sync, err }, 'sync has no readable frequency and is not scheduled'),
    environmentUnknown: (environment: string) =>
      log.error({ environment }, 'the catalog has lost an environment: its schedules stay as they are'),
    reconcileFailed: (err: unknown) =>
      log.error({ err }, 'schedules could not be made to follow the catalog'),
    streamsEmptied: (environment: string, schedule: string) =>
      log.info({ environment, schedule }, 'records of a removed schedule removed'),
    cleaningFailed: (environment: string, schedule: string, err: unknown) =>
      log.warn({ environment, schedule, err }, 'records of a removed schedule are still there: tried again'),
    sweepFailed: (err: unknown) => log.error({ err }, 'sweep failed'),
    commandDone(action: string, environment: string, id: string, result: string) {
      commands.inc({ action, result })
      log.info({ action, environment, command: id, result }, 'command applied')
    },
    commandFailed: (err: unknown) => log.error({ err }, 'command not applied'),
    runFinishedFailed: (err: unknown) => log.error({ err }, 'run.finished not settled'),
    redisFailed: (err: Error) => log.warn({ err: err.message }, 'Redis connection lost'),
    catalogEntryUnreadable: (err: unknown) => log.error({ err }, 'catalog entry unreadable'),
    rpcFault: (path: string, err: unknown) => log.error({ path, err }, 'unforeseen fault in a call'),
  }
}
