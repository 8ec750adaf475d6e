import { type EncodedRecord, encodeRecord } from './encode-record.ts'
import { UnencodableRecord } from './unencodable-record.ts'

/** A record that can't be stored: its index in the list, its id as text if it is known, and what it has or is. */
export type SkippedRecord = { index: number; id: string | undefined; reason: string }

/** Encodes a list of records. One that can't be encoded does not stop the others. */
export function encodeRecords(values: unknown[]): { records: EncodedRecord[]; skipped: SkippedRecord[] } {
  const records: EncodedRecord[] = []
  const skipped: SkippedRecord[] = []
  for (const [index, value] of values.entries()) {
    try {
      records.push(encodeRecord(value))
    } catch (error) {
      if (!(error instanceof UnencodableRecord)) throw error
      skipped.push({ index, id: error.id, reason: error.reason })
    }
  }
  return { records, skipped }
}
