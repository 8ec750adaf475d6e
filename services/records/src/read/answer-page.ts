import type { ListRecordsResponse } from '@syncline/proto'
import type { Reservation } from '../admission/memory-budget.ts'
import { readClient } from '../clickhouse/read-client.ts'
import type { Shard } from '../shard.ts'
import type { Target } from '../stream/target.ts'
import type { ReadRow } from '../tables/record-log.ts'
import { type EncodedPage, encodePage, memoryForPage, memoryToSend, type PageForm } from './encode-page.ts'
import { pageInOrder, type Selection } from './live-page.ts'
import { boundOf, type Page } from './page.ts'
import type { PageSource } from './page-source.ts'

export type PageOptions = {
  limit: number
  form: PageForm
  /** How many results of the bound's size `read` has in memory at once. */
  results?: number
  /** Payloads are not read, and need no memory. */
  withoutPayload?: boolean
}

/**
 * Answers a call with a page: waits for memory, reads the page, and gives it out piece by piece. The memory is held until
 * the client has taken the last piece or is gone (see `serve`).
 */
export async function* answerPage(
  shard: Shard,
  { stream, signal }: Target,
  { limit, form, results = 1, withoutPayload = false }: PageOptions,
  read: (source: PageSource) => Promise<Page<ReadRow>>,
): AsyncGenerator<ListRecordsResponse, undefined> {
  const { clickhouse, state, pageMemory } = shard
  const reads = readClient(clickhouse, signal)
  const view = await state.view(stream, reads)
  const bound = boundOf(limit, withoutPayload ? 0 : view.averageBytes, shard.pageBytes)
  const bytes = memoryForPage(bound) + (results - 1) * bound.bytes
  using memory = await pageMemory.reserve(stream.environment, bytes, signal)
  const page = encodePage(await read({ clickhouse, reads, view, bound, form, memory }), form, shard)
  holdPage(memory, page)
  yield* page.pieces
}

/** The same for the next page in order: from memory, where a page is that was read before or ahead. */
export async function* answerNextPage(
  shard: Shard,
  { stream, signal }: Target,
  { limit, form }: PageOptions,
  selection: Selection,
): AsyncGenerator<ListRecordsResponse, undefined> {
  const { clickhouse, state, pageMemory, pages } = shard
  const reads = readClient(clickhouse, signal)
  const view = await state.view(stream, reads)
  const bound = boundOf(limit, view.averageBytes, shard.pageBytes)
  const source = { clickhouse, reads, view, bound, form }
  const known = await pages.find(source, selection, shard)
  if (known) {
    using _memory = await pageMemory.reserve(stream.environment, memoryToSend(known), signal)
    yield* known.pieces
    return
  }
  using memory = await pageMemory.reserve(stream.environment, memoryForPage(bound), signal)
  const rows = await pageInOrder({ ...source, memory }, selection)
  const page = encodePage(rows, form, shard)
  pages.add(source, selection, rows, page, shard)
  holdPage(memory, page)
  yield* page.pieces
}

/** A single record may be larger than the bound. */
function holdPage(memory: Reservation, page: EncodedPage): void {
  const bytes = memoryToSend(page)
  memory.growTo(bytes)
  memory.shrinkTo(bytes)
}
