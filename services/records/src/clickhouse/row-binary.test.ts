import { expect, test } from 'vitest'
import { RowReader, RowWriter } from './row-binary.ts'

function roundTrip<T>(write: (writer: RowWriter) => void, read: (reader: RowReader) => T): T {
  const writer = new RowWriter()
  write(writer)
  const reader = new RowReader(writer.finish())
  const value = read(reader)
  expect(reader.done).toBe(true)
  return value
}

test.each([0, 1, 127, 128, 2 ** 32 - 1, 2 ** 32, 1_700_000_000_123, Number.MAX_SAFE_INTEGER, -1, -(2 ** 40)])(
  'an instant of %d ms comes back',
  (value) =>
    expect(
      roundTrip(
        (w) => w.int64(value),
        (r) => r.int64(),
      ),
    ).toBe(value),
)

test.each(['', 'a', 'ä 🚀 \n \' "', 'x'.repeat(127), 'x'.repeat(128), 'ü'.repeat(200_000)])(
  'a text comes back',
  (value) =>
    expect(
      roundTrip(
        (w) => w.string(value),
        (r) => r.string(),
      ),
    ).toBe(value),
)

test('texts that rows have in common come back', () => {
  const texts = ['run 1', 'run 1', 'rün 2', '', '', 'run 1']
  const values = roundTrip(
    (w) => {
      for (const text of texts) w.repeated(text)
    },
    (r) => texts.map(() => r.string()),
  )
  expect(values).toEqual(texts)
})

test('bytes and small numbers come back', () => {
  const bytes = Buffer.from([0, 255, 13])
  const values = roundTrip(
    (w) => {
      w.string(bytes)
      w.int8(-1)
      w.uint8(200)
      w.uint32(4_000_000_000)
      w.fixed(bytes)
    },
    (r) => [r.bytes(), r.int8(), r.uint8(), r.uint32(), r.fixed(3)],
  )
  expect(values).toEqual([bytes, -1, 200, 4_000_000_000, bytes])
})

test('a UUID comes back, with each half in reverse order on the wire', () => {
  const uuid = '00010203-0405-0607-0809-0a0b0c0d0e0f'
  expect(
    roundTrip(
      (w) => w.uuid(uuid),
      (r) => r.uuid(),
    ),
  ).toBe(uuid)
  const writer = new RowWriter()
  writer.uuid(uuid)
  expect(writer.finish().toString('hex')).toBe('07060504030201000f0e0d0c0b0a0908')
})

test('UUIDs that repeat and change come back', () => {
  const a = '00010203-0405-0607-0809-0a0b0c0d0e0f'
  const b = 'ffffffff-0405-0607-0809-0a0b0c0d0e0f'
  const values = roundTrip(
    (w) => {
      for (const uuid of [a, a, b, a]) w.uuid(uuid)
    },
    (r) => [r.uuid(), r.uuid(), r.uuid(), r.uuid()],
  )
  expect(values).toEqual([a, a, b, a])
})
