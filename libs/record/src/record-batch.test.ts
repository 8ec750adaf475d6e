import { RecordBatch } from '@syncline/proto'
import { expect, test } from 'vitest'
import { encodeRecord } from './encode-record.ts'
import { batchOf, batchOfTexts, readBatch } from './record-batch.ts'

const records = [{ id: 1, a: 'é' }, { id: 'two 🙂' }, { id: '3', deep: { b: [null] } }].map((value) =>
  encodeRecord(value),
)
const sent = (batch: RecordBatch) => RecordBatch.decode(RecordBatch.encode(batch).finish())

test('records come out of a batch as they went in', () => {
  const batch = readBatch(sent(batchOf(records)))
  expect(batch.ids).toEqual(records.map(({ id }) => id))
  expect(batch.bytes).toBe(records.reduce((sum, { id, payload }) => sum + id.length + payload.length, 0))
  expect(batch.records()).toEqual(records)
  expect(readBatch(sent(batchOf([]))).records()).toEqual([])
})

/** As if the bytes of the first payload were the second one's: the sum is right. */
function sizesOfTheRest(): number[] {
  const [first = 0, second = 0, ...rest] = records.map(({ payload }) => payload.length)
  return [first + second, ...rest]
}

test('an id may have 1 024 characters', () => {
  const long = encodeRecord({ id: 'x'.repeat(1024) })
  expect(readBatch(sent(batchOf([long]))).ids).toEqual([long.id])
})

test.each([
  ['no batch', undefined],
  ['an empty id', { ids: ['', '2', '3'] }],
  ['an id with NUL', { ids: ['a\0b', '2', '3'] }],
  ['an id that is too long', { ids: ['a'.repeat(1025), '2', '3'] }],
  ['an id too many', { ids: ['1', '2', '3', '4'] }],
  ['an id too few', { ids: ['1', '2'] }],
  ['a payload of nothing', { payloadBytes: [0, ...sizesOfTheRest()] }],
  ['payloads that end too early', { payloads: Buffer.from('{}') }],
  ['a hash that is cut', { hashes: Buffer.alloc(47) }],
])('%s is refused', (_name, wrong) => {
  const batch = wrong && sent({ ...batchOf(records), ...wrong })
  const refusal = wrong
    ? { code: 'invalid_record', message: expect.stringContaining('was not made by encodeRecord') }
    : { code: 'invalid_body', message: 'the call has no batch' }
  expect(() => readBatch(batch)).toThrow(expect.objectContaining(refusal) as Error)
})

test('texts one after the other are the batch of their records', () => {
  const { payloads, payloadBytes, ...batch } = batchOf(records)
  expect(batchOfTexts(Buffer.from(payloads), payloadBytes)).toEqual({ ...batch, payloads, payloadBytes })
  expect(batchOfTexts(Buffer.alloc(0), [])).toMatchObject({ ids: [] })
})

test.each([
  ['a size that is too large', (bytes: Buffer, sizes: number[]) => [bytes, [...sizes, 1]] as const],
  ['bytes that belong to no record', (bytes: Buffer, sizes: number[]) => [bytes, sizes.slice(1)] as const],
  ['sizes that cut records', (bytes: Buffer) => [bytes, sizesOfTheRest()] as const],
  ['bytes that are no UTF-8', () => [Buffer.from('{"id":"a\xff"}', 'latin1'), [10]] as const],
])('%s: no batch is made of it', (_name, change) => {
  const { payloads, payloadBytes } = batchOf(records)
  expect(batchOfTexts(...(change(Buffer.from(payloads), payloadBytes) as [Buffer, number[]]))).toBeUndefined()
})
