import { AppError } from '@syncline/errors'
import type { ListRecordsRequest, ListRecordsResponse, RecordAction } from '@syncline/proto'
import { decodeCursor } from './cursor.ts'
import { pageAsOf } from './history.ts'
import { type InOrder, pageInOrder, pageOfIds } from './live-page.ts'
import { boundOf, type Page, pageAnswer } from './page.ts'
import { Action, type ReadRow } from './record-log.ts'
import type { Store } from './store.ts'

/** A page of a stream in order of change. `stream` is its generation's name in the tables. */
export async function listRecords(
  store: Store,
  stream: string,
  request: ListRecordsRequest,
): Promise<ListRecordsResponse> {
  return pageAnswer(store, await pageFor(store, stream, request))
}

async function pageFor(store: Store, stream: string, request: ListRecordsRequest): Promise<Page<ReadRow>> {
  const { cursor, modifiedAfterMs, actions, ids, asOfMs } = request
  const selection: InOrder = {
    start: cursor === '' ? undefined : decodeCursor(cursor),
    modifiedAfter: modifiedAfterMs,
    actions: actions.flatMap((action) => actionOf[action]),
  }
  const bound = boundOf(store, request.limit)
  if (ids.length > 0 && asOfMs !== 0) {
    throw new AppError(
      'invalid_query_params',
      'as_of and ids exclude each other: the history of a record tells',
    )
  }
  if (asOfMs !== 0) return pageAsOf(store, stream, selection, asOfMs, bound)
  if (ids.length > 0) return pageOfIds(store.clickhouse, stream, ids, selection, bound)
  return pageInOrder(store.clickhouse, stream, selection, bound)
}

const actionOf: Record<RecordAction, Action[]> = {
  RECORD_ACTION_UNSPECIFIED: [],
  RECORD_ACTION_ADDED: [Action.added],
  RECORD_ACTION_UPDATED: [Action.updated],
  RECORD_ACTION_DELETED: [Action.deleted],
}
