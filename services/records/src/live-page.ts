import { AppError } from '@syncline/errors'
import type { ClickHouse } from './clickhouse.ts'
import { collapse } from './collapse.ts'
import { type Page, type PageBound, pageOf, payloadBytes } from './page.ts'
import { type Head, readHeads } from './record-head.ts'
import {
  type Action,
  after,
  compareKeys,
  hasAction,
  isOneOf,
  type Key,
  type ReadRow,
  readRows,
  readWindow,
} from './record-log.ts'
import { all, sql } from './sql.ts'

const MIN_WINDOW = 64
const MAX_WINDOW = 100_000
const ID_TRIES = 5

/** What is wanted of a stream in order. */
export type InOrder = {
  /** Strictly after it. */
  start: Key | undefined
  /** Strictly after it. */
  modifiedAfter: number
  /** Any of them; none = all. */
  actions: Action[]
  /** Inclusive. */
  until?: number
}

/**
 * Reads windows of rows until they make a page. On merged parts the first window is enough; where versions that have
 * ended are not merged away yet, windows grow.
 */
export async function pageInOrder(
  clickhouse: ClickHouse,
  stream: string,
  { start, modifiedAfter, actions, until }: InOrder,
  bound: PageBound,
): Promise<Page<ReadRow>> {
  const found: ReadRow[] = []
  let from = start
  let windowBytes = bound.bytes
  for (let window = Math.max(bound.records + 2, MIN_WINDOW); ; window = Math.min(window * 2, MAX_WINDOW)) {
    const where = [
      sql`modified_at > ${modifiedAfter}`,
      ...(actions.length > 0 ? [hasAction(actions)] : []),
      ...(until === undefined ? [] : [sql`modified_at <= ${until}`]),
      ...(from ? [after(from)] : []),
    ]
    const { rows, full } = await readWindow(clickhouse, stream, all(where), window, windowBytes)
    const { live, end } = collapse(rows, full)
    found.push(...live)
    const page = pageOf(found, bound, payloadBytes)
    if (page.more || !full) return page
    // One key filled the window.
    if (end === undefined) windowBytes *= 2
    from = end ?? from
  }
}

/** The heads say where the versions of ids are. If one of them moves on before it is read, heads are read again. */
export async function pageOfIds(
  clickhouse: ClickHouse,
  stream: string,
  ids: string[],
  selection: InOrder,
  bound: PageBound,
): Promise<Page<ReadRow>> {
  const unique = [...new Set(ids.map((id) => id.replaceAll('\0', '')))]
  for (let tries = 1; ; tries++) {
    const heads =
      (await readHeads(clickhouse, [{ stream, ids: unique }])).get(stream) ?? new Map<string, Head>()
    const keys = [...heads]
      .filter(([id, head]) => isSelected(selection, id, head))
      .map(([id, { modifiedAt, size }]) => ({ modifiedAt, id, size }))
      .sort(compareKeys)
    const page = pageOf(keys, bound, ({ size }) => size)
    if (page.items.length === 0) return { items: [], more: false }
    const { live } = collapse(await readRows(clickhouse, stream, isOneOf(page.items), MAX_WINDOW), false)
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
