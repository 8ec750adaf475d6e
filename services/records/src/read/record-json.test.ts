import { expect, test } from 'vitest'
import { PayloadLife } from '../tables/payload-life.ts'
import type { ReadRow } from '../tables/record-log.ts'
import { Action } from '../tables/version.ts'
import { encodeCursor } from './cursor.ts'
import { recordsJson } from './record-json.ts'

const at = Date.parse('2024-01-15T10:31:00.123Z')
const iso = (ms: number) => new Date(ms).toISOString()

function row(id: string | number, fields: Partial<ReadRow> = {}): ReadRow {
  return {
    id: String(id),
    numericId: typeof id === 'number',
    modifiedAt: at,
    firstSeenAt: at - 1,
    writtenAt: at,
    prunedAt: 0,
    action: Action.added,
    sign: 1,
    payload: Buffer.from(JSON.stringify({ id, text: 'ü👩‍🚀' })),
    ...fields,
  }
}

const prunedAtOf = ({ prunedAt }: ReadRow) => prunedAt
const whole = { before: '[', after: ']' }
const parsed = (rows: ReadRow[]): unknown => JSON.parse(recordsJson(rows, prunedAtOf, whole).toString())

test('a record is its payload and its metadata', () => {
  expect(recordsJson([row('a')], prunedAtOf, whole).toString()).toBe(
    '[{"id":"a","text":"ü👩‍🚀","_nango_metadata":{"first_seen_at":"2024-01-15T10:31:00.122Z",' +
      '"last_modified_at":"2024-01-15T10:31:00.123Z","last_action":"ADDED","deleted_at":null,' +
      `"pruned_at":null,"cursor":"${encodeCursor(row('a'))}"}}]`,
  )
})

test('each record has the instants of its own', () => {
  const rows = [0, 0, 5, 5, 0].map((later, i) => row(i, { modifiedAt: at + later, firstSeenAt: at + i }))
  expect(parsed(rows)).toMatchObject(
    rows.map((row, i) => ({
      id: i,
      _nango_metadata: {
        first_seen_at: iso(row.firstSeenAt),
        last_modified_at: iso(row.modifiedAt),
        cursor: encodeCursor(row),
      },
    })),
  )
})

test('a deleted record says since when, a pruned one has nothing but its id', () => {
  const deleted = row('d', { action: Action.deleted })
  const pruned = row(7, { prunedAt: at + 9, action: Action.updated })
  const odd = row('"\\ü', { prunedAt: at + 9 })
  expect(parsed([deleted, pruned, odd])).toMatchObject([
    { id: 'd', _nango_metadata: { last_action: 'DELETED', deleted_at: iso(at), pruned_at: null } },
    { id: 7, _nango_metadata: { last_action: 'UPDATED', deleted_at: null, pruned_at: iso(at + 9) } },
    { id: '"\\ü' },
  ])
  expect(recordsJson([pruned], prunedAtOf, whole).toString()).not.toContain('text')
})

test('pieces of an array are the array', () => {
  const rows = Array.from({ length: 5 }, (_, i) => row(i))
  const pieces = [rows.slice(0, 2), rows.slice(2, 3), rows.slice(3)].map((some, i) =>
    recordsJson(some, prunedAtOf, { before: i === 0 ? '[' : ',', after: i === 2 ? ']' : '' }),
  )
  expect(Buffer.concat(pieces)).toEqual(recordsJson(rows, prunedAtOf, whole))
  expect(parsed([])).toEqual([])
})

test('a payload is gone when its time is over, whether or not it is still there', () => {
  const life = new PayloadLife(1)
  const day = 24 * 3600 * 1000
  expect(life.prunedAt(row('a'), at + day - 1)).toBe(0)
  expect(life.prunedAt(row('a'), at + day)).toBe(at + day)
  expect(life.prunedAt(row('a', { prunedAt: at + 3 }), at + 4)).toBe(at + 3)
})
