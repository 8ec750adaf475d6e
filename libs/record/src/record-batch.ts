import { isUtf8 } from 'node:buffer'
import { AppError } from '@syncline/errors'
import type { RecordBatch } from '@syncline/proto'
import { bufferView } from './buffer-view.ts'
import { checkedId } from './checked-id.ts'
import { type EncodedRecord, HASH_BYTES, hashOf } from './encode-record.ts'
import { isRecordId } from './record-id.ts'
import { shortId } from './unencodable-record.ts'

/** Records of one save. */
export type Batch = {
  ids: string[]
  /** Of all payloads and ids. */
  bytes: number
  /** Creates the records, as views of the received message: until then a queued batch is a few objects, not hundreds. */
  records(): EncodedRecord[]
}

export function batchOf(records: EncodedRecord[]): RecordBatch {
  return {
    ids: records.map(({ id }) => id),
    numericIds: records.flatMap(({ numericId }, i) => (numericId ? [i] : [])),
    payloads: Buffer.concat(records.map(({ payload }) => payload)),
    payloadBytes: records.map(({ payload }) => payload.length),
    hashes: Buffer.concat(records.map(({ hash }) => hash)),
  }
}

/**
 * The batch of records whose texts lie one after the other in `payloads`, with so many bytes each. Undefined if one of them is no
 * record as `encodeText` makes it.
 */
export function batchOfTexts(payloads: Buffer, payloadBytes: number[]): RecordBatch | undefined {
  if (!isUtf8(payloads)) return undefined
  const ids: string[] = []
  const numericIds: number[] = []
  const hashes = Buffer.allocUnsafe(payloadBytes.length * HASH_BYTES)
  let end = 0
  for (const [index, bytes] of payloadBytes.entries()) {
    const start = end
    end += bytes
    const found = end <= payloads.length ? checkedId(payloads, start, end) : undefined
    if (found === undefined) return undefined
    ids.push(found.id)
    if (found.isNumber) numericIds.push(index)
    hashOf(payloads.subarray(start, end)).copy(hashes, index * HASH_BYTES)
  }
  return end === payloads.length ? { ids, numericIds, payloads, payloadBytes, hashes } : undefined
}

/** Reads a received batch. */
export function readBatch(batch: RecordBatch | undefined): Batch {
  if (batch === undefined) throw new AppError('invalid_body', 'the call has no batch')
  const { ids, payloadBytes, payloads, hashes } = batch
  let [end, idChars] = [0, 0]
  for (const [i, id] of ids.entries()) {
    const size = payloadBytes[i] ?? 0
    // An id of wrong length would shift the columns of this and of other rows.
    if (!isRecordId(id) || size === 0) throw notOurs(`record '${shortId(id)}'`)
    end += size
    idChars += id.length
  }
  if (end !== payloads.length || hashes.length !== ids.length * HASH_BYTES) throw notOurs('a batch')
  return { ids, bytes: end + idChars, records: () => recordsOf(batch) }
}

function recordsOf({ ids, numericIds, payloadBytes, ...batch }: RecordBatch): EncodedRecord[] {
  const [payloads, hashes] = [bufferView(batch.payloads), bufferView(batch.hashes)]
  const numeric = new Set(numericIds)
  let end = 0
  return ids.map((id, i) => {
    const start = end
    end += payloadBytes[i] as number // one for each id
    const hash = hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)
    return { id, numericId: numeric.has(i), payload: payloads.subarray(start, end), hash }
  })
}

const notOurs = (what: string) => new AppError('invalid_record', `${what} was not made by encodeRecord`)
