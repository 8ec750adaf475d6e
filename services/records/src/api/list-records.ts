import { AppError } from '@syncline/errors'
import type { ListRecordsRequest, ListRecordsResponse, RecordAction } from '@syncline/proto'
import { answerNextPage, answerPage } from '../read/answer-page.ts'
import { pageOfIds } from '../read/by-ids.ts'
import { decodeCursor } from '../read/cursor.ts'
import { formOf } from '../read/encode-page.ts'
import { pageInOrder, type Selection } from '../read/live-page.ts'
import type { Shard } from '../shard.ts'
import type { Target } from '../stream/target.ts'
import { newestFirst, oldestFirst, originsOnly, payloads } from '../tables/record-log.ts'
import { Action } from '../tables/version.ts'
import { checkKept, pageAsOf } from './list-versions.ts'

/** A page of a stream in order of change. */
export async function* listRecords(
  shard: Shard,
  target: Target,
  request: ListRecordsRequest,
): AsyncGenerator<ListRecordsResponse, undefined> {
  const { cursor, modifiedAfterMs, actions, ids, asOfMs, limit, newestFirst: isNewestFirst } = request
  const form = formOf(request)
  const selection: Selection = {
    start: cursor === '' ? undefined : decodeCursor(cursor),
    modifiedAfter: modifiedAfterMs,
    actions: actions.flatMap((action) => actionOf[action]),
    order: isNewestFirst ? newestFirst : oldestFirst,
    columns: request.withoutPayload ? originsOnly : payloads,
  }
  const options = { limit, form, withoutPayload: request.withoutPayload }
  if (ids.length > 0 && asOfMs !== 0) {
    throw new AppError(
      'invalid_query_params',
      'as_of and ids exclude each other: the history of a record tells',
    )
  }
  if (asOfMs !== 0) {
    yield* answerPage(shard, target, { ...options, results: 2 }, async (source) => {
      await checkKept(shard, source.reads, asOfMs)
      return pageAsOf(source, selection, asOfMs)
    })
  } else if (ids.length > 0) {
    yield* answerPage(shard, target, { ...options, limit: Math.min(limit, ids.length) }, (source) =>
      pageOfIds(source, ids, selection, {
        heads: shard.heads,
        viewAgain: () => shard.state.view(target.stream, source.reads),
      }),
    )
  } else if (isNewestFirst || request.withoutPayload) {
    yield* answerPage(shard, target, options, (source) => pageInOrder(source, selection))
  } else {
    yield* answerNextPage(shard, target, options, selection)
  }
}

const actionOf: Record<RecordAction, Action[]> = {
  RECORD_ACTION_UNSPECIFIED: [],
  RECORD_ACTION_ADDED: [Action.added],
  RECORD_ACTION_UPDATED: [Action.updated],
  RECORD_ACTION_DELETED: [Action.deleted],
}
