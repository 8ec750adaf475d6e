import { AppError } from '@syncline/errors'
import type { RecordsServiceImplementation, Stream, Writer } from '@syncline/proto'
import type { CallContext } from 'nice-grpc'
import { readClient } from '../clickhouse/read-client.ts'
import type { Store } from '../store.ts'
import { shardOfRun, shardOfStream } from '../stream/shard-of.ts'
import type { RunTarget, Target } from '../stream/target.ts'
import { appendLogs, listLogs } from '../tables/run-log.ts'
import { begin } from './begin.ts'
import { deleteByIds } from './delete.ts'
import { empty } from './empty-streams.ts'
import { listRecords } from './list-records.ts'
import { listVersions } from './list-versions.ts'
import { pruneRecords } from './prune.ts'
import { save } from './save.ts'
import { deleteUnseen, endTrackingDeletes, startTrackingDeletes } from './track-deletes.ts'

/** The calls of records.proto. @param stores One for each shard, in order. */
export function recordsCalls(stores: Store[]): RecordsServiceImplementation {
  const storeOf = (stream: Stream) => shardOfStream(stores, stream)
  const tablesOfRun = ({ environment, runId }: { environment: string; runId: string }) =>
    shardOfRun(stores, environment, runId).clickhouse

  function byRun({ stream, writer }: FromRun, { signal }: CallContext): [Store, RunTarget] {
    const target = { stream: need(stream, 'stream'), writer: need(writer, 'writer'), signal }
    return [storeOf(target.stream), target]
  }

  function byApi(stream: Stream | undefined, { signal }: CallContext): [Store, Target] {
    const target = { stream: need(stream, 'stream'), writer: undefined, signal }
    return [storeOf(target.stream), target]
  }

  return {
    async begin(request, context) {
      const counts = await Promise.all(
        request.streams.map((stream) => begin(...byRun({ ...request, stream }, context), request.empty)),
      )
      return { counts: counts.filter(({ added, updated, deleted }) => added + updated + deleted > 0) }
    },
    save: (request, context) => save(...byRun(request, context), request),
    delete: async (request, context) => ({
      deleted: await deleteByIds(...byRun(request, context), request.ids),
    }),
    async startTrackingDeletes(request, context) {
      await startTrackingDeletes(...byRun(request, context))
      return {}
    },
    endTrackingDeletes: (request, context) =>
      endTrackingDeletes(...byRun(request, context), request.allowMassDelete),
    deleteUnseen: (request, context) => deleteUnseen(...byRun(request, context), request.allowMassDelete),

    listRecords: (request, context) => listRecords(...byApi(request.stream, context), request),
    listVersions: (request, context) => listVersions(...byApi(request.stream, context), request),
    async countRecords({ streams }) {
      return { sizes: await Promise.all(streams.map((stream) => storeOf(stream).state.size(stream))) }
    },
    pruneRecords: (request, context) => pruneRecords(...byApi(request.stream, context), request),
    async emptyStreams(request, context) {
      await Promise.all(request.streams.map((stream) => empty(...byApi(stream, context))))
      return {}
    },

    async appendLogs(request) {
      await appendLogs(tablesOfRun(request), request)
      return {}
    },
    listLogs: async (request, { signal }) => ({
      lines: await listLogs(readClient(tablesOfRun(request), signal), request),
    }),
  }
}

type FromRun = { stream: Stream | undefined; writer: Writer | undefined }

/** Messages in messages are optional on the wire. */
function need<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new AppError('invalid_body', `the call has no ${name}`)
  return value
}
