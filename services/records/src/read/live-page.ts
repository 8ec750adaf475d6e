import type { Reservation } from '../admission/memory-budget.ts'
import { all, sql } from '../clickhouse/sql.ts'
import type { StreamView } from '../stream/stream-state.ts'
import { collapse } from '../tables/collapse.ts'
import {
  type Columns,
  hasAction,
  isOneOf,
  type Order,
  oldestFirst,
  payloads,
  type ReadRow,
  readKeys,
  readLive,
  readWindow,
} from '../tables/record-log.ts'
import type { Action, Key } from '../tables/version.ts'
import { bytesOf, type Page, pageOf, payloadBytes } from './page.ts'
import type { PageSource } from './page-source.ts'

const MIN_ROWS = 64
/** More rows than one key can have: it was pruned or restored in place so often since the last merge. */
const MAX_KEYS = 25_000
const KEY_BYTES = 200

/** Which records of a stream a page is made of, and what is read of each. */
export type Selection = {
  /** Strictly behind it, in `order`. */
  start: Key | undefined
  /** Strictly after it. */
  modifiedAfter: number
  /** Any of them; none = all. */
  actions: Action[]
  order: Order
  columns: Columns
  /** As of then, inclusive: without newer versions, with versions that were superseded since and are not archived yet. */
  until?: number
}

export const everything: Selection = {
  start: undefined,
  modifiedAfter: 0,
  actions: [],
  order: oldestFirst,
  columns: payloads,
}

/** What `pageInOrder` needs of a source. */
type OrderedSource = Pick<PageSource, 'reads' | 'bound'> & {
  view: Pick<StreamView, 'id'>
  memory?: Reservation
}

/**
 * Reads as many rows as make a page if all parts are merged. If there are superseded versions among them, it goes on with
 * keys only, without their payloads, and then reads the live versions among those.
 */
export async function pageInOrder(
  { reads, view, bound, memory }: OrderedSource,
  { start, modifiedAfter, actions, order, columns, until }: Selection,
): Promise<Page<ReadRow>> {
  const stream = view.id
  const matching = all([
    sql`modified_at > ${modifiedAfter}`,
    ...(until === undefined ? [] : [sql`modified_at <= ${until} AND closed_at <= ${until}`]),
    ...(actions.length > 0 ? [hasAction(actions)] : []),
  ])
  const matchingAfter = (key: Key | undefined) => (key ? sql`${matching} AND ${order.behind(key)}` : matching)

  const window = { records: Math.max(bound.records + 2, MIN_ROWS), bytes: bound.bytes }
  const { rows, full } = await readWindow(reads, stream, matchingAfter(start), window, columns, order)
  const first = collapse(rows, full)
  const found = first.live
  let end = first.end ?? start
  for (let more = full; ; ) {
    const page = pageOf(found, bound, payloadBytes)
    if (page.more || !more) return page
    memory?.growTo(bound.bytes + MAX_KEYS * KEY_BYTES)
    const keys = await readKeys(reads, stream, matchingAfter(end), MAX_KEYS, order)
    memory?.growTo(bound.bytes + keys.reduce((sum, { id }) => sum + KEY_BYTES + id.length, 0))
    const keysFull = keys.length === MAX_KEYS
    const alive = collapse(keys, keysFull)
    const next = pageOf(alive.live, { ...bound, records: bound.records + 1 }, bytesOf(columns))
    if (next.items.length > 0) {
      const where = sql`${matching} AND ${isOneOf(next.items)}`
      found.push(...(await readLive(reads, stream, where, columns, order)))
    }
    end = (next.more ? next.items.at(-1) : alive.end) ?? end
    more = next.more || keysFull
  }
}
