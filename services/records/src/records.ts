import { AppError } from '@syncline/errors'
import type { RecordsServiceImplementation, Stream, Writer } from '@syncline/proto'
import type { CallContext } from 'nice-grpc'
import { begin } from './begin.ts'
import { deleteByIds, deleteUnseen, endTrackingDeletes, startTrackingDeletes } from './delete-records.ts'
import { empty } from './empty.ts'
import { listVersions } from './history.ts'
import { listRecords } from './list-records.ts'
import { pruneRecords } from './prune-records.ts'
import { streamSizes } from './record-head.ts'
import { appendLogs, listLogs } from './run-log.ts'
import { save } from './save.ts'
import type { RunTarget, Store, Target } from './store.ts'

/** The calls of records.proto. */
export function recordsCalls(store: Store): RecordsServiceImplementation {
  const { clickhouse, state } = store
  return {
    async begin(request, context) {
      const counts = await Promise.all(
        request.streams.map((stream) => begin(store, byRun({ ...request, stream }, context), request.empty)),
      )
      return { counts: counts.filter(({ added, updated, deleted }) => added + updated + deleted > 0) }
    },
    save: (request, context) => save(store, byRun(request, context), request),
    delete: async (request, context) => ({
      deleted: await deleteByIds(store, byRun(request, context), request.ids),
    }),
    async startTrackingDeletes(request, context) {
      await startTrackingDeletes(store, byRun(request, context))
      return {}
    },
    endTrackingDeletes: (request, context) =>
      endTrackingDeletes(store, byRun(request, context), request.allowMassDelete),
    deleteUnseen: (request, context) => deleteUnseen(store, byRun(request, context), request.allowMassDelete),

    listRecords: (request) => listRecords(store, need(request.stream, 'stream'), request),
    async *listVersions(request) {
      yield* listVersions(store, await state.id(need(request.stream, 'stream')), request)
    },
    async countRecords({ streams }) {
      const ids = await Promise.all(streams.map((stream) => state.id(stream)))
      const sizes = await streamSizes(clickhouse, ids)
      return { sizes: ids.map((id) => sizes.get(id) ?? { live: 0, bytes: 0 }) }
    },
    pruneRecords: (request, context) => pruneRecords(store, byApi(request.stream, context), request),
    async emptyStreams(request, context) {
      await Promise.all(request.streams.map((stream) => empty(store, byApi(stream, context))))
      return {}
    },

    async appendLogs(request) {
      await appendLogs(clickhouse, request)
      return {}
    },
    listLogs: async (request) => ({ lines: await listLogs(clickhouse, request) }),
  }
}

type FromRun = { stream: Stream | undefined; writer: Writer | undefined }

function byRun({ stream, writer }: FromRun, { signal }: CallContext): RunTarget {
  return { stream: need(stream, 'stream'), writer: need(writer, 'writer'), signal }
}

function byApi(stream: Stream | undefined, { signal }: CallContext): Target {
  return { stream: need(stream, 'stream'), writer: undefined, signal }
}

/** Messages in messages are optional on the wire. */
function need<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new AppError('invalid_body', `the call has no ${name}`)
  return value
}
