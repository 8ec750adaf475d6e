import { AppError } from '@syncline/errors'
import type { AttemptReport, Runner, RunsServiceImplementation } from '@syncline/proto'
import type { Events } from '../events.ts'
import type { Notices } from '../notices.ts'
import { fenceOf, handBackFromWire, numberOf, outcomeFromWire } from '../schedules/run.ts'
import type { AttemptEnd, RunnerFacts, RunStore, Taken } from '../store/run-store.ts'

const ERROR_MAX = 2000
const VERSION_MAX = 100
/** Runs that one call hands out. */
const TAKE_MAX = 100
/** Of all throttles of a run. */
const MAX_THROTTLED_MS = 24 * 3600 * 1000

interface Deps {
  runs: RunStore
  notices: Pick<Notices, 'wakeRunners'>
  events: Events
}

/** What runners ask. */
export function runsService({ runs, notices, events }: Deps): RunsServiceImplementation {
  return {
    async takeRuns({ runner: asking, freeSlots, freeReservedSlots }) {
      const runner = runnerFacts(asking)
      const taken = await runs.takeRuns(
        runner,
        Math.min(freeSlots, TAKE_MAX),
        Math.min(freeReservedSlots, TAKE_MAX),
      )
      const now = runs.now()
      for (const run of taken) events.attemptStarted(run, runner.id, now - run.queuedAt)
      return { attempts: taken.map(attemptStarted) }
    },

    async heartbeat({ runner, beats }) {
      const { stops, again, wake } = await runs.heartbeat(
        runnerFacts(runner),
        beats.map(({ runId: run, attempt, counts, parked }) => ({ run, attempt, counts, parked })),
      )
      for (const run of again) events.runForgotten(run, runner?.id ?? '')
      if (wake) notices.wakeRunners()
      return { stops }
    },

    /** The runner has checked the checkpoint. */
    async saveCheckpoint({ runId, attempt, json }) {
      const refusal = await runs.saveCheckpoint(runId, attempt, json)
      if (refusal !== '') {
        throw new AppError('fenced', `attempt ${attempt} of run '${runId}' may not go on: ${refusal}`)
      }
      return {}
    },

    async endAttempt(report) {
      const end = attemptEnd(report, runs.now())
      const ended = await runs.endAttempt(report.runId, end)
      if ('fault' in ended)
        throw new Error(`the end of run '${report.runId}' could not be taken: ${ended.fault}`)
      if ('outcome' in ended) {
        events.attemptEnded(report.runId, end, ended)
        if (ended.wake) notices.wakeRunners()
      } else {
        events.endIgnored(report.runId, ended.ignored)
      }
      return { ignored: ended.ignored }
    },
  }
}

function runnerFacts(runner: Runner | undefined): RunnerFacts {
  if (runner === undefined || runner.id === '')
    throw new AppError('invalid_body', 'the request names no runner')
  const { id, sandbox, slots, reservedSlots } = runner
  return { id, sandbox, slots, reservedSlots }
}

function attemptStarted(taken: Taken) {
  return {
    environment: taken.environment,
    runId: taken.run,
    providerConfigKey: taken.integration,
    connectionId: taken.connection,
    connectionUid: taken.uid,
    sync: taken.sync,
    variant: taken.variant,
    attempt: taken.attempt,
    fence: fenceOf(numberOf(taken.run), taken.attempt),
    lastSyncAtMs: taken.lastSyncAt,
    emptyCache: taken.emptyCache,
    startedAtMs: taken.startedAt,
    runNumber: numberOf(taken.run),
    foundCheckpoint: taken.foundCheckpoint,
    checkpoint: taken.checkpoint,
    reservedSlot: taken.reserved,
    queuedAtMs: taken.queuedAt,
    takenAtMs: taken.takenAt,
  }
}

function attemptEnd(report: AttemptReport, now: number): AttemptEnd {
  const { attempt, outcome, counts, lastLines, heldBack, hasBegun = true, resumeAtMs = now, version } = report
  const ending = {
    attempt,
    error: report.error.slice(0, ERROR_MAX),
    counts,
    lastLines,
    heldBack,
    hasBegun,
    resumeAt: resumeAtMs,
    maxThrottledMs: MAX_THROTTLED_MS,
    handBack: '' as const,
    version: version.slice(0, VERSION_MAX),
  }
  if (outcome === 'RUN_OUTCOME_THROTTLED') return { ...ending, outcome: 'THROTTLED' }
  if (outcome === 'RUN_OUTCOME_HANDED_BACK') {
    return { ...ending, outcome: 'HANDED_BACK', handBack: handBackFromWire(report.handBackReason) }
  }
  return { ...ending, outcome: outcomeFromWire(outcome) }
}
