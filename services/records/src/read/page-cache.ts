import { setImmediate as nextTurn } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { ReadRow } from '../tables/record-log.ts'
import type { Key } from '../tables/version.ts'
import { type EncodedPage, encodePage, type PageLife } from './encode-page.ts'
import type { Selection } from './live-page.ts'
import { type Page, type PageBound, rowBytes } from './page.ts'
import { type BatchSource, readBatch } from './page-batch.ts'

const BATCH = { pages: 32, records: 8000, bytes: 4 * 1024 * 1024 }
/** Pages may be so much larger than the one before. */
const VARIANCE = 1.25
/** Pages that nobody has taken yet have so much of the memory at most. */
const AHEAD_SHARE = 1 / 2
/** The answer that the pages of a batch are made of, and the pages. */
const COPIES = 2
/** A reader that follows cursors asks again within this time. */
const TTL_MS = 10_000
const MAX_CURSORS = 10_000
/** Of all of them: ids may be long. */
const MAX_CURSOR_CHARS = 4_000_000
const MAX_PAGES = 10_000

/** `end`: where the batch ends that it was read with; what is behind it is read while its pages are taken. */
type CachedPage = EncodedPage & { end: Key | undefined; taken: boolean }

/**
 * Pages as they are sent, by where they begin, for all readers. A client that comes with a cursor which was just given out
 * gets its page, and the pages behind it are read in the background with one query; while those are taken from memory, the
 * next ones are read. A page that was read once serves every reader.
 *
 * The stream's newest instant, `last`, is part of a page's name. Each commit takes a new one before it writes, and none comes
 * twice; so after any change all pages of the stream have other names, and the old ones are never found again. A page is kept
 * only if no commit was under way before it was read. Payloads expire by time: a page is true until the first of its own does.
 *
 * The memory is one bound for all shards. Pages that were taken make room first; what is read ahead has a half of it at most,
 * and when that is full, no more is read ahead: to evict what others still use would make all read twice.
 */
export class PageCache {
  readonly #maxBytes: number
  readonly #pages: LRUCache<string, CachedPage> | undefined
  /** Cursors that were given out. */
  readonly #cursors = new LRUCache<string, true>({
    max: MAX_CURSORS,
    maxSize: MAX_CURSOR_CHARS,
    sizeCalculation: (_, name) => name.length,
    ttl: TTL_MS,
  })
  /** Pages that are on their way. */
  readonly #reading = new Map<string, PromiseWithResolvers<void>>()
  /** Of pages that nobody has taken yet, and by an estimate of those that are being read. */
  #aheadBytes = 0

  /** @param maxBytes 0 = nothing is kept or read ahead. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
    if (maxBytes === 0) return
    this.#pages = new LRUCache({
      max: MAX_PAGES,
      maxSize: maxBytes,
      ttl: TTL_MS,
      updateAgeOnGet: true,
      dispose: ({ bytes, taken }) => {
        if (!taken) this.#aheadBytes -= bytes
      },
    })
  }

  /** The page that begins there, if it is in memory or on its way. */
  async find(source: BatchSource, selection: Selection, life: PageLife): Promise<EncodedPage | undefined> {
    const name = nameOf(source, selection)
    if (name === undefined || this.#pages === undefined) return undefined
    await this.#reading.get(name)?.promise
    const page = this.#pages.get(name)
    if (page === undefined || page.trueUntil <= life.clock()) return undefined
    if (!page.taken) {
      page.taken = true
      this.#aheadBytes -= page.bytes
    }
    if (page.end) this.#readAhead(source, { ...selection, start: page.end }, page.bytes, life)
    return page
  }

  /** A page was read for a client. If the client follows cursors, those behind it are read. */
  add(
    source: BatchSource,
    selection: Selection,
    page: Page<ReadRow>,
    encoded: EncodedPage,
    life: PageLife,
  ): void {
    const name = nameOf(source, selection)
    if (name === undefined || this.#pages === undefined) return
    const last = page.more ? page.items.at(-1) : undefined
    const follows = selection.start !== undefined && this.#cursors.has(name)
    if (encoded.keep) this.#set(name, { ...encoded, end: follows ? last : undefined, taken: true })
    if (last === undefined) return
    const next = { ...selection, start: { modifiedAt: last.modifiedAt, id: last.id } }
    const pageBytes = page.items.reduce((sum, row) => sum + rowBytes(row), 0)
    if (follows) this.#readAhead(source, next, pageBytes, life)
    const nextName = nameOf(source, next)
    if (nextName !== undefined) this.#cursors.set(nextName, true)
  }

  #set(name: string, page: CachedPage): void {
    if (page.bytes > this.#maxBytes) return
    if (!page.taken) this.#aheadBytes += page.bytes
    this.#pages?.set(name, page, { size: Math.max(1, page.bytes) })
  }

  /** Reads the batch that begins at `selection.start`, unless it is there or on its way. */
  #readAhead(
    source: BatchSource,
    selection: Selection & { start: Key },
    pageBytes: number,
    life: PageLife,
  ): void {
    const name = nameOf(source, selection)
    if (name === undefined || this.#reading.has(name) || this.#pages?.has(name)) return
    // Whole ones: what is read of a further page would be read again with the next batch.
    const pages = Math.max(1, Math.min(BATCH.pages, Math.floor(BATCH.bytes / (VARIANCE * pageBytes))))
    const bytes = Math.min(VARIANCE * pages * pageBytes, BATCH.bytes)
    if (!this.#hasRoom(COPIES * bytes)) return
    this.#aheadBytes += COPIES * bytes
    const records = Math.max(Math.min(pages * source.bound.records, BATCH.records), source.bound.records)
    this.#expect(name)
    void this.#readBatch(source, selection, { records, bytes }, life).finally(() => {
      this.#aheadBytes -= COPIES * bytes
      this.#release(name)
    })
  }

  #hasRoom(bytes: number): boolean {
    const most = this.#maxBytes * AHEAD_SHARE
    if (this.#aheadBytes + bytes <= most) return true
    this.#pages?.purgeStale()
    return this.#aheadBytes + bytes <= most
  }

  /** Each page is there for its readers as soon as it is encoded: they do not wait for the pages behind it. */
  async #readBatch(
    source: BatchSource,
    selection: Selection & { start: Key },
    bound: PageBound,
    life: PageLife,
  ): Promise<void> {
    const pages = (await readBatch(source, selection, bound)).map(({ start, page, end }) => ({
      name: nameOf(source, { ...selection, start }) ?? '',
      page,
      end,
    }))
    for (const { name } of pages) this.#expect(name)
    for (const { name, page, end } of pages) {
      const encoded = encodePage(page, source.form, life)
      if (encoded.keep) this.#set(name, { ...encoded, end, taken: false })
      this.#release(name)
      // Other calls go on between two pages.
      await nextTurn()
    }
  }

  /** Whoever asks for the page waits until it is released. */
  #expect(name: string): void {
    if (!this.#reading.has(name)) this.#reading.set(name, Promise.withResolvers())
  }

  #release(name: string): void {
    this.#reading.get(name)?.resolve()
    this.#reading.delete(name)
  }
}

/** Undefined = what is read now may be older than the next change, or newer than `last`. */
function nameOf(
  { view, bound, form }: Pick<BatchSource, 'view' | 'bound' | 'form'>,
  { start, modifiedAfter, actions }: Selection,
): string | undefined {
  if (!view.quiet || view.last === undefined) return undefined
  const from = start && [start.modifiedAt, start.id]
  return JSON.stringify([view.id, view.last, form, bound.records, modifiedAfter, actions, from])
}
