import { AppError } from '@syncline/errors'
import type { ListRecordsRequest, ListRecordsResponse, RecordAction, Stream } from '@syncline/proto'
import { decodeCursor } from '../read/cursor.ts'
import { type InOrder, pageOfIds } from '../read/live-page.ts'
import { boundOf, type Page, pageAnswer } from '../read/page.ts'
import type { Store } from '../store.ts'
import { Action, type ReadRow } from '../tables/record-log.ts'
import { pageAsOf } from './list-versions.ts'

/** A page of a stream in order of change. */
export async function* listRecords(
  store: Store,
  stream: Stream,
  request: ListRecordsRequest,
): AsyncGenerator<ListRecordsResponse, undefined> {
  yield* pageAnswer(store, await pageFor(store, stream, request))
}

async function pageFor(store: Store, stream: Stream, request: ListRecordsRequest): Promise<Page<ReadRow>> {
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
  const view = () => store.state.view(stream)
  if (asOfMs !== 0) return pageAsOf(store, (await view()).id, selection, asOfMs, bound)
  if (ids.length > 0) return pageOfIds(store.clickhouse, view, ids, selection, bound)
  return store.ahead.page(store.clickhouse, await view(), selection, bound)
}

const actionOf: Record<RecordAction, Action[]> = {
  RECORD_ACTION_UNSPECIFIED: [],
  RECORD_ACTION_ADDED: [Action.added],
  RECORD_ACTION_UPDATED: [Action.updated],
  RECORD_ACTION_DELETED: [Action.deleted],
}
