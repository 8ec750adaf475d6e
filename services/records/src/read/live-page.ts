import { AppError } from '@syncline/errors'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { all, sql } from '../clickhouse/sql.ts'
import type { StreamView } from '../stream/stream-state.ts'
import { collapse } from '../tables/collapse.ts'
import { type Head, readHeads } from '../tables/record-head.ts'
import {
  type Action,
  after,
  compareKeys,
  hasAction,
  isOneOf,
  type Key,
  type ReadRow,
  readKeys,
  readLive,
  readWindow,
} from '../tables/record-log.ts'
import { type Page, type PageBound, pageOf, payloadBytes } from './page.ts'

const MIN_WINDOW = 64
/** More rows than one key can have: it was pruned or restored in place so often since the last merge. */
const KEYS_WINDOW = 100_000
const ID_TRIES = 5

/** What is wanted of a stream in order. */
export type InOrder = {
  /** Strictly after it. */
  start: Key | undefined
  /** Strictly after it. */
  modifiedAfter: number
  /** Any of them; none = all. */
  actions: Action[]
  /** As of then: without what is newer, with what has ended since and is not moved yet. Inclusive. */
  until?: number
}

/**
 * Reads a window of rows that makes a page on merged parts. Where versions that have ended are not merged away yet,
 * it goes on by keys, without the payloads that nobody will see, and reads what is alive among them.
 */
export async function pageInOrder(
  clickhouse: ClickHouse,
  stream: string,
  { start, modifiedAfter, actions, until }: InOrder,
  bound: PageBound,
): Promise<Page<ReadRow>> {
  const matching = all([
    sql`modified_at > ${modifiedAfter}`,
    ...(until === undefined ? [] : [sql`modified_at <= ${until} AND closed_at <= ${until}`]),
    ...(actions.length > 0 ? [hasAction(actions)] : []),
  ])
  const ahead = (from: Key | undefined) => (from ? sql`${matching} AND ${after(from)}` : matching)

  const window = Math.max(bound.records + 2, MIN_WINDOW)
  const { rows, full } = await readWindow(clickhouse, stream, ahead(start), window, bound.bytes)
  const first = collapse(rows, full)
  const found = first.live
  let from = first.end ?? start
  for (let more = full; ; ) {
    const page = pageOf(found, bound, payloadBytes)
    if (page.more || !more) return page
    const keys = await readKeys(clickhouse, stream, ahead(from), KEYS_WINDOW)
    const ended = collapse(keys, keys.length === KEYS_WINDOW)
    const next = pageOf(ended.live, { ...bound, records: bound.records + 1 }, ({ size }) => size)
    if (next.items.length > 0) {
      found.push(...(await readLive(clickhouse, stream, sql`${matching} AND ${isOneOf(next.items)}`)))
    }
    from = (next.more ? next.items.at(-1) : ended.end) ?? from
    more = next.more || keys.length === KEYS_WINDOW
  }
}

/** The heads say where the versions of ids are. If one of them moves on before it is read, heads are read again. */
export async function pageOfIds(
  clickhouse: ClickHouse,
  viewOf: () => Promise<StreamView>,
  ids: string[],
  selection: InOrder,
  bound: PageBound,
): Promise<Page<ReadRow>> {
  const unique = [...new Set(ids.map((id) => id.replaceAll('\0', '')))]
  for (let tries = 1; ; tries++) {
    const { id: stream, headsBehindSince } = await viewOf()
    const heads =
      (await readHeads(clickhouse, [{ stream, behindSince: headsBehindSince, ids: unique }])).get(stream) ??
      new Map<string, Head>()
    const keys = [...heads]
      .filter(([id, head]) => isSelected(selection, id, head))
      .map(([id, { modifiedAt, size }]) => ({ modifiedAt, id, size }))
      .sort(compareKeys)
    const page = pageOf(keys, bound, ({ size }) => size)
    if (page.items.length === 0) return { items: [], more: false }
    const live = await readLive(clickhouse, stream, isOneOf(page.items))
    if (live.length === page.items.length) return { items: live, more: page.more }
    if (tries === ID_TRIES)
      throw new AppError('unavailable', 'the records change faster than they can be read')
  }
}

function isSelected({ start, modifiedAfter, actions }: InOrder, id: string, head: Head): boolean {
  return (
    head.modifiedAt > modifiedAfter &&
    (actions.length === 0 || actions.includes(head.action)) &&
    (start === undefined || compareKeys({ modifiedAt: head.modifiedAt, id }, start) > 0)
  )
}
