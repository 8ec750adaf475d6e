import { AppError } from '@syncline/errors'
import type { RecordsServiceImplementation, Stream, Writer } from '@syncline/proto'
import { rendezvous } from '@syncline/rpc'
import type { CallContext } from 'nice-grpc'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { readClient } from '../clickhouse/read-client.ts'
import type { ForgottenRuns } from '../facts/forgotten-runs.ts'
import { answerPreview } from '../preview/answer-preview.ts'
import type { PreviewMemory } from '../preview/preview-memory.ts'
import type { Shard } from '../shard.ts'
import type { HeldDeletions } from '../stream/held-deletions.ts'
import type { Shapes } from '../stream/shapes.ts'
import type { Shards } from '../stream/shards.ts'
import type { RunTarget, Target } from '../stream/target.ts'
import { appendAttempts, listAttempts } from '../tables/run-attempts.ts'
import { appendLogs, listLogs } from '../tables/run-log.ts'
import { begin } from './begin.ts'
import { deleteByIds } from './delete.ts'
import { empty } from './empty-streams.ts'
import { listRecords } from './list-records.ts'
import { listRunChanges } from './list-run-changes.ts'
import { listStreams } from './list-streams.ts'
import { listVersions } from './list-versions.ts'
import { findPosition } from './position.ts'
import { pruneRecords } from './prune.ts'
import { save } from './save.ts'
import { deleteUnseen, endTrackingDeletes, markIncomplete, startTrackingDeletes } from './track-deletes.ts'

/** The calls of records.proto. */
export function recordsCalls(
  shards: Shards<Shard>,
  heldDeletions: HeldDeletions,
  shapes: Shapes,
  previews: PreviewMemory,
  forgotten: ForgottenRuns,
): RecordsServiceImplementation {
  const tables = shards.all.map(({ clickhouse }) => clickhouse)
  const byPlace = new Map(tables.map((clickhouse, i) => [String(i + 1), clickhouse]))

  /** Where a run's lines go while there are so many shards. */
  function tablesOfRun({ environment, runId }: { environment: string; runId: string }): ClickHouse {
    const place = rendezvous(JSON.stringify([environment, runId]), byPlace.keys()) ?? '1'
    return byPlace.get(place) as ClickHouse // one of its keys
  }

  function byRun<R>(
    { stream, writer }: FromRun,
    { signal }: CallContext,
    call: (shard: Shard, target: RunTarget) => Promise<R>,
  ): Promise<R> {
    const target = { stream: need(stream, 'stream'), writer: need(writer, 'writer'), signal }
    return shards.call(target.stream, (shard) => call(shard, target))
  }

  function byApi<R>(
    stream: Stream | undefined,
    { signal }: CallContext,
    call: (shard: Shard, target: Target) => Promise<R>,
  ): Promise<R> {
    const target = { stream: need(stream, 'stream'), writer: undefined, signal }
    return shards.call(target.stream, (shard) => call(shard, target))
  }

  function read<R>(
    stream: Stream | undefined,
    { signal }: CallContext,
    call: (shard: Shard, target: Target) => AsyncIterable<R>,
  ): AsyncGenerator<R, undefined> {
    const target = { stream: need(stream, 'stream'), writer: undefined, signal }
    return shards.stream(target.stream, (shard) => call(shard, target))
  }

  return {
    async begin(request, context) {
      const counts = await Promise.all(
        request.streams.map((stream) =>
          byRun({ ...request, stream }, context, (shard, target) => begin(shard, target, request.empty)),
        ),
      )
      return { counts: counts.filter(({ added, updated, deleted }) => added + updated + deleted > 0) }
    },
    save: (request, context) => byRun(request, context, (shard, target) => save(shard, target, request)),
    delete: (request, context) =>
      byRun(request, context, (shard, target) => deleteByIds(shard, target, request)),
    findPosition: async ({ stream, cursor }, context) => ({
      position: await byApi(stream, context, (shard, target) => findPosition(shard, target, cursor)),
    }),
    async startTrackingDeletes(request, context) {
      await byRun(request, context, startTrackingDeletes)
      return {}
    },
    endTrackingDeletes: (request, context) =>
      byRun(request, context, (shard, target) => endTrackingDeletes(shard, target, request)),
    deleteUnseen: (request, context) =>
      byRun(request, context, (shard, target) => deleteUnseen(shard, target, request)),
    async markIncomplete(request, context) {
      await byRun(request, context, (shard, target) => markIncomplete(shard, target, request.reason))
      return {}
    },

    noteShape: async (request) => ({
      drift: await shapes.note(need(request.stream, 'stream'), need(request.writer, 'writer').sync, request),
    }),

    listHeldDeletions: (request) => heldDeletions.list(request),
    releaseHeldDeletion: async ({ stream }) => ({
      deletion: await heldDeletions.release(need(stream, 'stream')),
    }),

    listRecords: (request, context) =>
      read(request.stream, context, (shard, target) => listRecords(shard, target, request)),
    listVersions: (request, context) =>
      read(request.stream, context, (shard, target) => listVersions(shard, target, request)),
    async countRecords({ streams }) {
      const known = (await shards.all[0]?.state.knownSizes(streams)) ?? []
      const sizes = streams.map(
        (stream, i) => known[i] ?? shards.call(stream, ({ state }) => state.size(stream)),
      )
      return { sizes: await Promise.all(sizes) }
    },
    listStreams: (request, { signal }) => listStreams(shards.all, request, signal),
    listRunChanges: (request, context) =>
      byApi(request.stream, context, (shard, target) => listRunChanges(shard, target, request)),
    pruneRecords: (request, context) =>
      byApi(request.stream, context, (shard, target) => pruneRecords(shard, target, request)),
    async emptyStreams(request, context) {
      await Promise.all(request.streams.map((stream) => byApi(stream, context, empty)))
      return {}
    },

    preview: (requests, { signal }) => answerPreview({ shards, shapes, memory: previews }, requests, signal),

    async appendLogs({ runs }) {
      const byShard = Map.groupBy(
        runs.filter(({ lines }) => lines.length > 0),
        tablesOfRun,
      )
      await Promise.all([...byShard].map(([clickhouse, some]) => appendLogs(clickhouse, some)))
      return {}
    },
    async listLogs(request, { signal }) {
      const reads = tables.map((clickhouse) => readClient(clickhouse, signal))
      return listLogs(reads, request)
    },

    async appendAttempts({ attempts }) {
      const byShard = Map.groupBy(attempts, tablesOfRun)
      await Promise.all([...byShard].map(([clickhouse, some]) => appendAttempts(clickhouse, some)))
      return {}
    },
    async listAttempts(request, { signal }) {
      const reads = tables.map((clickhouse) => readClient(clickhouse, signal))
      return { attempts: await listAttempts(reads, request) }
    },
    async forgetRuns({ environment, beforeMs }) {
      await forgotten.forget(environment, beforeMs)
      return {}
    },
  }
}

type FromRun = { stream: Stream | undefined; writer: Writer | undefined }

/** Messages in messages are optional on the wire. */
function need<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new AppError('invalid_body', `the call has no ${name}`)
  return value
}
