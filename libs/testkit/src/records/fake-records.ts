import { AppError } from '@syncline/errors'
import {
  AttemptFacts,
  type ListHeldDeletionsRequest,
  type ListRecordsRequest,
  type ListRecordsResponse,
  type ListStreamsRequest,
  type LogLine,
  RecordsDefinition,
  type RecordsServiceImplementation,
  SaveMode,
  type Stream,
  type Writer,
} from '@syncline/proto'
import { batchOf, encodeRecord, readBatch } from '@syncline/record'
import { type RpcServer, serve } from '@syncline/rpc'
import { FakeStream } from './fake-stream.ts'

const MAX_LIMIT = 10_000

type Requests = {
  [Name in keyof RecordsServiceImplementation]: Parameters<RecordsServiceImplementation[Name]>[0]
}
export type RecordsCall = {
  [Name in keyof Requests]: { name: Name; request: Requests[Name] }
}[keyof Requests]

/**
 * The record store in memory, behind real gRPC, for tests of those who call it. It passes the same contract as the
 * real one (`recordsContract`). It keeps everything in one process, so nothing survives a crash.
 */
export class FakeRecords {
  /** Called before a call takes effect: may throw, or hold the call up. */
  onCall: (call: RecordsCall) => Promise<void> | void = () => {}
  /** Called when a call has taken effect. */
  onDone: (call: RecordsCall) => void = () => {}
  /** Records of a page at most, as if they were large. */
  pageMax = MAX_LIMIT
  /**
   * A fault that makes readers lose changes: a write gets its instant before it waits. A later write may become visible
   * first. Then a reader's cursor passes the earlier instant, and the reader never gets the write that appears there.
   */
  instantBeforeWait = false
  readonly #startedAt = Date.now()
  readonly #streams = new Map<string, FakeStream>()
  readonly #lines = new Map<string, Map<string, LogLine>>()
  readonly #attempts = new Map<string, AttemptFacts>()

  async serve(address = '127.0.0.1:0'): Promise<RpcServer> {
    const onFault = (path: string, error: unknown) => console.error(path, error)
    return serve(address, (server) => server.add(RecordsDefinition, this.calls), onFault)
  }

  /** Saves records past the calls. */
  put(stream: Stream, records: { id: string | number }[]): void {
    const state = this.#stream(stream)
    state.save(
      readBatch(batchOf(records.map((record) => encodeRecord(record)))).records(),
      state.nextInstant(),
      '',
    )
  }

  /** Payloads of a stream's live records, in order of change. */
  live(stream: Stream): { id: string }[] {
    return this.#stream(stream).live()
  }

  /** What runs are told of the fields that they save. */
  drift: string[] = []

