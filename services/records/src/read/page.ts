import type { ListRecordsResponse } from '@syncline/proto'
import type { Store } from '../store.ts'
import type { ReadRow } from '../tables/record-log.ts'
import { encodeCursor } from './cursor.ts'
import { recordsJson } from './record-json.ts'

const MAX_RECORDS = 10_000
/** Large enough that a piece costs little beside its records, small enough to be many times in memory. */
const PIECE = { records: 1000, bytes: 1024 * 1024 }

/** What a page may hold at most: it is in our memory, the gateway's and the client's. */
export type PageBound = { records: number; bytes: number }

export type Page<T> = { items: T[]; more: boolean }

export function boundOf({ pageBytes }: Store, limit: number): PageBound {
  return { records: Math.min(Math.max(limit, 1), MAX_RECORDS), bytes: pageBytes }
}

/** The first of what was found, as far as a page holds them: at least one, however large. */
export function pageOf<T>(found: T[], bound: PageBound, sizeOf: (item: T) => number): Page<T> {
  let bytes = 0
  const end = found.findIndex((item, i) => {
    bytes += sizeOf(item)
    return i >= bound.records || (i > 0 && bytes > bound.bytes)
  })
  return end === -1 ? { items: found, more: false } : { items: found.slice(0, end), more: true }
}

export const payloadBytes = (row: ReadRow) => row.payload.length

/** A page in pieces. Each is made when it is asked for: who takes them slowly holds no more text than one. */
export function* pageAnswer(
  { life, clock }: Pick<Store, 'life' | 'clock'>,
  { items, more }: Page<ReadRow>,
): Generator<ListRecordsResponse, undefined> {
  const now = clock()
  const prunedAtOf = (row: ReadRow) => life.prunedAt(row, now)
  const last = items.at(-1)
  const end = more && last ? encodeCursor(last) : ''
  for (let from = 0, closes = false; !closes; ) {
    const piece = pageOf(items.slice(from), PIECE, payloadBytes)
    closes = !piece.more
    const records = recordsJson(piece.items, prunedAtOf, { opens: from === 0, closes })
    yield { records, nextCursor: closes ? end : '' }
    from += piece.items.length
  }
}
