import { type Columns, originsOnly, type ReadRow } from '../tables/record-log.ts'

const MAX_RECORDS = 10_000
/** Most pages are smaller than this, and never end early because of how their memory is estimated. */
const MIN_BYTES = 1024 * 1024
/** Records of a page may be so much larger than the average of their stream. */
const VARIANCE = 2
/** What a row takes beside its payload and its id. */
const ROW_BYTES = 500
/** A pruned record is nothing but its id, and a cursor with it. */
const ID_COPIES = 2

/** What a page may hold at most. */
export type PageBound = { records: number; bytes: number }

export type Page<T> = { items: T[]; more: boolean }

/** Bytes are estimated from the stream's average payload: a page reserves no more memory than it is likely to need. */
export function boundOf(limit: number, averageBytes: number | undefined, maxBytes: number): PageBound {
  const records = Math.min(Math.max(limit, 1), MAX_RECORDS)
  const estimate = averageBytes === undefined ? maxBytes : records * (averageBytes * VARIANCE + ROW_BYTES)
  return { records, bytes: Math.min(Math.max(estimate, MIN_BYTES), maxBytes) }
}

/** The first of what was found, as far as a page holds them: at least one, however large. */
export function pageOf<T>(found: T[], bound: PageBound, sizeOf: (item: T) => number): Page<T> {
  const end = endOfPage(found, bound, sizeOf)
  return end === found.length ? { items: found, more: false } : { items: found.slice(0, end), more: true }
}

/** Where a page ends that begins at `start`. */
export function endOfPage<T>(found: T[], bound: PageBound, sizeOf: (item: T) => number, start = 0): number {
  let bytes = 0
  for (let end = start; end < found.length; end++) {
    bytes += sizeOf(found[end] as T) // end < found.length
    if (end - start === bound.records || (end > start && bytes > bound.bytes)) return end
  }
  return found.length
}

/** What a version adds to an answer: its payload, and its id, which is in its cursor too. */
export const answerBytes = ({ id, size }: { id: string; size: number }) => size + ID_COPIES * id.length

/** The same for a page that is read with these columns. */
export const bytesOf = (columns: Columns) => (columns === originsOnly ? idBytes : answerBytes)

const idBytes = ({ id }: { id: string }) => answerBytes({ id, size: 0 })

export const payloadBytes = ({ id, payload }: ReadRow) => answerBytes({ id, size: payload.length })

export const rowBytes = (row: ReadRow) => payloadBytes(row) + ROW_BYTES

/** What rows hold in memory. Their payloads are views of answers, which stay there as a whole. */
export function memoryOf(rows: ReadRow[]): number {
  let bytes = rows.reduce((sum, { id }) => sum + ROW_BYTES + ID_COPIES * id.length, 0)
  for (const answer of new Set(rows.map(({ payload }) => payload.buffer))) bytes += answer.byteLength
  return bytes
}
