export { type EncodedRecord, encodeRecord } from './encode-record.ts'
export { type Batch, batchOf, readBatch } from './record-batch.ts'
export { wholePage } from './whole-page.ts'
