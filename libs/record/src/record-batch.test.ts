import { RecordBatch } from '@syncline/proto'
import { expect, test } from 'vitest'
import { encodeRecord } from './encode-record.ts'
import { batchOf, readBatch } from './record-batch.ts'

const records = [{ id: 1, a: 'é' }, { id: 'two 🙂' }, { id: '3', deep: { b: [null] } }].map((value) =>
  encodeRecord(value),
)
const sent = (batch: RecordBatch) => RecordBatch.decode(RecordBatch.encode(batch).finish())

test('records come out of a batch as they went in', () => {
  const batch = readBatch(sent(batchOf(records)))
  expect(batch.ids).toEqual(records.map(({ id }) => id))
  expect(batch.bytes).toBe(records.reduce((sum, { payload }) => sum + payload.length, 0))
  expect(batch.records()).toEqual(records)
  expect(readBatch(sent(batchOf([]))).records()).toEqual([])
})

test.each([
  ['no batch', undefined],
  ['an empty id', { ids: ['', '2', '3'] }],
  ['an id with NUL', { ids: ['a\0b', '2', '3'] }],
  ['an id that is too long', { ids: ['a'.repeat(256), '2', '3'] }],
  ['an id too many', { ids: ['1', '2', '3', '4'] }],
  ['an id too few', { ids: ['1', '2'] }],
  ['a payload of nothing', { payloadBytes: [0, 10, 10] }],
  ['payloads that end too early', { payloads: Buffer.from('{}') }],
  ['a hash that is cut', { hashes: Buffer.alloc(47) }],
])('%s is refused', (_name, wrong) => {
  const batch = wrong && sent({ ...batchOf(records), ...wrong })
  expect(() => readBatch(batch)).toThrow(/no batch|was not made by encodeRecord/)
})
