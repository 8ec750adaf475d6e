import { expect, test } from 'vitest'
import { PayloadLife } from '../tables/payload-life.ts'
import { Action, type ReadRow } from '../tables/record-log.ts'
import { pageAnswer, pageOf } from './page.ts'

const page = (sizes: number[], records: number, bytes: number) => {
  const { items, more } = pageOf(sizes, { records, bytes }, (size) => size)
  return [items.length, more]
}

test.each([
  [[], 2, 10, 0, false],
  [[1, 1], 2, 10, 2, false],
  [[1, 1, 1], 2, 10, 2, true],
  [[5, 5], 9, 10, 2, false],
  [[5, 5, 1], 9, 10, 2, true],
  [[99], 9, 10, 1, false],
  [[99, 1], 9, 10, 1, true],
  [[1, 99], 9, 10, 1, true],
])(
  'records of %j bytes, at most %d and %d bytes: the page holds %d, more: %s',
  (sizes, records, bytes, count, more) => {
    expect(page(sizes, records, bytes)).toEqual([count, more])
  },
)

const store = { life: new PayloadLife(30), clock: () => 1000 }
const rows = (count: number, bytes: number): ReadRow[] =>
  Array.from({ length: count }, (_, i) => ({
    id: String(i),
    numericId: false,
    modifiedAt: 1000,
    firstSeenAt: 1000,
    writtenAt: 1000,
    prunedAt: 0,
    action: Action.added,
    sign: 1,
    payload: Buffer.from(JSON.stringify({ id: String(i), text: 'x'.repeat(bytes) })),
  }))
const answer = (items: ReadRow[], more: boolean) => [...pageAnswer(store, { items, more })]
const idsOf = (pieces: { records: Uint8Array }[]) =>
  (JSON.parse(Buffer.concat(pieces.map(({ records }) => records)).toString()) as { id: string }[]).map(
    ({ id }) => id,
  )

test('a small page is one piece, an empty one too', () => {
  expect(answer(rows(100, 1000), true)).toHaveLength(1)
  expect(answer([], false)).toEqual([{ records: Buffer.from('[]'), nextCursor: '' }])
})

test('a large page comes in pieces that are whole records, and the last one has the cursor', () => {
  const items = rows(700, 10_000)
  const pieces = answer(items, true)
  expect(idsOf(pieces)).toEqual(items.map(({ id }) => id))
  expect(pieces.length).toBeGreaterThan(5)
  expect(Math.max(...pieces.map(({ records }) => records.length))).toBeLessThan(1.25 * 1024 * 1024)
  expect(pieces.filter(({ nextCursor }) => nextCursor !== '')).toEqual(pieces.slice(-1))
  expect(answer(items, false).every(({ nextCursor }) => nextCursor === '')).toBe(true)
})

test('a record larger than a piece is one', () => {
  const pieces = answer([...rows(1, 3_000_000), ...rows(2, 10)], false)
  expect(pieces).toHaveLength(2)
  expect(idsOf(pieces)).toEqual(['0', '0', '1'])
})
