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

test('the payload is the JSON text with its keys in order', () => {
  expect(text({ id: 'a', z: 1, b: [{ y: 1, x: null }] })).toBe('{"b":[{"x":null,"y":1}],"id":"a","z":1}')
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
})

test('a hash has 16 bytes', () => {
  expect(encodeRecord({ id: 1 }).hash).toHaveLength(16)
})

test('ids may be numbers, 0 too', () => {
  expect(encodeRecord({ id: 0 })).toMatchObject({ id: '0', numericId: true })
  expect(encodeRecord({ id: -0 })).toMatchObject({ id: '0', numericId: true })
  expect(encodeRecord({ id: -1.5 })).toMatchObject({ id: '-1.5', numericId: true })
  expect(encodeRecord({ id: Number.MAX_SAFE_INTEGER })).toMatchObject({ id: '9007199254740991' })
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

test('half of a surrogate pair in a key is repaired too, at any depth, and two such keys stay two', () => {
  const [high, low] = ['🚀'.slice(0, 1), '🚀'.slice(1)]
  const record = { id: 'a', [`k${high}`]: 1, deep: [{ [`k${high}`]: 'x', [`k${low}`]: 'y', 'k�': 'z' }] }
  expect(text(record)).toBe('{"deep":[{"k�":"z","k��":"x","k���":"y"}],"id":"a","k�":1}')
  expect(hash(record)).toBe(hash(JSON.parse(text(record))))
})

test('a BigInt is the text of its digits, as an id too', () => {
  const record = { id: 9007199254740993n, n: -1n, deep: [2n ** 64n] }
  expect(text(record)).toBe('{"deep":["18446744073709551616"],"id":"9007199254740993","n":"-1"}')
  expect(encodeRecord(record)).toMatchObject({ id: '9007199254740993', numericId: false })
  expect(hash(record)).toBe(hash(JSON.parse(text(record))))
})

test('a record with a key __proto__ stays what it is', () => {
  expect(text(JSON.parse('{"id":"a","__proto__":{"x":1}}'))).toBe('{"__proto__":{"x":1},"id":"a"}')
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
  [{ id: 2 ** 53 }, /has the number 9007199254740992 as its id; beyond 2\^53 numbers lose digits/],
  [{ id: -1e21 }, /has the number -1e\+21 as its id/],
  [{ id: 'x'.repeat(1025) }, /\(id 'x{40}…'\) has an id of 1025 characters, 1024 are allowed/],
  [{ id: 'a', n: Number.NaN }, /\(id 'a'\) has NaN at 'n'/],
  [JSON.parse('{"id":"a","list":[1e400]}'), /\(id 'a'\) has Infinity at 'list.0'/],
])('%o is refused with what is wrong', (value, message) => {
  expect(errorOf(value)).toMatch(message)
})

test('an id may have 1 024 characters, and a record that gives no JSON is refused', () => {
  expect(encodeRecord({ id: 'x'.repeat(1024) }).id).toHaveLength(1024)
  expect(errorOf({ id: 'a', toJSON: () => undefined })).toMatch(
    /^invalid_record: records\[3\] of model 'Issue' has a toJSON that gives nothing/,
  )
})

test('a record to mend of many thousand levels is refused by its depth', () => {
  let deep: unknown = '🚀'.slice(0, 1)
  for (let level = 0; level < 100_000; level++) deep = [deep]
  expect(errorOf({ id: 'a', deep })).toMatch(/\(id 'a'\) is nested more than 497 levels deep/)
})

test('a circular record is refused', () => {
  const record: { id: string; self?: unknown } = { id: 'a' }
  record.self = record
  expect(errorOf(record)).toMatch(/contains itself/)
})

test('a record may be what its toJSON gives', () => {
  expect(encodeRecord({ toJSON: () => ({ id: 7, at: new Date(0) }) })).toMatchObject({
    id: '7',
    numericId: true,
    payload: Buffer.from('{"at":"1970-01-01T00:00:00.000Z","id":7}'),
  })
})

test('a record whose fields throw when they are read, and a value that is not a record, are refused', () => {
  const hostile = {
    get id() {
      throw new Error('no')
    },
  }
  expect(errorOf(hostile)).toMatch(/Issue' can't be encoded: no$/)
  expect(errorOf(() => 1)).toMatch(/is the function/)
})
