import type { ClickHouse } from './clickhouse.ts'
import { type InOrder, pageInOrder } from './live-page.ts'
import { type Page, type PageBound, pageOf, payloadBytes } from './page.ts'
import type { Key, ReadRow } from './record-log.ts'
import type { StreamView } from './stream-state.ts'

const PAGES_AHEAD = 8
const WINDOW_BYTES = 8 * 1024 * 1024
const KEPT_BYTES = 64 * 1024 * 1024
const KEPT_WINDOWS = 1000
const KEPT_MS = 5000

/** What was read of a stream behind a cursor that was given out. `last`: the stream's newest instant before. */
type Window = Page<ReadRow> & { last: number | undefined; bytes: number; until: number }

/**
 * Who follows cursors asks for the next page soon: it is read along with others, and the pages after it come from
 * memory. What is in memory holds as long as nothing was committed to the stream: each commit takes a new `last`
 * before it writes. A window that was read while somebody held the stream's lock is not kept, as the commit under
 * way has taken its instant already.
 */
export class ReadAhead {
  readonly #clickhouse: ClickHouse
  readonly #windows = new Map<string, Window>()
  #bytes = 0

  constructor(clickhouse: ClickHouse) {
    this.#clickhouse = clickhouse
  }

  /** @param view Of before this call: what it shows of the stream is at least as old as what is read here. */
  async page(view: StreamView, selection: InOrder, bound: PageBound): Promise<Page<ReadRow>> {
    const keyOf = ({ modifiedAt, id }: Key) =>
      JSON.stringify([view.id, selection.modifiedAfter, selection.actions, modifiedAt, id])
    const kept = selection.start && this.#take(keyOf(selection.start))
    const holds = kept !== undefined && kept.last !== undefined && kept.last === view.last
    const ahead = holds && (!kept.more || pageOf(kept.items, bound, payloadBytes).more) ? kept : undefined
    const window = ahead ?? (await this.#read(view, selection, kept ? aheadOf(bound) : bound))

    const page = pageOf(window.items, bound, payloadBytes)
    const more = page.more || window.more
    const end = page.items.at(-1)
    const rest = window.items.slice(page.items.length)
    if (more && end)
      this.#keep(keyOf(end), { ...window, items: rest, bytes: rest.length > 0 ? window.bytes : 0 })
    return { items: page.items, more }
  }

  async #read(view: StreamView, selection: InOrder, bound: PageBound): Promise<Omit<Window, 'until'>> {
    const page = await pageInOrder(this.#clickhouse, view.id, selection, bound)
    const bytes = page.items.reduce((sum, row) => sum + payloadBytes(row), 0)
    return { ...page, last: view.quiet ? view.last : undefined, bytes }
  }

  #take(key: string): Window | undefined {
    const window = this.#windows.get(key)
    if (window === undefined) return undefined
    this.#windows.delete(key)
    this.#bytes -= window.bytes
    return window.until > performance.now() ? window : undefined
  }

  /** `bytes` are those of the whole answer: as long as some of its rows are kept, all of it is. */
  #keep(key: string, window: Omit<Window, 'until'>): void {
    this.#take(key)
    this.#windows.set(key, { ...window, until: performance.now() + KEPT_MS })
    this.#bytes += window.bytes
    for (const [oldest, { until }] of this.#windows) {
      const fits = this.#bytes <= KEPT_BYTES && this.#windows.size <= KEPT_WINDOWS
      if (fits && until > performance.now()) return
      this.#take(oldest)
    }
  }
}

const aheadOf = ({ records, bytes }: PageBound): PageBound => ({
  records: records * PAGES_AHEAD,
  bytes: Math.max(Math.min(bytes * PAGES_AHEAD, WINDOW_BYTES), bytes),
})
