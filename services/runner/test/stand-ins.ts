import { AppError } from '@syncline/errors'
import {
  type ListRecordsRequest,
  type LogLine,
  type ModelCounts,
  RecordsDefinition,
  type RecordsServiceImplementation,
  RunsDefinition,
  type RunsServiceImplementation,
  SaveMode,
  type SaveRequest,
  SaveResponse,
  type Stream,
} from '@syncline/proto'
import { readBatch } from '@syncline/record'
import { serve } from '@syncline/rpc'

/** Of every run of these tests. */
export const RUN_NUMBER = 17_956_558_573

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
  checkpoint: string
  stopReason: string
  ended: boolean
}

/** The scheduler and the record store as far as a runner needs them, in memory, behind real gRPC. */
export class StandIns {
  readonly runs = new Map<string, RunState>()
  readonly records = new Map<string, Map<string, { id: string }>>()
  /** Every call that changes something, in order: `save Issue 3`, `checkpoint {…}`. */
  readonly calls: string[] = []
  readonly lines: (LogLine & { runId: string })[] = []
  readonly heartbeats: ModelCounts[][] = []
  /** Called before each save; may throw or wait. */
  onSave: (request: SaveRequest) => Promise<void> | void = () => {}
  /** The level that the runner said at last. */
  sandbox = ''
  /** What the guard against mass deletes says, unless they are allowed. */
  heldBack = ''
  /** Records of a page at most, as if they were large. */
  pageMax = Number.POSITIVE_INFINITY
  onStart: () => void = () => {}
  onHeartbeat: () => void = () => {}

  add(runId: string, plan: RunPlan, checkpoint = ''): void {
    this.runs.set(runId, { ...plan, attempt: 0, checkpoint, stopReason: '', ended: false })
  }

  put(connection: string, model: string, records: { id: string }[]): void {
    const stream = this.#stream({ environment: 'dev', connection, model, variant: 'base' })
    for (const record of records) stream.set(String(record.id), record)
  }

  saved(model: string, variant = 'base'): { id: string }[] {
    return [...this.records.entries()]
      .filter(([key]) => key.endsWith(`/${model}/${variant}`))
      .flatMap(([, records]) => [...records.values()])
  }

  async serve() {
    return serve(
      '127.0.0.1:0',
      (server) => {
        server.add(RunsDefinition, this.#scheduler)
        server.add(RecordsDefinition, this.#recordStore)
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
      const value = {
        variant: 'base',
        lastSyncAtMs: 0,
        emptyCache: false,
        ...run,
        fence: 65_536 + run.attempt,
        startedAtMs: Date.now(),
        runNumber: RUN_NUMBER,
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

  readonly #recordStore: Partial<RecordsServiceImplementation> & RecordsServiceImplementation = {
    begin: async ({ streams, empty }) => {
      for (const stream of empty ? streams : []) this.#stream(stream).clear()
      this.calls.push(`begin ${streams.map(({ model }) => model).join(',')}${empty ? ' empty' : ''}`)
      return { counts: [] }
    },
    save: async (request) => {
      await this.onSave(request)
      const stream = this.#stream(request.stream)
      const answer = noChange()
      const records = readBatch(request.batch).records()
      for (const { id, payload } of records) {
        const record = JSON.parse(payload.toString())
        const before = stream.get(id)
        if (request.mode === SaveMode.MERGE && before === undefined) continue
        const after = request.mode === SaveMode.MERGE ? { ...before, ...record } : record
        if (before === undefined) answer.added++
        else if (JSON.stringify(before) === JSON.stringify(after)) answer.unchanged++
        else answer.updated++
        stream.set(id, after)
      }
      const ids = records.map(({ id }) => id)
      answer.duplicateIds = ids.filter((id, index) => ids.indexOf(id) < index)
      this.calls.push(`save ${request.stream?.model} ${records.length}`)
      return answer
    },
    delete: async ({ stream, ids }) => {
      this.calls.push(`delete ${stream?.model} ${ids.length}`)
      return { ...noChange(), deleted: ids.filter((id) => this.#stream(stream).delete(id)).length }
    },
    startTrackingDeletes: async ({ stream }) => {
      this.calls.push(`trackStart ${stream?.model}`)
      return {}
    },
    endTrackingDeletes: async ({ stream, allowMassDelete }) => {
      this.calls.push(`trackEnd ${stream?.model}`)
      if (this.heldBack === '' || allowMassDelete) return noChange()
      return { ...noChange(), warning: this.heldBack }
    },
    deleteUnseen: async ({ stream }) => {
      this.calls.push(`unseen ${stream?.model}`)
      return { ...noChange(), deleted: 7 }
    },
    listRecords: (request) => this.#list(request),
    appendLogs: async ({ runId, lines }) => {
      this.lines.push(...lines.map((line) => ({ ...line, runId })))
      return {}
    },
    listVersions() {
      throw new Error('not used by a runner')
    },
    countRecords: unused,
    pruneRecords: unused,
    emptyStreams: unused,
    listLogs: unused,
  }

  /** In two pieces, as larger pages come. */
  async *#list({ stream, ids, cursor, limit }: ListRecordsRequest) {
    const all = [...this.#stream(stream).entries()].filter(([id]) => ids.length === 0 || ids.includes(id))
    const from = Number(cursor || 0)
    const end = from + Math.min(limit, this.pageMax)
    const page = all.slice(from, end).map(([, record]) => record)
    const nextCursor = end < all.length ? String(end) : ''
    const json = JSON.stringify(page)
    yield { records: Buffer.from(json.slice(0, 1)) }
    yield { records: Buffer.from(json.slice(1)), nextCursor }
  }

  #run(runId: string): RunState {
    const run = this.runs.get(runId)
    if (!run) throw new AppError('not_found', `there is no run '${runId}'`)
    return run
  }

  #stream(stream: Stream | undefined): Map<string, { id: string }> {
    const key = `${stream?.connection}/${stream?.model}/${stream?.variant}`
    const records = this.records.get(key) ?? new Map()
    this.records.set(key, records)
    return records
  }
}

const noChange = (): SaveResponse => SaveResponse.create()

async function unused(): Promise<never> {
  throw new Error('not used by a runner')
}
