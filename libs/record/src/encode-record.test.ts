import { AppError } from '@syncline/errors'
import { expect, test } from 'vitest'
import { encodeRecord } from './encode-record.ts'

const hash = (value: unknown) => encodeRecord(value).hash.toString('hex')
const text = (value: unknown) => encodeRecord(value).payload.toString()
const errorOf = (value: unknown) => {
  try {
    encodeRecord(value, "records[3] of model 'Issue'")
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`
    throw error
  }
  throw new Error('was taken')
}

test('the payload is the JSON text in its own key order', () => {
  expect(text({ id: 'a', z: 1, b: [{ y: 1, x: null }] })).toBe('{"id":"a","z":1,"b":[{"y":1,"x":null}]}')
})

test('our own metadata is not part of a record', () => {
  const record = { id: 'a', _nango_metadata: { cursor: 'x' } }
  expect(text(record)).toBe('{"id":"a"}')
  expect(hash(record)).toBe(hash({ id: 'a' }))
})

test('another order of keys is not a change, at any depth', () => {
  expect(hash({ id: 'a', n: { x: 1, y: [{ p: 1, q: 2 }] } })).toBe(
    hash({ n: { y: [{ q: 2, p: 1 }], x: 1 }, id: 'a' }),
  )
})

test('the order of arrays and the types of values are changes', () => {
  const hashes = [{ a: [1, 2] }, { a: [2, 1] }, { a: '1' }, { a: 1 }, { a: null }, {}].map((fields) =>
    hash({ id: 'x', ...fields }),
  )
  expect(new Set(hashes).size).toBe(hashes.length)
})

test('what JSON drops or turns into text makes no difference', () => {
  const at = new Date(0)
  expect(hash({ id: 'a', at, gone: undefined })).toBe(hash({ id: 'a', at: at.toISOString() }))
  expect(text({ id: 'a', n: Number.NaN })).toBe('{"id":"a","n":null}')
})

test('a hash has 16 bytes', () => {
  expect(encodeRecord({ id: 1 }).hash).toHaveLength(16)
})

test('ids may be numbers, 0 too', () => {
  expect(encodeRecord({ id: 0 })).toMatchObject({ id: '0', numericId: true })
  expect(encodeRecord({ id: -0 })).toMatchObject({ id: '0', numericId: true })
  expect(encodeRecord({ id: 1e21 })).toMatchObject({ id: '1e+21', numericId: true })
  expect(encodeRecord({ id: '0' })).toMatchObject({ id: '0', numericId: false })
})

test('ids lose NULs and keep everything else', () => {
  expect(encodeRecord({ id: 'a\0b' }).id).toBe('ab')
  expect(encodeRecord({ id: '👩‍🚀 / "q" \n' }).id).toBe('👩‍🚀 / "q" \n')
})

test.each(['__proto__', 'constructor', 'toString'])('%s is an id like any other', (id) => {
  expect(encodeRecord({ id, [id]: 1 })).toMatchObject({ id, numericId: false })
})

test('a text that was cut inside an emoji is repaired, not refused', () => {
  const cut = '🚀'.slice(0, 1)
  expect(text({ id: 'a', title: `go ${cut}` })).toBe('{"id":"a","title":"go �"}')
  expect(encodeRecord({ id: `x${cut}` }).id).toBe('x�')
})

test('a record with a key __proto__ stays what it is', () => {
  expect(text(JSON.parse('{"id":"a","__proto__":{"x":1}}'))).toBe('{"id":"a","__proto__":{"x":1}}')
})

test.each([
  [null, "invalid_record: records[3] of model 'Issue' is null; a record is an object with an id"],
  [
    'text',
    `invalid_record: records[3] of model 'Issue' is the string "text"; a record is an object with an id`,
  ],
  [[1], "invalid_record: records[3] of model 'Issue' is an array; a record is an object with an id"],
  [{}, "invalid_record: records[3] of model 'Issue' has no id"],
  [{ id: null }, "invalid_record: records[3] of model 'Issue' has no id"],
  [{ id: '' }, "invalid_record: records[3] of model 'Issue' has an empty id"],
  [{ id: '\0' }, "invalid_record: records[3] of model 'Issue' has an empty id"],
  [{ id: Number.NaN }, /has the number "NaN" as its id/],
  [{ id: true }, /has the boolean "true" as its id/],
  [{ id: { a: 1 } }, /has an object .* as its id/],
  [{ id: Number.POSITIVE_INFINITY }, /has the number "Infinity" as its id/],
  [{ id: 1n }, /has the bigint "1" as its id/],
  [{ id: 'x'.repeat(256) }, /has an id of 256 characters, 255 are allowed: 'x{40}…'/],
  [{ id: 'a', n: 1n }, /\(id 'a'\) is not JSON: .*BigInt/],
])('%o is refused with what is wrong', (value, message) => {
  expect(errorOf(value)).toMatch(message)
})

test('an id may have 255 characters, and a record that gives no JSON is refused', () => {
  expect(encodeRecord({ id: 'x'.repeat(255) }).id).toHaveLength(255)
  expect(errorOf({ id: 'a', toJSON: () => undefined })).toMatch(
    /^invalid_record: records\[3\] of model 'Issue' \(id 'a'\) is not JSON: /,
  )
})

test('a circular record is refused', () => {
  const record: { id: string; self?: unknown } = { id: 'a' }
  record.self = record
  expect(errorOf(record)).toMatch(/not JSON: .*circular/i)
})
