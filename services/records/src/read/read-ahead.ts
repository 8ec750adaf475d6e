import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { StreamView } from '../stream/stream-state.ts'
import type { Key, ReadRow } from '../tables/record-log.ts'
import { type InOrder, pageInOrder } from './live-page.ts'
import { type Page, type PageBound, pageOf, payloadBytes } from './page.ts'
import { Kept } from './ttl-cache.ts'

const PAGES_AHEAD = 8
const WINDOW = { records: 8000, bytes: 8 * 1024 * 1024 }
const KEPT_BYTES = 48 * 1024 * 1024
const KEPT_MS = 5000
/** What a row takes beside its payload. */
const ROW_BYTES = 500

/**
 * A part of a stream that was read. `last`: the stream's newest instant before; undefined = a commit was under way.
 * `bytes`: of all that was read, which is in memory as long as any of it is.
 */
type Window = Page<ReadRow> & { last: number | undefined; bytes: number }

/** Behind a cursor that was given out. Where nothing was read ahead, it tells that its reader follows cursors. */
type Ahead = { window: Promise<Window | undefined> | undefined; bytes: number }

/** What a call asks for, of a stream as it looked when the call came. */
type Wanted = {
  clickhouse: ClickHouse
  view: StreamView
  selection: InOrder
  bound: PageBound
  at: (key: Key) => string
}

/**
 * Who follows cursors asks for the next page soon: it is read along with others, and the pages after it come from
 * memory. While a window is used up, the one behind it is read already.
 *
 * What is in memory holds as long as nothing was committed to the stream: each commit takes a new `last` before it
 * writes. A window that was read while somebody held the stream's lock is not kept, as the commit under way has taken
 * its instant already. So windows with the same `last` are parts of one state of the stream, whenever they were read,
 * and go together.
 *
 * When memory is full, nothing more is read ahead: to throw away what others still use would make all read twice. It
 * is one memory for all shards; what was read from one that is away goes by itself.
 */
export class ReadAhead {
  readonly #kept = new Kept<Ahead>(KEPT_BYTES, KEPT_MS)

  /** @param view Of before this call: what it shows of the stream is at least as old as what is read here. */
  async page(
    clickhouse: ClickHouse,
    view: StreamView,
    selection: InOrder,
    bound: PageBound,
  ): Promise<Page<ReadRow>> {
    const at = ({ modifiedAt, id }: Key) =>
      JSON.stringify([view.id, selection.modifiedAfter, selection.actions, modifiedAt, id])
    const wanted = { clickhouse, view, selection, bound, at }
    const ahead = selection.start && this.#kept.take(at(selection.start))
    const reach = ahead && this.#kept.hasRoom(ahead.bytes) ? aheadOf(bound) : bound
    const window =
      (ahead && (await this.#known(ahead, wanted))) ?? (await read(clickhouse, view, selection, reach))
    const page = pageOf(window.items, bound, payloadBytes)
    const more = page.more || window.more
    const end = page.items.at(-1)
    if (more && end) this.#keepRest(wanted, end, window, page.items)
    return { items: page.items, more }
  }

  /** As far as it holds: what was read ahead, and what is behind it if that is not a page any more. */
  async #known(ahead: Ahead, { view, bound, at }: Wanted): Promise<Window | undefined> {
    const window = await ahead.window
    if (window === undefined || window.last !== view.last) return undefined
    if (!window.more || pageOf(window.items, bound, payloadBytes).more) return window
    const end = window.items.at(-1)
    const behind = await (end && this.#kept.take(at(end))?.window)
    if (behind === undefined || behind.last !== view.last) return undefined
    return { ...behind, items: [...window.items, ...behind.items] }
  }

  #keepRest(wanted: Wanted, end: Key, window: Window, page: ReadRow[]): void {
    const { view, at } = wanted
    const holds = window.last !== undefined && this.#kept.hasRoom(window.bytes)
    const items = holds ? window.items.slice(page.length) : []
    const restEnd = items.at(-1)
    const behindAt = at(restEnd ?? end)
    const bytes = bytesOf(page) * PAGES_AHEAD
    // Kept anew: its reader is still there.
    let behind = this.#kept.take(behindAt)
    if (restEnd) {
      const rest = { ...window, items }
      this.#kept.keep(at(end), { window: Promise.resolve(rest), bytes }, window.bytes)
      if (window.more && view.quiet && this.#kept.hasRoom(bytes)) {
        behind ??= { window: readBehind(wanted, restEnd), bytes }
      }
    } else {
      behind ??= { window: undefined, bytes }
    }
    if (behind) this.#kept.keep(behindAt, behind, behind.window ? behind.bytes : 0)
  }
}

async function readBehind(
  { clickhouse, view, selection, bound }: Wanted,
  start: Key,
): Promise<Window | undefined> {
  try {
    return await read(clickhouse, view, { ...selection, start }, aheadOf(bound))
  } catch {
    // Who needs it reads it again, and is told what is wrong.
    return undefined
  }
}

async function read(
  clickhouse: ClickHouse,
  view: StreamView,
  selection: InOrder,
  bound: PageBound,
): Promise<Window> {
  const page = await pageInOrder(clickhouse, view.id, selection, bound)
  return { ...page, last: view.quiet ? view.last : undefined, bytes: bytesOf(page.items) }
}

const bytesOf = (rows: ReadRow[]) => rows.reduce((sum, row) => sum + payloadBytes(row) + ROW_BYTES, 0)

const aheadOf = ({ records, bytes }: PageBound): PageBound => ({
  records: Math.max(Math.min(records * PAGES_AHEAD, WINDOW.records), records),
  bytes: Math.max(Math.min(bytes * PAGES_AHEAD, WINDOW.bytes), bytes),
})
