export { encodeRecord } from './encode-record.ts'
