import { type ListRunChangesRequest, type ListRunChangesResponse, RecordAction } from '@syncline/proto'
import { readClient } from '../clickhouse/read-client.ts'
import { decodeCursor, encodeCursor } from '../read/cursor.ts'
import type { Shard } from '../shard.ts'
import type { Target } from '../stream/target.ts'
import { changesMadeBy } from '../tables/run-changes.ts'
import { Action } from '../tables/version.ts'

const MAX_LIMIT = 1000

export async function listRunChanges(
  { clickhouse, state }: Shard,
  { stream, signal }: Target,
  { runId, fromMs: from, toMs: to, cursor, limit }: ListRunChangesRequest,
): Promise<ListRunChangesResponse> {
  const reads = readClient(clickhouse, signal)
  const size = Math.min(Math.max(limit, 1), MAX_LIMIT)
  const start = cursor === '' ? undefined : decodeCursor(cursor)
  const id = await state.id(stream, reads)
  const found = await changesMadeBy(reads, id, { runId, from, to, start }, size + 1)
  const changes = found.slice(0, size)
  const last = found.length > size ? changes.at(-1) : undefined
  return {
    changes: changes.map(({ id, action, modifiedAt: atMs, bytes }) => ({
      ...{ id, atMs, bytes },
      action: nameOf[action],
    })),
    nextCursor: last ? encodeCursor(last) : '',
  }
}

const nameOf = {
  [Action.added]: RecordAction.ADDED,
  [Action.updated]: RecordAction.UPDATED,
  [Action.deleted]: RecordAction.DELETED,
}
