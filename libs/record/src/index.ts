export { type EncodedRecord, encodeRecord } from './encode-record.ts'
export { batchOf, recordsOf } from './record-batch.ts'
