import { AppError } from '@syncline/errors'
import type { HeadCache } from '../heads/head-cache.ts'
import type { StreamView } from '../stream/stream-state.ts'
import { readHeads } from '../tables/record-head.ts'
import type { ReadRow } from '../tables/record-log.ts'
import { isOneOf, readLive } from '../tables/record-log.ts'
import type { Head } from '../tables/version.ts'
import type { Selection } from './live-page.ts'
import { bytesOf, type Page, pageOf } from './page.ts'
import type { PageSource } from './page-source.ts'

const TRIES = 5

/** Where heads are, and what the stream is by now. */
type HeadSource = { heads: Pick<HeadCache, 'known'>; viewAgain: () => Promise<StreamView> }

/**
 * A page of records by their ids. The heads say where their versions are, from memory if it has them. If a version is
 * superseded before it is read, the heads are read again, from the tables.
 */
export async function pageOfIds(
  { reads, view, bound }: PageSource,
  ids: string[],
  selection: Selection,
  { heads: memory, viewAgain }: HeadSource,
): Promise<Page<ReadRow>> {
  const { order, columns } = selection
  const unique = [...new Set(ids.map((id) => id.replaceAll('\0', '')))]
  for (let tries = 1, at = view; ; at = await viewAgain()) {
    const { id: stream, headsBehindSince: behindSince, settledAt } = at
    const inMemory =
      tries === 1 && settledAt !== undefined ? memory.known(stream, settledAt, unique) : undefined
    const heads =
      inMemory ??
      (await readHeads(reads, [{ stream, behindSince, ids: unique }])).get(stream) ??
      new Map<string, Head>()
    const keys = [...heads]
      .filter(([id, head]) => isSelected(selection, id, head))
      .map(([id, { modifiedAt, size }]) => ({ modifiedAt, id, size }))
      .sort(order.compare)
    const page = pageOf(keys, bound, bytesOf(columns))
    if (page.items.length === 0) return { items: [], more: false }
    const live = await readLive(reads, stream, isOneOf(page.items), columns, order)
    if (live.length === page.items.length) return { items: live, more: page.more }
    if (tries++ === TRIES)
      throw new AppError('unavailable', 'the records change faster than they can be read: try again')
  }
}

function isSelected({ start, modifiedAfter, actions, order }: Selection, id: string, head: Head): boolean {
  return (
    head.modifiedAt > modifiedAfter &&
    (actions.length === 0 || actions.includes(head.action)) &&
    (start === undefined || order.compare({ modifiedAt: head.modifiedAt, id }, start) > 0)
  )
}
