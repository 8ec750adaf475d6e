import { readClient } from '../clickhouse/read-client.ts'
import type { ReadRow } from '../tables/record-log.ts'
import type { Key } from '../tables/version.ts'
import { pageInOrder, type Selection } from './live-page.ts'
import { endOfPage, memoryOf, type Page, type PageBound, payloadBytes, rowBytes } from './page.ts'
import type { PageSource } from './page-source.ts'
import { TtlCache } from './ttl-cache.ts'

const BATCH = { pages: 8, records: 8000, bytes: 8 * 1024 * 1024 }
/** Pages may be so much larger than the one before. */
const VARIANCE = 1.25
/** A reader that follows cursors asks again within this time. */
const TTL_MS = 5000

/**
 * Pages that follow each other, read with one query. `last`: the stream's newest instant before that. `end`: where the next
 * batch begins; undefined = there is no more.
 */
type Batch = { pages: Page<ReadRow>[]; last: number; end: Key | undefined }

/** Undefined = the cursor was given out, and nothing was read behind it. */
type Entry = Promise<Batch | undefined>

/**
 * Reads pages ahead of clients that follow cursors. A client that comes with a cursor which was just given out gets its
 * page, and the eight pages behind it are read in the background with one query; while it takes those from memory, the
 * next eight are read.
 *
 * A batch is valid as long as nothing was committed to the stream: each commit takes a new `last` before it writes. Nothing
 * is read in advance while a commit is under way, as it has taken its instant already.
 *
 * The cache has its own bound, for all shards together. It covers batches that are being read, by an estimate. When it is
 * full, no more is read ahead: to evict what others still use would make all read twice.
 */
export class PagePrefetch {
  readonly #cache: TtlCache<Entry>

  /** @param maxBytes 0 = nothing is read ahead. */
  constructor(maxBytes: number) {
    this.#cache = new TtlCache(maxBytes, TTL_MS)
  }

  async page(source: PageSource, selection: Selection): Promise<Page<ReadRow>> {
    const key = selection.start && keyOf(source, selection, selection.start)
    const entry = key && this.#cache.touch(key)
    const batch = await entry
    if (key) this.#cache.pop(key)
    const [cached, ...rest] = batch && batch.last === source.view.last ? batch.pages : []
    if (batch && cached) {
      const end = cached.items.at(-1)
      if (end && rest.length > 0) this.#keep(keyOf(source, selection, end), { ...batch, pages: rest })
      if (batch.end) this.#prefetch(source, { ...selection, start: batch.end }, cached)
      return cached
    }
    const page = await pageInOrder(source, selection)
    const end = page.more ? page.items.at(-1) : undefined
    if (end && entry) this.#prefetch(source, { ...selection, start: end }, page)
    else if (end) this.#cache.set(keyOf(source, selection, end), nothing, 0)
    return page
  }

  #keep(key: string, batch: Batch): void {
    this.#cache.set(key, Promise.resolve(batch), bytesOf(batch))
  }

  /** Reads the batch that begins at `selection.start`, unless it is there or on its way. `page`: the one before, for its size. */
  #prefetch(source: PageSource, selection: Selection & { start: Key }, page: Page<ReadRow>): void {
    const key = keyOf(source, selection, selection.start)
    const known = this.#cache.touch(key)
    if (known && known !== nothing) return
    const { view, bound } = source
    const pageBytes = page.items.reduce((sum, row) => sum + rowBytes(row), 0)
    const bytes = Math.min(VARIANCE * BATCH.pages * pageBytes, BATCH.bytes)
    if (!view.quiet || view.last === undefined || bytes > this.#cache.freeBytes) {
      this.#cache.set(key, nothing, 0)
      return
    }
    const records = Math.max(Math.min(BATCH.pages * bound.records, BATCH.records), bound.records)
    const batch = readBatch(source, selection, { records, bytes }, view.last)
    this.#cache.set(key, batch, bytes)
    void batch.then((read) => this.#cache.setBytes(key, batch, read ? bytesOf(read) : 0))
  }
}

const bytesOf = ({ pages }: Batch) => memoryOf(pages.flatMap(({ items }) => items))

const nothing: Entry = Promise.resolve(undefined)

function keyOf(
  { view, bound }: PageSource,
  { modifiedAfter, actions }: Selection,
  { modifiedAt, id }: Key,
): string {
  return JSON.stringify([view.id, bound.records, modifiedAfter, actions, modifiedAt, id])
}

async function readBatch(
  { clickhouse, view, bound }: PageSource,
  selection: Selection,
  batchBound: PageBound,
  last: number,
): Promise<Batch | undefined> {
  const signal = AbortSignal.timeout(TTL_MS)
  try {
    const reads = readClient(clickhouse, signal)
    const batch = await pageInOrder({ reads, view, bound: batchBound }, selection)
    const pages = split(batch, bound)
    return { pages, last, end: batch.more ? pages.at(-1)?.items.at(-1) : undefined }
  } catch {
    // The caller that needs a page of it reads it again, and gets the error.
    return undefined
  }
}

/** Whole pages: of a batch that has more behind it, a last page that is not full is left to the next batch. */
function split({ items, more }: Page<ReadRow>, bound: PageBound): Page<ReadRow>[] {
  const pages: Page<ReadRow>[] = []
  for (let start = 0; start < items.length; ) {
    const end = endOfPage(items, bound, payloadBytes, start)
    const isLast = end === items.length
    if (isLast && more && end - start < bound.records && pages.length > 0) break
    pages.push({ items: items.slice(start, end), more: more || !isLast })
    start = end
  }
  return pages
}
