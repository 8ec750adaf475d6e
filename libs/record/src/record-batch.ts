import { AppError } from '@syncline/errors'
import type { RecordBatch } from '@syncline/proto'
import { bufferView } from './buffer-view.ts'
import { type EncodedRecord, HASH_BYTES, ID_MAX_LENGTH } from './encode-record.ts'

export function batchOf(records: EncodedRecord[]): RecordBatch {
  return {
    ids: records.map(({ id }) => id),
    numericIds: records.flatMap(({ numericId }, i) => (numericId ? [i] : [])),
    payloads: Buffer.concat(records.map(({ payload }) => payload)),
    payloadBytes: records.map(({ payload }) => payload.length),
    hashes: Buffer.concat(records.map(({ hash }) => hash)),
  }
}

/** The records of a batch as it arrives; their payloads and hashes are views of it. */
export function recordsOf(batch: RecordBatch | undefined): EncodedRecord[] {
  if (batch === undefined) throw new AppError('invalid_body', 'the call has no batch')
  const { ids, numericIds, payloadBytes } = batch
  const [payloads, hashes] = [bufferView(batch.payloads), bufferView(batch.hashes)]
  const numeric = new Set(numericIds)
  let end = 0
  const records = ids.map((id, i): EncodedRecord => {
    const start = end
    end += payloadBytes[i] ?? 0
    const hash = hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)
    // NUL separates ids in a look-up; a text of another length would shift all columns after it, of other rows too.
    if (id === '' || id.length > ID_MAX_LENGTH || id.includes('\0') || end === start)
      throw notOurs(`record '${id}'`)
    return { id, numericId: numeric.has(i), payload: payloads.subarray(start, end), hash }
  })
  if (end !== payloads.length || hashes.length !== ids.length * HASH_BYTES) throw notOurs('a batch')
  return records
}

const notOurs = (what: string) => new AppError('invalid_record', `${what} was not made by encodeRecord`)
