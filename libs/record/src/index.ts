export { type EncodedRecord, encodeRecord } from './encode-record.ts'
export { batchOf, recordsOf } from './record-batch.ts'
export { wholePage } from './whole-page.ts'
