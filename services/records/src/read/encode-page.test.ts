import { expect, test } from 'vitest'
import { PayloadLife } from '../tables/payload-life.ts'
import type { ReadRow } from '../tables/record-log.ts'
import { Action } from '../tables/version.ts'
import { encodePage } from './encode-page.ts'

const shard = { life: new PayloadLife(30), clock: () => 1000 }
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
const answer = (items: ReadRow[], more: boolean) => [...encodePage({ items, more }, 'array', shard).pieces]
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

test.each([
  ['of one piece', rows(3, 10)],
  ['of several pieces', rows(700, 10_000)],
])('an answer %s is an object with the records and the cursor of the array', (_, items) => {
  const array = answer(items, true)
  const pieces = [...encodePage({ items, more: true }, 'answer', shard).pieces]
  const text = (of: { records: Uint8Array }[]) => Buffer.concat(of.map(({ records }) => records)).toString()
  const nextCursor = array.at(-1)?.nextCursor
  expect(text(pieces)).toBe(`{"records":${text(array)},"next_cursor":"${nextCursor}"}`)
  expect(pieces.at(-1)?.nextCursor).toBe(nextCursor)
  const last = [...encodePage({ items, more: false }, 'answer', shard).pieces]
  expect(JSON.parse(text(last)).next_cursor).toBeNull()
})

test('a record larger than a piece is one', () => {
  const pieces = answer([...rows(1, 3_000_000), ...rows(2, 10)], false)
  expect(pieces).toHaveLength(2)
  expect(idsOf(pieces)).toEqual(['0', '0', '1'])
})

test('a page of one piece holds its text only, a page of several its rows', () => {
  const [small, large] = [rows(100, 1000), rows(3000, 1000)]
  expect(encodePage({ items: small, more: false }, 'array', shard).pieces).toBeInstanceOf(Array)
  const { pieces, bytes } = encodePage({ items: large, more: false }, 'array', shard)
  expect(pieces).not.toBeInstanceOf(Array)
  expect(bytes).toBeGreaterThan(3000 * 1000)
})
