import { AppError } from '@syncline/errors'
import type { ListRecordsResponse, ListVersionsRequest } from '@syncline/proto'
import type { ReadClient } from '../clickhouse/read-client.ts'
import { all, sql } from '../clickhouse/sql.ts'
import { answerPage } from '../read/answer-page.ts'
import { pageOfIds } from '../read/by-ids.ts'
import { decodeCursor } from '../read/cursor.ts'
import { formOf } from '../read/encode-page.ts'
import { everything, pageInOrder, type Selection } from '../read/live-page.ts'
import { type Page, type PageBound, pageOf, payloadBytes } from '../read/page.ts'
import type { PageSource } from '../read/page-source.ts'
import type { Shard } from '../shard.ts'
import type { Target } from '../stream/target.ts'
import { historyStart, readArchived, supersededVersions } from '../tables/record-history.ts'
import {
  hasAction,
  mayBeCut,
  type Order,
  originsOnly,
  payloadsAndOrigins,
  type ReadRow,
  upToBytes,
} from '../tables/record-log.ts'

const DAY_MS = 24 * 3600 * 1000

/** The versions of one record, newest first: the live one, then superseded ones. */
export async function* listVersions(
  shard: Shard,
  target: Target,
  request: ListVersionsRequest,
): AsyncGenerator<ListRecordsResponse, undefined> {
  const id = request.id.replaceAll('\0', '')
  const before = request.cursor === '' ? Number.MAX_SAFE_INTEGER : decodeCursor(request.cursor).modifiedAt
  yield* answerPage(
    shard,
    target,
    { limit: request.limit, form: formOf(request), results: 2, withoutPayload: request.withoutPayload },
    async (source) => {
      const { reads, view, bound } = source
      const since = await keptSince(shard, reads)
      const viewAgain = () => shard.state.view(target.stream, reads)
      const columns = request.withoutPayload ? originsOnly : payloadsAndOrigins
      const selection = { ...everything, columns }
      const { items } = await pageOfIds(source, [id], selection, { heads: shard.heads, viewAgain })
      const live = items.filter((row) => row.modifiedAt < before)
      // A version that is superseded between the two reads is in both.
      const supersededBefore = live[0]?.modifiedAt ?? before
      const superseded = await supersededVersions(
        reads,
        view.id,
        { id, before: supersededBefore, since },
        bound,
        columns,
      )
      const page = pageOf([...live, ...superseded.items], bound, payloadBytes)
      return { ...page, more: page.more || superseded.more }
    },
  )
}

/**
 * A page of a stream as it was at an instant: versions of the log, and versions that were superseded since and are archived.
 * The log is read first: a version that is archived meanwhile is in both.
 */
export async function pageAsOf(
  source: PageSource,
  selection: Selection,
  asOf: number,
): Promise<Page<ReadRow>> {
  const { reads, view, bound } = source
  const { start, modifiedAfter, actions, order, columns } = selection
  const live = await pageInOrder(source, { ...selection, until: asOf })
  const where = [
    sql`modified_at > ${modifiedAfter} AND modified_at <= ${asOf} AND ended_at > ${asOf}`,
    ...(actions.length > 0 ? [hasAction(actions)] : []),
    ...(start ? [order.behind(start)] : []),
  ]
  const rows = bound.records + 1
  const archived = await readArchived(
    reads,
    view.id,
    all(where),
    rows,
    upToBytes(bound.bytes),
    columns,
    order,
  )
  const more = archived.length === rows || mayBeCut(archived, bound.bytes)
  return merged({ items: archived, more }, live, bound, order)
}

/** Merges two pages in order. If a page has more, nothing is known beyond its last item. */
function merged(a: Page<ReadRow>, b: Page<ReadRow>, bound: PageBound, { compare }: Order): Page<ReadRow> {
  const ends = [a, b].flatMap(({ items, more }) => (more ? items.slice(-1) : []))
  const end = ends.sort(compare)[0]
  const inOrder = [...a.items, ...b.items].sort(compare)
  const known = inOrder.filter((row, i) => {
    const next = inOrder[i + 1]
    const twice = next !== undefined && compare(row, next) === 0
    return !twice && (end === undefined || compare(row, end) <= 0)
  })
  const page = pageOf(known, bound, payloadBytes)
  return { ...page, more: page.more || a.more || b.more }
}

export async function checkKept(shard: Shard, reads: ReadClient, asOf: number): Promise<void> {
  const since = await keptSince(shard, reads)
  if (asOf >= since && asOf <= shard.clock()) return
  throw new AppError(
    'invalid_query_params',
    `as_of ${iso(asOf)} is not between ${iso(since)}, since when history is kept, and now (RECORDS_HISTORY_DAYS is ${shard.historyDays})`,
  )
}

async function keptSince({ clock, historyDays }: Shard, reads: ReadClient): Promise<number> {
  const start = historyDays > 0 ? await historyStart(reads) : undefined
  if (start !== undefined) return Math.max(start, clock() - historyDays * DAY_MS)
  throw new AppError(
    'invalid_query_params',
    'no history is kept: RECORDS_HISTORY_DAYS of the record store is 0',
  )
}

const iso = (ms: number) => new Date(ms).toISOString()
