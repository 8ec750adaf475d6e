import { recordsContract } from '@syncline/testkit/records'
import { startRecords } from './harness.ts'

recordsContract(async () => {
  const store = await startRecords()
  return { port: store.service.port, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
})
