import { expect, test } from 'vitest'
import { sendableRecord } from './sendable-record.ts'

const date = new Date('2026-01-01T00:00:00.000Z')

test.each([
  [{ id: 'a', n: 1.5, b: false, nothing: null, list: [1, ['x', {}]], to: { x: undefined } }],
  [{ id: 'a', at: date, emoji: 'x😀' }],
  ['no object'],
  [null],
  [undefined],
])('%j goes as it is, and is not copied', (record) => {
  const sendable = sendableRecord(record)
  expect(sendable).toEqual({ kind: 'ok', record, mended: false })
  expect(sendable.kind === 'ok' && sendable.record).toBe(record)
})

/** Levels of objects. */
const nested = (levels: number): object => (levels === 1 ? {} : { in: nested(levels - 1) })
/** Two to the power of `levels` values, where they are written out. */
const shared = (levels: number): unknown => {
  let value: unknown = 1
  for (let n = 0; n < levels; n++) value = [value, value]
  return value
}
const cyclic: Record<string, unknown> = { id: 'c' }
cyclic.self = { of: [cyclic] }

test.each([
  ['NaN', { id: 'a', v: Number.NaN }, "has NaN at 'v'"],
  ['a number that is too large', { id: 'a', v: JSON.parse('1e400') }, "has Infinity at 'v'"],
  [
    'one deep inside',
    { id: 'a', rows: [{ v: 1 }, { v: Number.NEGATIVE_INFINITY }] },
    "has -Infinity at 'rows.1.v'",
  ],
  ['an invalid date', { id: 'a', at: new Date('never') }, "has an invalid date at 'at'"],
  ['a function in a list', { id: 'a', list: [() => 1] }, "has a function at 'list.0'"],
  ['a symbol in a list', { id: 'a', list: [Symbol('x')] }, "has a symbol at 'list.0'"],
  ['a cycle', { ...cyclic, id: 'a' }, 'contains itself'],
  ['too many levels', { id: 'a', in: nested(497) }, 'nested more than 497 levels deep'],
  ['a part that is in itself many times', { id: 'a', in: shared(30) }, 'has more than 4000000 values'],
  [
    'a toJSON that throws',
    {
      id: 'a',
      v: {
        toJSON: () => {
          throw new Error('mine')
        },
      },
    },
    'mine',
  ],
])('%s: the record is not sendable, and is told by its id', (_name, record, reason) => {
  expect(sendableRecord(record)).toMatchObject({
    kind: 'unsendable',
    id: 'a',
    reason: expect.stringContaining(reason),
  })
})

test('a record whose fields throw when they are read, and a record that is none', () => {
  const hostile = {
    get id() {
      throw new Error('no')
    },
  }
  expect(sendableRecord(hostile)).toMatchObject({
    kind: 'unsendable',
    id: undefined,
    reason: "can't be encoded: no",
  })
  expect(sendableRecord(Number.NaN)).toEqual({ kind: 'unsendable', id: undefined, reason: 'is NaN' })
  expect(sendableRecord(() => 1)).toEqual({ kind: 'unsendable', id: undefined, reason: 'is a function' })
})

test('the deepest record that fits in a message goes', () => {
  expect(sendableRecord(nested(497)).kind).toBe('ok')
  expect(sendableRecord(nested(498)).kind).toBe('unsendable')
})

test('what can be mended is: digits of a BigInt, half surrogate pairs in texts and names', () => {
  const record = { id: 9007199254740993n, list: [1n], 'k\ud83d': 'v\ude00', at: date, n: 1 }
  expect(sendableRecord(record)).toEqual({
    kind: 'ok',
    record: { id: '9007199254740993', list: ['1'], 'k\ufffd': 'v\ufffd', at: date.toISOString(), n: 1 },
    mended: true,
  })
  expect(sendableRecord({ id: 1n })).toEqual({ kind: 'ok', record: { id: '1' }, mended: false })
})

test('two names that become one by mending stay two', () => {
  const sendable = sendableRecord({ '\ud83d': 1, '\ude00': 2, '\ufffd': 3 })
  expect(sendable.kind === 'ok' && sendable.record).toEqual({
    '\ufffd\ufffd': 1,
    '\ufffd\ufffd\ufffd': 2,
    '\ufffd': 3,
  })
})

test('beside what is mended, a value goes as JSON has it', () => {
  const record = {
    big: 1n,
    gone: undefined,
    method: () => 1,
    n: new Number(1),
    own: { toJSON: () => ({ at: date }) },
  }
  const sendable = sendableRecord(record)
  const plain = { ...record, big: '1' }
  expect(sendable.kind === 'ok' && sendable.record).toEqual(JSON.parse(JSON.stringify(plain)))
})
