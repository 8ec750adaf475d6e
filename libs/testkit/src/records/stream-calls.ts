import { randomUUID } from 'node:crypto'
import type { Position, RecordsClient, SaveMode, SaveResponse, Stream, Writer } from '@syncline/proto'
import { batchOf, encodeRecord, wholePage } from '@syncline/record'

export type Json = { [key: string]: unknown }

/** A stream of its own for a test, and the calls on it in short. */
export function streamCalls(records: RecordsClient, more: Partial<Stream> = {}) {
  const stream: Stream = {
    environment: 'dev',
    connection: randomUUID(),
    model: 'Issue',
    variant: 'base',
    ...more,
  }
  let writer: Writer = { runId: randomUUID(), sync: 'issues', fence: 65_537 }
  return {
    /** For what is not in short here. */
    records,
    stream,
    get writer() {
      return writer
    },
    /** A new run begins, with a higher fence; or the next attempt of the present one. */
    async begin({ again = false, empty = false } = {}) {
      writer = { ...writer, runId: again ? writer.runId : randomUUID(), fence: writer.fence + 1 }
      return records.begin({ writer, streams: [stream], empty })
    },
    save: (values: Json[], as = writer) => records.save(save(values, 'SAVE_MODE_REPLACE', as)),
    merge: (values: Json[]) => records.save(save(values, 'SAVE_MODE_MERGE', writer)),
    /** Leaves records alone that were modified behind a position. */
    saveKeeping: (values: Json[], keepAfter: Position | undefined, mode: SaveMode = 'SAVE_MODE_REPLACE') =>
      records.save({ ...save(values, mode, writer), keepAfter }),
    deleteKeeping: (ids: string[], keepAfter: Position | undefined) =>
      records.delete({ stream, writer, ids, keepAfter }),
    async position(cursor = '') {
      return (await records.findPosition({ stream, cursor })).position
    },
    delete: (ids: string[], as = writer) => records.delete({ stream, writer: as, ids }),
    trackDeletes: () => records.startTrackingDeletes({ stream, writer }),
    endTrackingDeletes: (allowMassDelete = false, incomplete = '') =>
      toTheEnd(() => records.endTrackingDeletes({ stream, writer, allowMassDelete, incomplete })),
    deleteUnseen: (allowMassDelete = false, incomplete = '') =>
      toTheEnd(() => records.deleteUnseen({ stream, writer, allowMassDelete, incomplete })),
    markIncomplete: (reason: string, as = writer) => records.markIncomplete({ stream, writer: as, reason }),
    /** Of records that could not be saved. */
    see: (seenIds: string[]) => records.save({ ...save([], 'SAVE_MODE_REPLACE', writer), seenIds }),
    /** What was held back of it last. */
    async held() {
      const { environment, connection } = stream
      const { deletions } = await records.listHeldDeletions({ environment, connection, limit: 100 })
      return deletions.find(
        (one) => one.stream?.model === stream.model && one.stream.variant === stream.variant,
      )
    },
    release: () => records.releaseHeldDeletion({ stream }),
    async list(request: Partial<Parameters<RecordsClient['listRecords']>[0]> = {}) {
      const page = await wholePage(records.listRecords({ stream, limit: 100, ...request }))
      return { records: parse(page.records), cursor: page.nextCursor }
    },
    async all(limit = 100) {
      const found: ListedRecord[] = []
      for (let cursor = ''; ; ) {
        const page = await wholePage(records.listRecords({ stream, limit, cursor }))
        found.push(...parse(page.records))
        if (page.nextCursor === '') return found
        cursor = page.nextCursor
      }
    },
    async count() {
      const { sizes } = await records.countRecords({ streams: [stream] })
      return sizes[0] && { live: sizes[0].live, bytes: sizes[0].bytes }
    },
    /** When its records changed last. */
    async lastModifiedMs() {
      const { sizes } = await records.countRecords({ streams: [stream] })
      return sizes[0]?.lastModifiedMs
    },
    async versions(id: string, request: { cursor?: string; limit?: number; withoutPayload?: boolean } = {}) {
      const page = await wholePage(records.listVersions({ stream, id, limit: 100, ...request }))
      return { records: parse(page.records), cursor: page.nextCursor }
    },
    prune: (untilCursor: string, limit = 0) => records.pruneRecords({ stream, untilCursor, limit }),
    empty: () => records.emptyStreams({ streams: [stream] }),
  }

  function save(values: Json[], mode: SaveMode, as: Writer) {
    return { stream, writer: as, mode, batch: batchOf(values.map((value) => encodeRecord(value))) }
  }
}

/** As the runner does it: a long deletion takes several calls. */
async function toTheEnd(call: () => Promise<SaveResponse>) {
  let deleted = 0
  for (;;) {
    const response = await call()
    deleted += response.deleted
    if (!response.more) return { ...response, deleted }
  }
}

export type StreamCalls = ReturnType<typeof streamCalls>
export type FreshStream = (more?: Partial<Stream>) => StreamCalls

export type ListedRecord = Json & {
  id: string | number
  _nango_metadata: {
    first_seen_at: string
    last_modified_at: string
    last_action: string
    deleted_at: string | null
    pruned_at: string | null
    cursor: string
    run_id?: string | null
    bytes?: number
  }
}

function parse(json: Buffer): ListedRecord[] {
  const records: unknown = JSON.parse(json.toString())
  return records as ListedRecord[] // by contract
}

/** `a ADDED`: id and last action. */
export const brief = (records: ListedRecord[]) =>
  records.map(({ id, _nango_metadata }) => `${id} ${_nango_metadata.last_action}`)

export const cursorOf = (record: ListedRecord | undefined) => record?._nango_metadata.cursor ?? ''

/** When the record changed last, in Unix milliseconds. */
export const instantOf = (record: ListedRecord | undefined) =>
  Date.parse(record?._nango_metadata.last_modified_at ?? '')
