import type { Bus } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import type { RunsServiceImplementation, StartAttemptRequest, StartAttemptResponse } from '@syncline/proto'
import type { Events } from './events.ts'
import { endAsLost } from './reap-lost.ts'
import { fenceOf, type Run } from './run.ts'
import type { Schedule } from './schedule.ts'
import type { Store } from './store.ts'

const ATTEMPTS_MAX = 5
/** How long a runner whose lease has run out may still send a heartbeat, before its run is lost. */
const GRACE_MS = 30_000

type Deps = { store: Store; bus: Bus; events: Events; leaseMs: number }

/** What a runner asks about the run it works on. */
export function runsService(deps: Deps): RunsServiceImplementation {
  const { store } = deps
  return {
    startAttempt: (request) => startAttempt(deps, request),

    async heartbeat({ environment, runId, attempt, counts }) {
      const beat = { attempt, counts, leaseMs: deps.leaseMs + GRACE_MS }
      return { stopReason: await store.heartbeat(environment, runId, beat) }
    },

    async getCheckpoint({ environment, runId, attempt }) {
      const run = await store.run(environment, runId)
      if (run === undefined || run.state === 'ENDED' || run.attempt !== attempt) throw fenced(runId, attempt)
      return { json: (await store.schedule(environment, run.schedule))?.checkpoint ?? '' }
    },

    /** The runner has checked the checkpoint. */
    async saveCheckpoint({ environment, runId, attempt, json }) {
      const refusal = await store.saveCheckpoint(environment, runId, attempt, json)
      if (refusal !== '') throw fenced(runId, attempt, refusal)
      return {}
    },
  }
}

async function startAttempt(deps: Deps, request: StartAttemptRequest): Promise<StartAttemptResponse> {
  const { store, events } = deps
  const { environment, runId, throttles = 0, runner, sandbox } = request
  const leaseMs = deps.leaseMs + GRACE_MS
  const attempt = { throttles, runner, sandbox, leaseMs, maxAttempts: ATTEMPTS_MAX }
  const answer = await store.startAttempt(environment, runId, attempt)
  if (answer.kind === 'started') {
    events.attemptStarted(environment, answer.run)
    return { outcome: { $case: 'started', value: started(answer) } }
  }
  const reason = answer.kind === 'refused' ? answer.reason : `taken over ${ATTEMPTS_MAX} times`
  if (answer.kind === 'exhausted') {
    await endAsLost(deps, environment, { id: runId, attempt: answer.attempt, reason })
  }
  events.attemptRefused(environment, runId, reason)
  return { outcome: { $case: 'refused', value: { reason } } }
}

function started({ run, schedule }: { run: Run; schedule: Schedule }) {
  return {
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
    foundCheckpoint: run.foundCheckpoint,
  }
}

function fenced(runId: string, attempt: number, reason = 'it is not the one that runs'): AppError {
  return new AppError('fenced', `attempt ${attempt} of run '${runId}' may not go on: ${reason}`)
}
