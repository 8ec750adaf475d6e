import { RunsDefinition } from '@syncline/proto'
import { expect, test } from 'vitest'
import { withOneWriter } from './one-writer.ts'

const type = withOneWriter(RunsDefinition).methods.saveCheckpoint.requestType
/** As nice-grpc does it. */
const encoded = (json: string) => Buffer.from(type.encode({ runId: '', attempt: 0, json }).finish())

test.each([0, 100, 10_000, 6_000_000])(
  'a message of %i bytes stays as it is while others are encoded',
  (size) => {
    const bytes = encoded('a'.repeat(size))
    encoded('b'.repeat(10))
    encoded('c'.repeat(size))
    expect(type.decode(bytes)).toMatchObject({ json: 'a'.repeat(size) })
  },
)

test('one that can not be encoded leaves nothing behind for the next', () => {
  const { requestType } = withOneWriter(RunsDefinition).methods.saveCheckpoint
  const wrong = { runId: 'r', attempt: -1, json: '' }
  expect(() => requestType.encode(wrong)).toThrow()
  expect(type.decode(encoded('whole'))).toMatchObject({ json: 'whole' })
})
