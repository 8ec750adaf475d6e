import { encodeCursor } from './cursor.ts'
import { Action, type ReadRow } from './record-log.ts'

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
    // Dropped when payloads were kept for a shorter time than now.
    return row.payload.length === 0 ? now : 0
  }
}

/** The JSON text of a record with its metadata. The payload is never parsed: the metadata goes before its last brace. */
export function recordJson(row: ReadRow, prunedAt: number): Buffer {
  const body = prunedAt > 0 ? idOnly(row) : row.payload
  const metadata = JSON.stringify({
    first_seen_at: iso(row.firstSeenAt),
    last_modified_at: iso(row.modifiedAt),
    last_action: actionName[row.action],
    deleted_at: row.action === Action.deleted ? iso(row.modifiedAt) : null,
    pruned_at: prunedAt > 0 ? iso(prunedAt) : null,
    cursor: encodeCursor(row),
  })
  return Buffer.concat([body.subarray(0, -1), Buffer.from(`,"_nango_metadata":${metadata}}`)])
}

export function recordsJson(records: Buffer[]): Buffer {
  const parts = records.flatMap((record, i) => (i === 0 ? [record] : [comma, record]))
  return Buffer.concat([open, ...parts, close])
}

const idOnly = (row: ReadRow) => Buffer.from(`{"id":${row.numericId ? row.id : JSON.stringify(row.id)}}`)

const actionName = { [Action.added]: 'ADDED', [Action.updated]: 'UPDATED', [Action.deleted]: 'DELETED' }
const [open, comma, close] = [Buffer.from('['), Buffer.from(','), Buffer.from(']')]
const iso = (ms: number) => new Date(ms).toISOString()
