import { type Log, metrics } from '@syncline/service'
import type { AttemptEnd, Claims, Ended, Judged, Taken } from './store/run-store.ts'

const SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600]

const ticks = metrics.counter('scheduler_ticks_total', 'Rounds of the scheduler')
const fired = metrics.counter('schedules_fired_total', 'Slots and repetitions that were claimed')
const lag = metrics.histogram('schedule_lag_seconds', 'Time from a slot to its claim', SECONDS)
const waits = metrics.histogram('run_queue_seconds', 'Time that runs wait for a runner', SECONDS, ['lane'])
const slotsSkipped = metrics.counter('slots_skipped_total', 'Slots without a run', ['reason'])
const runsEnded = metrics.counter('runs_total', 'Runs that ended', ['outcome'])
const attemptsAgain = metrics.counter('attempts_again_total', 'Attempts that ended before their run did', [
  'reason',
])
const clockChanges = metrics.counter('clock_changes_total', 'Times when leases were not ended for a while', [
  'reason',
])

export type Events = ReturnType<typeof createEvents>

export function createEvents(log: Log) {
  return {
    ticked: () => ticks.inc(),
    tickFailed: (err: unknown) => log.error({ err }, 'tick failed'),
    slotsClaimed({ claimed, lags, skipped, aside }: Claims) {
      if (claimed > 0) fired.inc(claimed)
      for (const ms of lags) lag.observe(ms / 1000)
      for (const [reason, count] of Object.entries(skipped)) slotsSkipped.inc({ reason }, count)
      for (const { id, environment, why } of aside) {
        log.error(
          { environment, schedule: id, reason: why },
          'schedule cannot be claimed: tried again in an hour',
        )
      }
      if (claimed > 0) log.debug({ claimed, skipped }, 'slots claimed')
    },

    attemptStarted({ environment, run, attempt, lane }: Taken, runner: string, waitedMs: number) {
      waits.observe({ lane }, Math.max(0, waitedMs) / 1000)
      log.info({ environment, run, attempt, runner, waitedMs }, 'attempt started')
    },
    attemptEnded(run: string, end: AttemptEnd, ended: Extract<Ended, { outcome: unknown }>) {
      const { environment, outcome, error } = ended
      const { attempt } = end
      if (outcome !== '') {
        runsEnded.inc({ outcome })
        const facts = {
          environment,
          sync: ended.sync,
          run,
          attempt,
          outcome,
          ...(error !== '' && { reason: error }),
        }
        log.info(facts, 'run ended')
        return
      }
      const reason = end.handBack || 'throttled'
      attemptsAgain.inc({ reason })
      const until = ended.until > 0 ? new Date(ended.until).toISOString() : 'now'
      log.info(
        { environment, run, attempt, reason: error, until },
        `attempt ${handing[reason]}: its run goes on`,
      )
    },
    endIgnored: (run: string, reason: string) => log.info({ run, reason }, 'report of an attempt ignored'),
    runLost({ run, environment, reason }: Judged) {
      runsEnded.inc({ outcome: 'LOST' })
      log.warn({ environment, run, reason }, 'run lost')
    },
    runTakenBack({ run, environment, reason }: Judged) {
      attemptsAgain.inc({ reason: 'silent' })
      log.warn({ environment, run, reason }, 'run taken back: another attempt follows')
    },
    runForgotten(run: string, runner: string) {
      attemptsAgain.inc({ reason: 'forgotten' })
      log.warn({ run, runner }, 'runner does not know a run that it was given: another attempt follows')
    },
    runCancelled(run: string, reason: string) {
      runsEnded.inc({ outcome: 'CANCELLED' })
      log.info({ run, reason }, 'run cancelled')
    },

    clockJumped(byMs: number) {
      clockChanges.inc({ reason: 'jump' })
      log.warn(
        { byMs },
        'the clock of Redis jumped: for the length of a lease, no run is ended because its lease ran out',
      )
    },
    clockGap(gapMs: number) {
      clockChanges.inc({ reason: 'gap' })
      log.warn(
        { gapMs },
        'this process was suspended: for the length of a lease, no run is ended because its lease ran out',
      )
    },
    clockFailed: (err: unknown) => log.warn({ err }, 'the time of Redis could not be read'),
    sampleFailed: (err: unknown) => log.warn({ err }, 'metrics of the queue could not be read'),
    redisFailed: (err: Error) => log.warn({ err: err.message }, 'Redis connection lost'),
    catalogEntryUnreadable: (err: unknown) => log.error({ err }, 'catalog entry unreadable'),
    rpcFault: (path: string, err: unknown) => log.error({ path, err }, 'unforeseen fault in a call'),
  }
}

const handing = {
  throttled: 'throttled',
  draining: 'handed back',
  store_unavailable: 'handed back',
}
