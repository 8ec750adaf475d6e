export { type RecordsUnderTest, recordsContract } from './contract/index.ts'
export { FakeRecords, type RecordsCall } from './fake-records.ts'
export {
  brief,
  cursorOf,
  instantOf,
  type Json,
  type ListedRecord,
  type StreamCalls,
  streamCalls,
} from './stream-calls.ts'
