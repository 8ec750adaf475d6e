import {
  LocksDefinition,
  type LogLine,
  RecordsDefinition,
  RunsDefinition,
  type SaveRequest,
} from '@syncline/proto'
import { serve } from '@syncline/rpc'
import { FakeRecords, type RecordsCall } from '@syncline/testkit/records'
import { FakeLocks } from './fake-locks.ts'
import { FakeScheduler } from './fake-scheduler.ts'

const streamOf = (model: string) => ({ environment: 'dev', connection: 'uid-1', model, variant: 'base' })

/** The scheduler, as far as a runner needs it, and the fake record store, behind real gRPC. */
export class StandIns {
  readonly records = new FakeRecords()
  readonly locks = new FakeLocks()
  readonly scheduler = new FakeScheduler((text) => this.calls.push(text))
  /** Every call that changes something, in order: `save Issue 3`, `checkpoint {…}`. */
  readonly calls: string[] = []
  readonly lines: (LogLine & { runId: string; attempt: number })[] = []
  /** Called before each save; may throw or wait. */
  onSave: (request: SaveRequest) => Promise<void> | void = () => {}

  constructor() {
    this.records.onCall = ({ name, request }) => (name === 'save' ? this.onSave(request) : undefined)
    this.records.onDone = (call) => {
      const text = textOf(call)
      if (text !== undefined) this.calls.push(text)
      if (call.name !== 'appendLogs') return
      for (const { runId, attempt, lines } of call.request.runs) {
        this.lines.push(...lines.map((line) => ({ ...line, runId, attempt })))
      }
    }
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
        server.add(LocksDefinition, this.locks.calls)
        server.add(RunsDefinition, this.scheduler.calls)
        server.add(RecordsDefinition, this.records.calls)
      },
      (path, error) => console.error(path, error),
    )
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
