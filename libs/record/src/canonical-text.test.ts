import canonicalize from 'canonicalize'
import { expect, test } from 'vitest'
import { canonicalText } from './canonical-text.ts'

const date = new Date('2026-01-01T00:00:00.000Z')
const textOf = (value: unknown) => canonicalText(value).text
const plain = (value: unknown) => JSON.parse(textOf(value))

test.each([
  [{ z: 1, a: 2, B: 3, é: 4, '\u{1f600}': 5, '\uffee': 6, _: 7 }],
  [{ id: 'a', n: 1.5, b: false, nothing: null, list: [1, ['x', {}]], to: { x: undefined }, gone: undefined }],
  [{ b: [{ d: 1, c: [{ f: 1e21, e: -0 }] }], a: 1e-7 }],
  [{ 10: 'a', 9: 'b', '-1': 'c', a: { 2: 1, 10: 2, x: 3 } }],
  [JSON.parse('{"b":1,"__proto__":{"z":1,"a":2},"constructor":3}')],
  ['text "\u0001\u2028\\ 😀'],
  [[]],
  [{}],
])('%j has the text of RFC 8785', (value) => {
  expect(textOf(value)).toBe(canonicalize(JSON.parse(JSON.stringify(value))))
})

test('thousands of made-up values have the text of RFC 8785, whatever shapes were seen before', () => {
  const next = randomNumbers(20_261_127)
  for (let n = 0; n < 5000; n++) {
    const value = madeUp(next, 0)
    expect(textOf(value)).toBe(canonicalize(JSON.parse(JSON.stringify(value))))
  }
})

test('dates, and what JSON drops, are as JSON has them', () => {
  expect(textOf({ b: date, a: undefined, list: [undefined, date] })).toBe(
    '{"b":"2026-01-01T00:00:00.000Z","list":[null,"2026-01-01T00:00:00.000Z"]}',
  )
  class Point {
    y = 1
    x = new Number(2)
    text = new String('ab')
    get sum() {
      return 3
    }
  }
  expect(textOf(new Point())).toBe('{"text":"ab","x":2,"y":1}')
  expect(textOf({ 1: new Number(2), 0: new String('ab'), toJSON: 'text' })).toBe(
    '{"0":"ab","1":2,"toJSON":"text"}',
  )
})

function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    return state
  }
}

const KEYS = [
  'id',
  'name',
  'a',
  'b',
  'é',
  '10',
  '9',
  'Z',
  '__proto__',
  '',
  '\u0001',
  '😀',
  '\uffee',
  'toJSON',
]
const VALUES = ['', 'x', '\u0000"\\', '😀', 0, -0, 1.5, 1e300, -1e-9, true, false, null, undefined, date]

function madeUp(next: () => number, depth: number): unknown {
  const pick = <T>(all: T[]): T => all[next() % all.length] as T
  const kind = depth > 3 ? 0 : next() % 4
  if (depth > 0 && kind < 2) return pick(VALUES)
  const parts = Array.from({ length: next() % 6 }, () => madeUp(next, depth + 1))
  if (kind === 2) return parts
  const entries = parts.map((part): [string, unknown] => [pick(KEYS), part])
  return Object.fromEntries(entries.filter(([key, value]) => key !== 'toJSON' || typeof value !== 'function'))
}

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
])('%s: refused with its reason', (_name, record, reason) => {
  expect(() => textOf(record)).toThrow(reason)
})

test('the deepest record that fits goes', () => {
  expect(textOf(nested(497))).toContain('{}')
  expect(() => textOf(nested(498))).toThrow('more than 497 levels')
})

test('what can be mended is: digits of a BigInt, half surrogate pairs in texts and names', () => {
  const record = { id: 9007199254740993n, list: [1n], 'k\ud83d': 'v\ude00', at: date, n: 1 }
  const mended = { id: '9007199254740993', list: ['1'], 'k\ufffd': 'v\ufffd', at: date.toISOString(), n: 1 }
  expect(canonicalText(record)).toEqual({ text: canonicalize(mended), isMended: true })
  expect(canonicalText({ id: 1n })).toEqual({ text: '{"id":"1"}', isMended: false })
})

test('two names that become one by mending stay two', () => {
  expect(plain({ '\ud83d': 1, '\ude00': 2, '\ufffd': 3 })).toEqual({
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
  expect(plain(record)).toEqual(JSON.parse(JSON.stringify({ ...record, big: '1' })))
})
