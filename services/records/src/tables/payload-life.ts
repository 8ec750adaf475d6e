import type { ReadRow } from './record-log.ts'

const DAY_MS = 24 * 3600 * 1000

/** How long payloads are kept after they were written. */
export class PayloadLife {
  readonly ms: number

  constructor(days: number) {
    this.ms = days * DAY_MS
  }

  /** Payloads written until this instant are gone. */
  expiry(now: number): number {
    return now - this.ms
  }

  /** Since when there is no payload; 0 = there is one. Time decides, whether or not the table has dropped it yet. */
  prunedAt(row: ReadRow, now: number): number {
    if (row.prunedAt > 0) return row.prunedAt
    if (row.writtenAt <= this.expiry(now)) return row.writtenAt + this.ms
    // Dropped when payloads were kept for a shorter time than now. A caller who has not read the payload can't know.
    return row.payload.length === 0 && !row.origin?.withoutPayload ? now : 0
  }

  /** Until when these rows look as they do now, if nothing changes them: the first of their payloads expires then. */
  changesAt(rows: ReadRow[], now: number): number {
    let first = Number.POSITIVE_INFINITY
    for (const row of rows) {
      if (row.prunedAt > 0 || row.writtenAt <= this.expiry(now)) continue
      // A payload that was dropped early: `prunedAt` is now.
      const isDropped = row.payload.length === 0 && !row.origin?.withoutPayload
      first = Math.min(first, isDropped ? now : row.writtenAt + this.ms)
    }
    return first
  }
}
