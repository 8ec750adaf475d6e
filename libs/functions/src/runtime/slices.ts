import { RECORDS_PER_CALL, SKIPPED_ID_CHARS, SKIPPED_REASON_CHARS } from '../host/call-limits.ts'
import { sendableRecord } from './sendable-record.ts'

const MAX_BYTES = 4 * 1024 * 1024
/** Limit of one record, which then is a slice of its own. A message may have 8 MiB: `frameBytes` of the sandbox. */
const RECORD_MAX_BYTES = 8_000_000

export interface Slice {
  /** Index of its first record in the list. */
  first: number
  records: unknown[]
  /** Records of this part of the list that can't be sent. */
  skipped: { id?: string; reason: string }[]
  /** Ids of records in which half of a surrogate pair was replaced. */
  mended: string[]
}

/** Splits a list into parts that each fit into one message. A record that fits into none is told, and stops no other. */
export function* slices(list: unknown[]): Generator<Slice> {
  let slice: Slice = { first: 0, records: [], skipped: [], mended: [] }
  let bytes = 0
  for (const [index, given] of list.entries()) {
    const part = sized(given)
    const count = slice.records.length + slice.skipped.length
    if (count > 0 && (count >= RECORDS_PER_CALL || bytes + part.bytes > MAX_BYTES)) {
      yield slice
      slice = { first: index, records: [], skipped: [], mended: [] }
      bytes = 0
    }
    bytes += part.bytes
    if (part.kind === 'skipped') slice.skipped.push(part.skipped)
    else {
      slice.records.push(part.record)
      if (part.mended) slice.mended.push(idText(part.record))
    }
  }
  if (slice.records.length + slice.skipped.length > 0) yield slice
}

type Sized =
  | { kind: 'record'; bytes: number; record: unknown; mended: boolean }
  | { kind: 'skipped'; bytes: number; skipped: Slice['skipped'][number] }

function sized(given: unknown): Sized {
  const sendable = sendableRecord(given)
  if (sendable.kind === 'unsendable') return skip(sendable.id, sendable.reason)
  const { record, mended } = sendable
  const bytes = jsonBytes(record)
  if (bytes === undefined) return skip(idText(record), 'is too large to be encoded')
  if (bytes > RECORD_MAX_BYTES) {
    return skip(idText(record), `has ${bytes} bytes; a record may have ${RECORD_MAX_BYTES}`)
  }
  return { kind: 'record', bytes, record, mended }
}

function skip(id: string | undefined, reason: string): Sized {
  const skipped = {
    ...(id && { id: id.slice(0, SKIPPED_ID_CHARS).toWellFormed() }),
    reason: reason.slice(0, SKIPPED_REASON_CHARS).toWellFormed(),
  }
  return { kind: 'skipped', bytes: Buffer.byteLength(JSON.stringify(skipped)), skipped }
}

function jsonBytes(record: unknown): number | undefined {
  try {
    return Buffer.byteLength(JSON.stringify(record) ?? '')
  } catch {
    return undefined // longer than a string can be
  }
}

const idText = (record: unknown): string =>
  typeof record === 'object' && record !== null && 'id' in record ? String(record.id) : ''
