import { FakeRecords, recordsContract } from '../src/records/index.ts'

recordsContract(() => new FakeRecords().serve())
