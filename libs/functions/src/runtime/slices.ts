import { encodeText, type RecordText, UnencodableRecord } from '@syncline/record'
import { RECORDS_PER_CALL, SKIPPED_ID_CHARS, SKIPPED_REASON_CHARS } from '../host/call-limits.ts'

const MAX_BYTES = 4 * 1024 * 1024
/** Limit of one record, which then is a slice of its own. A message may have 8 MiB: `frameBytes` of the sandbox. */
const RECORD_MAX_BYTES = 8_000_000

export interface Slice {
  /** The records, one after the other. */
  text: string
  /** How many bytes each of them has. */
  sizes: number[]
  /** Records of this part of the list that can't be stored. */
  skipped: { index: number; id?: string; reason: string }[]
  /** Ids of records in which half of a surrogate pair was replaced. */
  mended: string[]
}

/** Splits a list into parts that each fit into one message. A record that fits into none is told, and stops no other. */
export function* slices(list: unknown[]): Generator<Slice> {
  let texts: string[] = []
  let slice = emptySlice()
  let bytes = 0
  for (const [index, given] of list.entries()) {
    const part = sized(given, index)
    const count = slice.sizes.length + slice.skipped.length
    if (count > 0 && (count >= RECORDS_PER_CALL || bytes + part.bytes > MAX_BYTES)) {
      yield { ...slice, text: texts.join('') }
      texts = []
      slice = emptySlice()
      bytes = 0
    }
    bytes += part.bytes
    if (part.kind === 'skipped') slice.skipped.push(part.skipped)
    else {
      texts.push(part.record.text)
      slice.sizes.push(part.bytes)
      if (part.record.isMended) slice.mended.push(part.record.id)
    }
  }
  if (slice.sizes.length + slice.skipped.length > 0) yield { ...slice, text: texts.join('') }
}

const emptySlice = (): Slice => ({ text: '', sizes: [], skipped: [], mended: [] })

type Sized =
  | { kind: 'record'; bytes: number; record: RecordText }
  | { kind: 'skipped'; bytes: number; skipped: Slice['skipped'][number] }

function sized(given: unknown, index: number): Sized {
  try {
    const record = encodeText(given)
    const bytes = Buffer.byteLength(record.text)
    if (bytes <= RECORD_MAX_BYTES) return { kind: 'record', bytes, record }
    return skip(index, record.id, `has ${bytes} bytes; a record may have ${RECORD_MAX_BYTES}`)
  } catch (error) {
    if (!(error instanceof UnencodableRecord)) throw error
    return skip(index, error.id, error.reason)
  }
}

function skip(index: number, id: string | undefined, reason: string): Sized {
  const skipped = {
    index,
    ...(id && { id: id.slice(0, SKIPPED_ID_CHARS).toWellFormed() }),
    reason: reason.slice(0, SKIPPED_REASON_CHARS).toWellFormed(),
  }
  return { kind: 'skipped', bytes: Buffer.byteLength(JSON.stringify(skipped)), skipped }
}
