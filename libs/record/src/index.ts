export { deepMerge } from './deep-merge.ts'
export { type EncodedRecord, encodeRecord } from './encode-record.ts'
export { encodeText, type RecordText } from './encode-text.ts'
export { isObject } from './is-object.ts'
export { type Batch, batchOf, batchOfTexts, readBatch } from './record-batch.ts'
export {
  CURSOR_MAX_CHARS,
  isRecordId,
  RECORD_ID_MAX_BYTES,
  RECORD_ID_MAX_CHARS,
  recordId,
} from './record-id.ts'
export { shortId, UnencodableRecord } from './unencodable-record.ts'
export { wholePage } from './whole-page.ts'
