import { AppError } from '@syncline/errors'
import {
  type LogLine,
  type ModelCounts,
  RecordsDefinition,
  RunsDefinition,
  type RunsServiceImplementation,
  type SaveRequest,
} from '@syncline/proto'
import { serve } from '@syncline/rpc'
import { FakeRecords, type RecordsCall } from '@syncline/testkit/records'

/** Of every run of these tests. */
export const RUN_NUMBER = 17_956_558_573
/** Of a run; fences count them. */
const ATTEMPTS = 65_536

const streamOf = (model: string) => ({ environment: 'dev', connection: 'uid-1', model, variant: 'base' })

/** What a run of these tests is about. */
export interface RunPlan {
  environment: string
  providerConfigKey: string
  connectionId: string
  connectionUid: string
  sync: string
  variant?: string
  lastSyncAtMs?: number
  emptyCache?: boolean
}

interface RunState extends RunPlan {
  attempt: number
  fence: number
  checkpoint: string
  foundCheckpoint: boolean
  stopReason: string
  ended: boolean
}

/** The scheduler, as far as a runner needs it, and the fake record store, behind real gRPC. */
export class StandIns {
  readonly runs = new Map<string, RunState>()
  readonly records = new FakeRecords()
  /** Every call that changes something, in order: `save Issue 3`, `checkpoint {…}`. */
  readonly calls: string[] = []
  readonly lines: (LogLine & { runId: string })[] = []
  readonly heartbeats: ModelCounts[][] = []
  /** Called before each save; may throw or wait. */
  onSave: (request: SaveRequest) => Promise<void> | void = () => {}
  /** The level that the runner said at last. */
  sandbox = ''
  onStart: () => void = () => {}
  onHeartbeat: () => void = () => {}

  constructor() {
    this.records.onCall = ({ name, request }) => (name === 'save' ? this.onSave(request) : undefined)
    this.records.onDone = (call) => {
      const text = textOf(call)
      if (text !== undefined) this.calls.push(text)
      if (call.name !== 'appendLogs') return
      const { runId, lines } = call.request
      this.lines.push(...lines.map((line) => ({ ...line, runId })))
    }
  }

  add(runId: string, plan: RunPlan, checkpoint = ''): void {
    const fence = (this.runs.size + 1) * ATTEMPTS
    this.runs.set(runId, {
      ...plan,
      attempt: 0,
      fence,
      checkpoint,
      foundCheckpoint: checkpoint !== '',
      stopReason: '',
      ended: false,
    })
  }

  /** Records that a stream of the test's connection has. */
  put(model: string, records: { id: string }[]): void {
    this.records.put(streamOf(model), records)
  }

  saved(model: string): { id: string }[] {
    return this.records.live(streamOf(model))
  }

  async serve() {
    return serve(
      '127.0.0.1:0',
      (server) => {
        server.add(RunsDefinition, this.#scheduler)
        server.add(RecordsDefinition, this.records.calls)
      },
      (path, error) => console.error(path, error),
    )
  }

  readonly #scheduler: RunsServiceImplementation = {
    startAttempt: async ({ runId, sandbox }) => {
      this.sandbox = sandbox
      this.onStart()
      const run = this.#run(runId)
      if (run.ended) return { outcome: { $case: 'refused', value: { reason: 'it has ended' } } }
      run.attempt++
      run.fence++
      const value = {
        variant: 'base',
        lastSyncAtMs: 0,
        emptyCache: false,
        ...run,
        startedAtMs: Date.now(),
        runNumber: RUN_NUMBER,
        foundCheckpoint: run.foundCheckpoint,
      }
      return { outcome: { $case: 'started', value } }
    },
    heartbeat: async ({ runId, counts }) => {
      this.onHeartbeat()
      this.heartbeats.push(counts)
      return { stopReason: this.#run(runId).stopReason }
    },
    getCheckpoint: async ({ runId }) => ({ json: this.#run(runId).checkpoint }),
    saveCheckpoint: async ({ runId, json }) => {
      this.#run(runId).checkpoint = json
      this.calls.push(`checkpoint ${json}`)
      return {}
    },
  }

  #run(runId: string): RunState {
    const run = this.runs.get(runId)
    if (!run) throw new AppError('not_found', `there is no run '${runId}'`)
    return run
  }
}

/** A call that changes records, in short; undefined for one that does not. */
function textOf({ name, request }: RecordsCall): string | undefined {
  switch (name) {
    case 'begin':
      return `begin ${request.streams.map(({ model }) => model).join(',')}${request.empty ? ' empty' : ''}`
    case 'save':
      return `save ${request.stream?.model} ${request.batch?.ids.length}${request.seenIds.map((id) => ` seen ${id}`).join('')}`
    case 'delete':
      return `delete ${request.stream?.model} ${request.ids.length}`
    case 'startTrackingDeletes':
      return `trackStart ${request.stream?.model}`
    case 'endTrackingDeletes':
      return `trackEnd ${request.stream?.model}`
    case 'deleteUnseen':
      return `unseen ${request.stream?.model}`
    case 'markIncomplete':
      return `incomplete ${request.stream?.model}: ${request.reason}`
    default:
      return undefined
  }
}
