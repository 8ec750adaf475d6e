import type { Bus } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import type { RunsServiceImplementation } from '@syncline/proto'
import { checkCheckpoint } from './checkpoint.ts'
import type { Events } from './events.ts'
import { endAsLost } from './reap-lost.ts'
import { fenceOf } from './schedule.ts'
import type { Store } from './store.ts'

const ATTEMPTS_MAX = 5
/** A runner that missed its lease may still be heard in this time, before its run is lost. */
const GRACE_MS = 30_000

/** What a runner asks about the run it works on. */
export function runsService(deps: {
  store: Store
  bus: Bus
  events: Events
  leaseMs: number
}): RunsServiceImplementation {
  const { store, events } = deps
  const leaseMs = deps.leaseMs + GRACE_MS

  return {
    async startAttempt({ environment, runId, runner, sandbox }) {
      const answer = await store.startAttempt(environment, runId, {
        runner,
        sandbox,
        leaseMs,
        maxAttempts: ATTEMPTS_MAX,
      })
      if (answer.kind === 'started') {
        const { run, schedule } = answer
        events.attemptStarted(environment, run)
        return {
          outcome: {
            $case: 'started',
            value: {
              providerConfigKey: schedule.integration,
              connectionId: schedule.connection,
              connectionUid: schedule.uid,
              sync: schedule.sync,
              variant: schedule.variant,
              attempt: run.attempt,
              fence: fenceOf(run.number, run.attempt),
              lastSyncAtMs: schedule.lastSyncAt,
              emptyCache: run.emptyCache,
              startedAtMs: run.startedAt,
              runNumber: run.number,
            },
          },
        }
      }
      const reason = answer.kind === 'refused' ? answer.reason : `taken over ${ATTEMPTS_MAX} times`
      if (answer.kind === 'exhausted') {
        await endAsLost(deps, environment, { id: runId, attempt: answer.attempt, reason })
      }
      events.attemptRefused(environment, runId, reason)
      return { outcome: { $case: 'refused', value: { reason } } }
    },

    async heartbeat({ environment, runId, attempt, counts }) {
      return { stopReason: await store.heartbeat(environment, runId, { attempt, counts, leaseMs }) }
    },

    async getCheckpoint({ environment, runId, attempt }) {
      const run = await store.run(environment, runId)
      if (run === undefined || run.state === 'ENDED' || run.attempt !== attempt) throw fenced(runId, attempt)
      return { json: (await store.schedule(environment, run.schedule))?.checkpoint ?? '' }
    },

    async saveCheckpoint({ environment, runId, attempt, json }) {
      checkCheckpoint(json)
      const refusal = await store.saveCheckpoint(environment, runId, attempt, json)
      if (refusal !== '') throw fenced(runId, attempt, refusal)
      return {}
    },
  }
}

function fenced(runId: string, attempt: number, reason = 'it is not the one that runs'): AppError {
  return new AppError('fenced', `attempt ${attempt} of run '${runId}' may not go on: ${reason}`)
}
