export { encodeRecord } from './encode-record.ts'
export { wholePage } from './whole-page.ts'
