import type { ListRecordsResponse } from '@syncline/proto'
import { encodeCursor } from './cursor.ts'
import { recordJson, recordsJson } from './record-json.ts'
import type { ReadRow } from './record-log.ts'
import type { Store } from './store.ts'

const MAX_RECORDS = 10_000

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

export function pageAnswer({ life, clock }: Store, { items, more }: Page<ReadRow>): ListRecordsResponse {
  const now = clock()
  const last = items.at(-1)
  return {
    records: recordsJson(items.map((row) => recordJson(row, life.prunedAt(row, now)))),
    nextCursor: more && last ? encodeCursor(last) : '',
  }
}
