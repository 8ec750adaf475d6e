import { readClient } from '../clickhouse/read-client.ts'
import type { ReadRow } from '../tables/record-log.ts'
import type { Key } from '../tables/version.ts'
import { pageInOrder, type Selection } from './live-page.ts'
import { endOfPage, type Page, type PageBound, payloadBytes } from './page.ts'
import type { PageSource } from './page-source.ts'

const READ_TIMEOUT_MS = 5000

export type BatchSource = Pick<PageSource, 'clickhouse' | 'view' | 'bound' | 'form'>

/** A page of a batch: where it begins, and where the batch ends; undefined = there is no more. */
type BatchPage = { start: Key; page: Page<ReadRow>; end: Key | undefined }

/** Pages that follow each other, read with one query. None if it fails: a caller that needs one of them reads it, and gets the error. */
export async function readBatch(
  { clickhouse, view, bound }: BatchSource,
  selection: Selection & { start: Key },
  batchBound: PageBound,
): Promise<BatchPage[]> {
  try {
    const reads = readClient(clickhouse, AbortSignal.timeout(READ_TIMEOUT_MS))
    const batch = await pageInOrder({ reads, view, bound: batchBound }, selection)
    const pages = split(batch, bound)
    const end = batch.more ? keyOf(pages.at(-1)) : undefined
    return pages.map((page, i) => ({ start: keyOf(pages[i - 1]) ?? selection.start, page, end }))
  } catch {
    return []
  }
}

function keyOf(page: Page<ReadRow> | undefined): Key | undefined {
  const last = page?.items.at(-1)
  return last && { modifiedAt: last.modifiedAt, id: last.id }
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
