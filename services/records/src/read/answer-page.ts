import type { ListRecordsResponse } from '@syncline/proto'
import { readClient } from '../clickhouse/read-client.ts'
import type { Shard } from '../shard.ts'
import type { Target } from '../stream/target.ts'
import type { ReadRow } from '../tables/record-log.ts'
import { encodePage, memoryForPage } from './encode-page.ts'
import { boundOf, type Page } from './page.ts'
import type { PageSource } from './page-source.ts'

export type PageOptions = {
  limit: number
  /** How many results of the bound's size `read` has in memory at once. */
  results?: number
}

/**
 * Answers a call with a page: waits for memory, reads the page, and gives it out piece by piece. The memory is held until
 * the client has taken the last piece or is gone (see `serve`).
 */
export async function* answerPage(
  shard: Shard,
  { stream, signal }: Target,
  { limit, results = 1 }: PageOptions,
  read: (source: PageSource) => Promise<Page<ReadRow>>,
): AsyncGenerator<ListRecordsResponse, undefined> {
  const { clickhouse, state, pageMemory } = shard
  const reads = readClient(clickhouse, signal)
  const view = await state.view(stream, reads)
  const bound = boundOf(limit, view.averageBytes, shard.pageBytes)
  const bytes = memoryForPage(bound) + (results - 1) * bound.bytes
  using memory = await pageMemory.reserve(stream.environment, bytes, signal)
  const page = encodePage(await read({ clickhouse, reads, view, bound, memory }), shard)
  // A single record may be larger than the bound.
  memory.growTo(page.bytes)
  memory.shrinkTo(page.bytes)
  yield* page.pieces
}
