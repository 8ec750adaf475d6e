import { AppError } from '@syncline/errors'
import {
  type AttemptReport,
  type AttemptStarted,
  type HeartbeatRequest,
  type Runner,
  RunOutcome,
  type RunsServiceImplementation,
  type TakeRunsRequest,
} from '@syncline/proto'

/** Of every run of these tests. */
export const RUN_NUMBER = 17_956_558_573
/** Of a run; fences count them. */
const ATTEMPTS = 65_536

/** What a run of these tests is about. */
export type RunPlan = Pick<
  AttemptStarted,
  'environment' | 'providerConfigKey' | 'connectionId' | 'connectionUid' | 'sync'
> &
  Partial<Pick<AttemptStarted, 'variant' | 'lastSyncAtMs' | 'emptyCache' | 'reservedSlot'>>

interface RunState extends RunPlan {
  runId: string
  state: 'queued' | 'running' | 'throttled' | 'ended'
  attempt: number
  fence: number
  checkpoint: string
  foundCheckpoint: boolean
  /** Said with each heartbeat of the run. */
  stopReason: string
}

/** The scheduler of issue 15 in memory, as far as a runner sees it: first come, first served; no lease ever ends by itself. */
export class FakeScheduler {
  readonly runs = new Map<string, RunState>()
  /** Of attempts that were handed back; their runs went on. */
  readonly handedBack: AttemptReport[] = []
  /** Of all others. */
  readonly finished: AttemptReport[] = []
  readonly takes: TakeRunsRequest[] = []
  readonly heartbeats: HeartbeatRequest[] = []
  /** As it was in the last call. */
  runner: Runner | undefined
  /** Called before each call takes effect; may throw or wait. */
  onCall: (name: keyof RunsServiceImplementation) => Promise<void> | void = () => {}
  /** Called when a run may be taken. */
  onQueued: () => void = () => {}
  readonly #onCheckpoint: (text: string) => void

  constructor(onCheckpoint: (text: string) => void) {
    this.#onCheckpoint = onCheckpoint
  }

  add(runId: string, plan: RunPlan, checkpoint = ''): void {
    this.runs.set(runId, {
      ...plan,
      runId,
      state: 'queued',
      attempt: 0,
      fence: (this.runs.size + 1) * ATTEMPTS,
      checkpoint,
      foundCheckpoint: checkpoint !== '',
      stopReason: '',
    })
    this.onQueued()
  }

  /** Puts a run that was throttled, or whose lease has ended, back into the queue. */
  requeue(runId: string): void {
    this.#run(runId).state = 'queued'
    this.onQueued()
  }

  /** Runs that have not ended. */
  get active(): RunState[] {
    return [...this.runs.values()].filter(({ state }) => state !== 'ended')
  }

  readonly calls: RunsServiceImplementation = {
    takeRuns: async (request) => {
      await this.onCall('takeRuns')
      this.runner = request.runner
      this.takes.push(request)
      const free = { ordinary: request.freeSlots, reserved: request.freeReservedSlots }
      const attempts = [...this.runs.values()].flatMap((run) => {
        const kind = run.reservedSlot ? 'reserved' : 'ordinary'
        if (run.state !== 'queued' || free[kind] === 0) return []
        free[kind]--
        return [this.#started(run)]
      })
      return { attempts }
    },
    heartbeat: async (request) => {
      await this.onCall('heartbeat')
      this.runner = request.runner
      this.heartbeats.push(request)
      const stops = request.beats.flatMap(({ runId, attempt }) => {
        const run = this.#run(runId)
        if (run.attempt !== attempt) return [{ runId, attempt, reason: 'another attempt has taken over' }]
        return run.stopReason === '' ? [] : [{ runId, attempt, reason: run.stopReason }]
      })
      return { stops }
    },
    saveCheckpoint: async ({ runId, attempt, json }) => {
      await this.onCall('saveCheckpoint')
      const run = this.#run(runId)
      if (run.attempt !== attempt) throw new AppError('fenced', `attempt ${attempt} was taken over`)
      run.checkpoint = json
      this.#onCheckpoint(`checkpoint ${json}`)
      return {}
    },
    endAttempt: async (report) => {
      await this.onCall('endAttempt')
      const run = this.#run(report.runId)
      if (run.attempt !== report.attempt || run.state !== 'running') return { ignored: 'it has ended' }
      run.state = nextState(report.outcome)
      const reports = run.state === 'queued' ? this.handedBack : this.finished
      reports.push(report)
      if (run.state === 'queued') this.onQueued()
      return { ignored: '' }
    },
  }

  #started(run: RunState): AttemptStarted {
    run.state = 'running'
    run.attempt++
    run.fence++
    const now = Date.now()
    const { state: _, stopReason: __, ...facts } = run
    return {
      variant: 'base',
      lastSyncAtMs: 0,
      emptyCache: false,
      reservedSlot: false,
      ...facts,
      startedAtMs: now,
      queuedAtMs: now,
      takenAtMs: now,
      runNumber: RUN_NUMBER,
    }
  }

  #run(runId: string): RunState {
    const run = this.runs.get(runId)
    if (!run) throw new AppError('not_found', `there is no run '${runId}'`)
    return run
  }
}

function nextState(outcome: RunOutcome): RunState['state'] {
  if (outcome === RunOutcome.HANDED_BACK) return 'queued'
  return outcome === RunOutcome.THROTTLED ? 'throttled' : 'ended'
}
