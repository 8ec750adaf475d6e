import { RunsDefinition } from '@syncline/proto'
import { expect, test } from 'vitest'
import { withOneWriter } from './one-writer.ts'

const type = withOneWriter(RunsDefinition).methods.getCheckpoint.responseType
/** As nice-grpc does it. */
const encoded = (json: string) => Buffer.from(type.encode({ json }).finish())

test.each([0, 100, 10_000, 6_000_000])(
  'a message of %i bytes stays as it is while others are encoded',
  (size) => {
    const bytes = encoded('a'.repeat(size))
    encoded('b'.repeat(10))
    encoded('c'.repeat(size))
    expect(type.decode(bytes)).toEqual({ json: 'a'.repeat(size) })
  },
)

test('one that can not be encoded leaves nothing behind for the next', () => {
  const { requestType } = withOneWriter(RunsDefinition).methods.getCheckpoint
  const wrong = { environment: 'dev', runId: 'r', attempt: -1 }
  expect(() => requestType.encode(wrong)).toThrow()
  expect(type.decode(encoded('whole'))).toEqual({ json: 'whole' })
})