  /** What runners told of attempts. */
  get attempts(): AttemptFacts[] {
    return [...this.#attempts.values()]
  }

  clear(): void {
    this.drift = []
    this.#streams.clear()
  }

  readonly calls: RecordsServiceImplementation = {
    begin: (request) =>
      this.#answer({ name: 'begin', request }, () => {
        const writer = need(request.writer, 'writer')
        const counts = request.streams.map((stream) => {
          return { model: stream.model, ...this.#stream(stream).begin(writer, request.empty) }
        })
        return { counts: counts.filter(({ added, updated, deleted }) => added + updated + deleted > 0) }
      }),
    save: (request) =>
      this.#write({ name: 'save', request }, (stream, { runId }, instant) => {
        const records = readBatch(request.batch).records()
        stream.see(request.seenIds, instant)
        return request.mode === SaveMode.MERGE
          ? stream.merge(records, instant, runId, request.keepAfter)
          : stream.save(records, instant, runId, request.keepAfter)
      }),
    delete: (request) =>
      this.#write({ name: 'delete', request }, (stream, { runId }, instant) =>
        stream.delete(request.ids, instant, runId, request.keepAfter),
      ),
    findPosition: (request) =>
      this.#answer({ name: 'findPosition', request }, () => ({
        position: this.#stream(request.stream).position(request.cursor),
      })),
    startTrackingDeletes: (request) =>
      this.#write({ name: 'startTrackingDeletes', request }, (stream, writer) => {
        stream.startTracking(writer)
        return {}
      }),
    endTrackingDeletes: (request) =>
      this.#write({ name: 'endTrackingDeletes', request }, (stream, writer, instant) =>
        stream.endTracking(writer, request, instant),
      ),
    deleteUnseen: (request) =>
      this.#write({ name: 'deleteUnseen', request }, (stream, writer, instant) =>
        stream.deleteUnseen(writer, request, instant),
      ),
    markIncomplete: (request) =>
      this.#write({ name: 'markIncomplete', request }, (stream, writer) => {
        stream.markIncomplete(writer, request.reason)
        return {}
      }),

    noteShape: async () => ({ drift: this.drift }),

    listHeldDeletions: (request) =>
      this.#answer({ name: 'listHeldDeletions', request }, () => this.#heldDeletions(request)),
    releaseHeldDeletion: (request) =>
      this.#answer({ name: 'releaseHeldDeletion', request }, () => {
        const { stream } = request
        return { deletion: { stream, ...this.#stream(stream).release() } }
      }),

    listRecords: (request) =>
      this.#pieces({ name: 'listRecords', request }, () => {
        const stream = this.#stream(request.stream)
        if (request.asOfMs !== 0) this.#checkAsOf(request, Math.max(stream.lastInstant, Date.now()))
        return stream.page({ ...request, limit: this.#limit(request.limit) })
      }),
    listVersions: (request) =>
      this.#pieces({ name: 'listVersions', request }, () =>
        this.#stream(request.stream).versionsOf(request, this.#limit(request.limit)),
      ),
    countRecords: (request) =>
      this.#answer({ name: 'countRecords', request }, () => ({
        sizes: request.streams.map((stream) => this.#stream(stream).size()),
      })),
    listStreams: (request) =>
      this.#answer({ name: 'listStreams', request }, () => ({ streams: this.#streamsOf(request) })),
    listRunChanges: (request) =>
      this.#answer({ name: 'listRunChanges', request }, () =>
        this.#stream(request.stream).changesOf({ ...request, limit: this.#limit(request.limit) }),
      ),
    pruneRecords: (request) =>
      this.#answer({ name: 'pruneRecords', request }, () =>
        this.#stream(request.stream).prune(request.untilCursor, request.limit),
      ),
    emptyStreams: (request) =>
      this.#answer({ name: 'emptyStreams', request }, () => {
        for (const stream of request.streams) this.#stream(stream).empty()
        return {}
      }),

    appendLogs: (request) =>
      this.#answer({ name: 'appendLogs', request }, () => {
        for (const run of request.runs) {
          const known = this.#linesOf(run)
          for (const [i, line] of run.lines.entries()) {
            const key = [run.attempt, run.first + i].map((n) => String(n).padStart(10, '0')).join()
            known.set(key, line)
          }
        }
        return {}
      }),
    listLogs: (request) =>
      this.#answer({ name: 'listLogs', request }, () => {
        const { cursor, limit = MAX_LIMIT } = request
        const all = [...this.#linesOf(request)].sort(([a], [b]) => (a < b ? -1 : 1))
        const page = cursor ? all.filter(([key]) => key > cursor).slice(0, limit) : all.slice(-limit)
        return { lines: page.map(([, line]) => line), nextCursor: page.at(-1)?.[0] ?? cursor ?? '' }
      }),
    appendAttempts: (request) =>
      this.#answer({ name: 'appendAttempts', request }, () => {
        for (const facts of request.attempts)
          this.#attempts.set(`${facts.runId}/${facts.attempt}`, AttemptFacts.fromPartial(facts))
        return {}
      }),
    listAttempts: (request) =>
      this.#answer({ name: 'listAttempts', request }, () => ({
        attempts: this.attempts
          .filter(({ environment, runId }) => environment === request.environment && runId === request.runId)
          .sort((a, b) => a.attempt - b.attempt),
      })),
    forgetRuns: (request) => this.#answer({ name: 'forgetRuns', request }, () => ({})),
    preview: () => {
      throw new AppError('not_offered', 'the record store in memory has no previews')
    },
  }

  #streamsOf({ environment, connections, contains, after, limit }: ListStreamsRequest): Stream[] {
    const nameOf = ({ connection, model, variant }: Stream) =>
      JSON.stringify([connections.indexOf(connection), model, variant !== 'base', variant])
    return [...this.#streams]
      .filter(([, { hasVersions }]) => hasVersions)
      .map(([key]) => {
        const [of, connection, model, variant] = JSON.parse(key) as [string, string, string, string] // see #stream
        return { environment: of, connection, model, variant }
      })
      .filter((it) => it.environment === environment && connections.includes(it.connection))
      .filter((it) => `${it.model}::${it.variant}`.toLowerCase().includes(contains.toLowerCase()))
      .filter((it) => after === undefined || nameOf(it) > nameOf(after))
      .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
      .slice(0, limit)
  }

  /** A cursor is a position in the order of the streams' names, as JSON. */
  #heldDeletions({ environment, connection, cursor, limit }: ListHeldDeletionsRequest) {
    const found = [...this.#streams].flatMap(([key, { held }]) => {
      const [of, connectionOfKey, model, variant] = JSON.parse(key) as [string, string, string, string] // see #stream
      const stream = { environment: of, connection: connectionOfKey, model, variant }
      const isWanted = of === environment && (connection === '' || connection === connectionOfKey)
      return held && isWanted && key > cursor ? [{ key, deletion: { stream, ...held } }] : []
    })
    const page = found.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit)
    const last = found.length > page.length ? page.at(-1) : undefined
    return { deletions: page.map(({ deletion }) => deletion), nextCursor: last?.key ?? '' }
  }

  async #answer<T>(call: RecordsCall, effect: () => T): Promise<T> {
    await this.onCall(call)
    const answer = effect()
    this.onDone(call)
    return answer
  }

  async #write<T>(
    call: RecordsCall & { request: { stream: Stream | undefined; writer: Writer | undefined } },
    change: (stream: FakeStream, writer: Writer, instant: number) => T,
  ): Promise<T> {
    const stream = this.#stream(call.request.stream)
    const writer = need(call.request.writer, 'writer')
    const early = this.instantBeforeWait ? stream.nextInstant() : undefined
    return this.#answer(call, () => {
      stream.admit(writer)
      return change(stream, writer, early ?? stream.nextInstant())
    })
  }

  /** In two pieces, as larger pages come. */
  async *#pieces(
    call: RecordsCall,
    read: () => { records: string[]; nextCursor: string },
  ): AsyncGenerator<ListRecordsResponse, undefined> {
    const { records, nextCursor } = await this.#answer(call, read)
    yield { records: Buffer.from('['), nextCursor: '' }
    yield { records: Buffer.from(`${records.join(',')}]`), nextCursor }
  }

  #checkAsOf({ asOfMs, ids }: ListRecordsRequest, now: number): void {
    if (ids.length > 0) throw new AppError('invalid_query_params', 'as_of and ids exclude each other')
    if (asOfMs < this.#startedAt || asOfMs > now)
      throw new AppError('invalid_query_params', `as_of ${asOfMs} is not between ${this.#startedAt} and now`)
  }

  #limit(limit: number): number {
    return Math.min(Math.max(limit, 1), this.pageMax)
  }

  #stream(stream: Stream | undefined): FakeStream {
    const { environment, connection, model, variant } = need(stream, 'stream')
    const key = JSON.stringify([environment, connection, model, variant])
    const known = this.#streams.get(key) ?? new FakeStream()
    this.#streams.set(key, known)
    return known
  }

  #linesOf({ environment, runId }: { environment: string; runId: string }): Map<string, LogLine> {
    const key = JSON.stringify([environment, runId])
    const lines = this.#lines.get(key) ?? new Map()
    this.#lines.set(key, lines)
    return lines
  }
}

function need<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new AppError('invalid_body', `the call has no ${name}`)
  return value
}
