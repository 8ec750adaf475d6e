export { type EncodedRecord, encodeRecord } from './encode-record.ts'
export { isObject } from './is-object.ts'
export { type Batch, batchOf, readBatch } from './record-batch.ts'
export { wholePage } from './whole-page.ts'
