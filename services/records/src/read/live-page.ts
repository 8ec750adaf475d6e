import { AppError } from '@syncline/errors'
import type { Reservation } from '../admission/memory-budget.ts'
import { all, sql } from '../clickhouse/sql.ts'
import type { StreamView } from '../stream/stream-state.ts'
import { collapse } from '../tables/collapse.ts'
import { readHeads } from '../tables/record-head.ts'
import {
  after,
  hasAction,
  isOneOf,
  type ReadRow,
  readKeys,
  readLive,
  readWindow,
} from '../tables/record-log.ts'
import { type Action, compareKeys, type Head, type Key } from '../tables/version.ts'
import { type Page, pageOf, payloadBytes } from './page.ts'
import type { PageSource } from './page-source.ts'

const MIN_ROWS = 64
/** More rows than one key can have: it was pruned or restored in place so often since the last merge. */
const MAX_KEYS = 25_000
const KEY_BYTES = 200
const ID_TRIES = 5

/** Which records of a stream a page is made of, in the stream's order. */
export type Selection = {
  /** Strictly after it. */
  start: Key | undefined
  /** Strictly after it. */
  modifiedAfter: number
  /** Any of them; none = all. */
  actions: Action[]
  /** As of then, inclusive: without newer versions, with versions that were superseded since and are not archived yet. */
  until?: number
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
  { start, modifiedAfter, actions, until }: Selection,
): Promise<Page<ReadRow>> {
  const stream = view.id
  const matching = all([
    sql`modified_at > ${modifiedAfter}`,
    ...(until === undefined ? [] : [sql`modified_at <= ${until} AND closed_at <= ${until}`]),
    ...(actions.length > 0 ? [hasAction(actions)] : []),
  ])
  const matchingAfter = (key: Key | undefined) => (key ? sql`${matching} AND ${after(key)}` : matching)

  const limit = Math.max(bound.records + 2, MIN_ROWS)
  const { rows, full } = await readWindow(reads, stream, matchingAfter(start), limit, bound.bytes)
  const first = collapse(rows, full)
  const found = first.live
  let end = first.end ?? start
  for (let more = full; ; ) {
    const page = pageOf(found, bound, payloadBytes)
    if (page.more || !more) return page
    memory?.growTo(bound.bytes + MAX_KEYS * KEY_BYTES)
    const keys = await readKeys(reads, stream, matchingAfter(end), MAX_KEYS)
    const keysFull = keys.length === MAX_KEYS
    const alive = collapse(keys, keysFull)
    const next = pageOf(alive.live, { ...bound, records: bound.records + 1 }, ({ size }) => size)
    if (next.items.length > 0) {
      found.push(...(await readLive(reads, stream, sql`${matching} AND ${isOneOf(next.items)}`)))
    }
    end = (next.more ? next.items.at(-1) : alive.end) ?? end
    more = next.more || keysFull
  }
}

/**
 * The heads say where the versions of ids are. If one of them moves on before it is read, heads are read again.
 * @param viewAgain The stream as it is by then.
 */
export async function pageOfIds(
  { reads, view, bound }: PageSource,
  ids: string[],
  selection: Selection,
  viewAgain: () => Promise<StreamView>,
): Promise<Page<ReadRow>> {
  const unique = [...new Set(ids.map((id) => id.replaceAll('\0', '')))]
  for (let tries = 1, at = view; ; at = await viewAgain()) {
    const { id: stream, headsBehindSince: behindSince } = at
    const heads =
      (await readHeads(reads, [{ stream, behindSince, ids: unique }])).get(stream) ?? new Map<string, Head>()
    const keys = [...heads]
      .filter(([id, head]) => isSelected(selection, id, head))
      .map(([id, { modifiedAt, size }]) => ({ modifiedAt, id, size }))
      .sort(compareKeys)
    const page = pageOf(keys, bound, ({ size }) => size)
    if (page.items.length === 0) return { items: [], more: false }
    const live = await readLive(reads, stream, isOneOf(page.items))
    if (live.length === page.items.length) return { items: live, more: page.more }
    if (tries++ === ID_TRIES)
      throw new AppError('unavailable', 'the records change faster than they can be read: try again')
  }
}

function isSelected({ start, modifiedAfter, actions }: Selection, id: string, head: Head): boolean {
  return (
    head.modifiedAt > modifiedAfter &&
    (actions.length === 0 || actions.includes(head.action)) &&
    (start === undefined || compareKeys({ modifiedAt: head.modifiedAt, id }, start) > 0)
  )
}
