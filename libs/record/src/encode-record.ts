import { hash } from 'node:crypto'
import { encodeText } from './encode-text.ts'

export const HASH_BYTES = 16

export type EncodedRecord = {
  id: string
  /** The payload's id is a number. */
  numericId: boolean
  /** Canonical JSON of an object. */
  payload: Buffer
  /** Of the payload: equal hashes mean an unchanged record. */
  hash: Buffer
}

/**
 * Encodes a record for the record store. Its text is canonical JSON, so another order of keys is not a change. Errors call the
 * record `name`: `records[3] of model 'Issue'`.
 *
 * @throws UnencodableRecord
 */
export function encodeRecord(value: unknown, name?: string): EncodedRecord {
  const { id, isNumber, text } = encodeText(value, name)
  const payload = Buffer.from(text)
  return { id, numericId: isNumber, payload, hash: hashOf(payload) }
}

export const hashOf = (payload: Uint8Array): Buffer =>
  hash('sha256', payload, 'buffer').subarray(0, HASH_BYTES)
