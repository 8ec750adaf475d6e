import { expect, test } from 'vitest'
import { collapse } from './collapse.ts'
import type { ReadRow } from './record-log.ts'
import { Action } from './version.ts'

const row = (modifiedAt: number, id: string, sign: number, writtenAt = modifiedAt): ReadRow => ({
  modifiedAt,
  id,
  sign,
  writtenAt,
  action: Action.added,
  firstSeenAt: 1,
  prunedAt: 0,
  numericId: false,
  payload: Buffer.from('{}'),
})
const names = ({ live, end }: ReturnType<typeof collapse>) => ({
  live: live.map((r) => `${r.modifiedAt}${r.id}@${r.writtenAt}`),
  end: end && `${end.modifiedAt}${end.id}`,
})

test('versions that have ended are left out', () => {
  const rows = [
    row(1, 'a', 1),
    row(1, 'a', -1),
    row(1, 'b', 1),
    row(2, 'a', -1),
    row(2, 'a', 1),
    row(3, 'a', 1),
  ]
  expect(names(collapse(rows, false))).toEqual({ live: ['1b@1', '3a@3'], end: '3a' })
})

test('of a version pruned or restored in place the newest row counts, in whatever order they come', () => {
  const rows = [row(1, 'a', 1), row(1, 'a', -1), row(1, 'a', 1, 7), row(1, 'a', -1), row(1, 'a', 1, 5)]
  expect(names(collapse(rows, false))).toEqual({ live: ['1a@7'], end: '1a' })
})

test('a full window leaves its last key for the next read', () => {
  const rows = [row(1, 'a', 1), row(1, 'b', 1)]
  expect(names(collapse(rows, true))).toEqual({ live: ['1a@1'], end: '1a' })
})

test('a full window with one key only has no end', () => {
  expect(names(collapse([row(1, 'a', 1), row(1, 'a', -1)], true))).toEqual({ live: [], end: undefined })
})

test('no rows, no versions', () => {
  expect(collapse([], false)).toEqual({ live: [], end: undefined })
})

test('a row that ends a version never stands for it, however late it was written', () => {
  const rows = [row(1, 'a', 1), row(1, 'a', -1, 9), row(1, 'a', 1, 5)]
  expect(names(collapse(rows, false))).toEqual({ live: ['1a@5'], end: '1a' })
})

test('of two rows of one instant the later one in the table counts', () => {
  const [first, second] = [row(1, 'a', 1), { ...row(1, 'a', 1), prunedAt: 7 }]
  expect(collapse([first, row(1, 'a', -1), second], false).live).toEqual([second])
})
