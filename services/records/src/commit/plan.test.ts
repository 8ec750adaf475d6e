import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Action, type Head } from '../tables/version.ts'
import { type Changes, planSave, rowsOf, type Save, sizeDeltaOf } from './plan.ts'

const NOW = 1000
const hashOf = (text: string) => createHash('md5').update(text).digest()
const record = (id: string, text: string) => ({
  id,
  numericId: false,
  payload: Buffer.from(text),
  hash: hashOf(text),
})
const head = (text: string, more: Partial<Head> = {}): Head => ({
  modifiedAt: 500,
  writtenAt: 500,
  action: Action.added,
  firstSeenAt: 400,
  pruned: false,
  hash: hashOf(text),
  size: text.length,
  ...more,
})
const save = (...records: Save['records']): Save => ({
  runId: 'r',
  instant: NOW,
  expiry: 100,
  records,
})
/** With history: what it replaces is superseded now. */
function plan(
  saved: Save,
  heads: Record<string, Head> = {},
  changes: Changes = new Map(),
  supersedeAt = NOW,
) {
  const unchangedIds: string[] = []
  const made = planSave(saved, new Map(Object.entries(heads)), { changes, unchangedIds })
  const rows = rowsOf('s', changes, supersedeAt)
  return {
    ...made,
    unchangedIds,
    rows: rows.map(({ head, change, ...row }) => ({ ...change, ...head, ...row })),
  }
}
const counts = ({ added, updated, unchanged }: ReturnType<typeof plan>) => ({ added, updated, unchanged })
const added = { added: 1, updated: 0, unchanged: 0 }
const updated = { added: 0, updated: 1, unchanged: 0 }
const unchanged = { added: 0, updated: 0, unchanged: 1 }

describe('what a save does to a record', () => {
  test('a new one is added', () => {
    const made = plan(save(record('a', 'x')))
    expect(counts(made)).toEqual(added)
    expect(made.rows).toMatchObject([
      { sign: 1, modifiedAt: NOW, action: Action.added, firstSeenAt: NOW, size: 1 },
    ])
    expect(made.unchangedIds).toEqual([])
  })

  test('the same content is unchanged, writes nothing and is listed as unchanged', () => {
    const made = plan(save(record('a', 'x')), { a: head('x') })
    expect(counts(made)).toEqual(unchanged)
    expect(made.rows).toEqual([])
    expect(made.unchangedIds).toEqual(['a'])
  })

  test('other content ends the old version and makes a new one', () => {
    const made = plan(save(record('a', 'new')), { a: head('x') })
    expect(counts(made)).toEqual(updated)
    expect(made.rows).toMatchObject([
      {
        sign: 1,
        supersededAt: NOW,
        modifiedAt: 500,
        action: Action.added,
        size: 1,
        payload: Buffer.alloc(0),
      },
      { sign: 1, supersededAt: 0, modifiedAt: NOW, action: Action.updated, firstSeenAt: 400, size: 3 },
    ])
  })

  test('without history the old version goes at once', () => {
    const made = plan(save(record('a', 'new')), { a: head('x') }, new Map(), 0)
    expect(made.rows).toMatchObject([
      { sign: -1, supersededAt: 0, modifiedAt: 500, action: Action.added, size: 1, payload: Buffer.alloc(0) },
      { sign: 1, supersededAt: 0, modifiedAt: NOW },
    ])
  })

  test.each(['x', 'other'])('a deleted one is added again, first seen now (content %s)', (text) => {
    const made = plan(save(record('a', text)), { a: head('x', { action: Action.deleted }) })
    expect(counts(made)).toEqual(added)
    expect(made.rows).toMatchObject([
      { sign: 1, supersededAt: NOW, modifiedAt: 500, action: Action.deleted },
      { sign: 1, modifiedAt: NOW, action: Action.added, firstSeenAt: NOW },
    ])
  })

  test.each([
    ['pruned', { pruned: true, size: 0 }],
    ['expired', { writtenAt: 100 }],
  ])('a %s one with the same content gets its payload back and stays where it is', (_name, state) => {
    const made = plan(save(record('a', 'x')), { a: head('x', { action: Action.updated, ...state }) })
    expect(counts(made)).toEqual(unchanged)
    expect(made.rows).toMatchObject([
      { sign: -1, supersededAt: 0, modifiedAt: 500, action: Action.updated },
      {
        sign: 1,
        modifiedAt: 500,
        writtenAt: NOW,
        action: Action.updated,
        firstSeenAt: 400,
        prunedAt: 0,
        size: 1,
      },
    ])
    expect(made.unchangedIds).toEqual(['a'])
  })

  test('a pruned one with other content is updated', () => {
    const made = plan(save(record('a', 'y')), { a: head('x', { pruned: true }) })
    expect(counts(made)).toEqual(updated)
    expect(made.rows[1]).toMatchObject({ modifiedAt: NOW, pruned: false })
  })
})

test('of one id the last record of a batch wins, and the id is reported once', () => {
  const made = plan(save(record('a', '1'), record('b', '1'), record('a', '2'), record('a', '3')))
  expect(made.duplicateIds).toEqual(['a'])
  expect(made.rows.map((row) => `${row.id}${row.payload}`)).toEqual(['a3', 'b1'])
  expect(made.added).toBe(2)
})

describe('a second save in the same commit', () => {
  test('builds on the first, and only its versions are written', () => {
    const changes: Changes = new Map()
    plan(save(record('a', '1'), record('b', '1')), {}, changes)
    const second = plan(save(record('a', '2'), record('b', '1')), {}, changes)
    expect(counts(second)).toEqual({ added: 0, updated: 1, unchanged: 1 })
    expect(second.rows).toMatchObject([
      { id: 'a', sign: 1, modifiedAt: NOW, action: Action.updated, firstSeenAt: NOW },
      { id: 'b', sign: 1, modifiedAt: NOW, action: Action.added },
    ])
  })

  test('ends the version that was there before the commit', () => {
    const changes: Changes = new Map()
    plan(save(record('a', '1')), { a: head('0') }, changes)
    const { rows } = plan(save(record('a', '2')), { a: head('0') }, changes)
    expect(rows).toMatchObject([
      { sign: 1, supersededAt: NOW, modifiedAt: 500 },
      { sign: 1, modifiedAt: NOW, payload: Buffer.from('2') },
    ])
  })
})

test('changes add live records, and the bytes that payloads grow by', () => {
  const deleted = { action: Action.deleted }
  const change = (before: Head | undefined, next: Head) => {
    return { before, next, prunedAt: 0, numericId: false, payload: Buffer.alloc(0), runId: 'r' }
  }
  const changes: Changes = new Map([
    ['added', change(undefined, head('xxx'))],
    ['updated', change(head('x'), head('xxxxx'))],
    ['deleted', change(head('xx'), head('xx', deleted))],
    ['deleted and pruned', change(head('x'.repeat(50)), head('', deleted))],
    ['back again', change(head('x', deleted), head('xx'))],
  ])
  expect(sizeDeltaOf(changes)).toEqual({ live: 1 - 1 - 1 + 1, bytes: 3 + 4 + 0 - 50 + 1 })
  expect(sizeDeltaOf(new Map([['new', change(undefined, head('', deleted))]]))).toEqual({ live: 0, bytes: 0 })
  expect(sizeDeltaOf(new Map())).toEqual({ live: 0, bytes: 0 })
})
