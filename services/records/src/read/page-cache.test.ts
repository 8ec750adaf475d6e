import { expect, test } from 'vitest'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { Sql } from '../clickhouse/sql.ts'
import { PayloadLife } from '../tables/payload-life.ts'
import type { ReadRow } from '../tables/record-log.ts'
import { Action, type Key } from '../tables/version.ts'
import { encodePage, type PageForm } from './encode-page.ts'
import { everything, type Selection } from './live-page.ts'
import { PageCache } from './page-cache.ts'

const LIMIT = 10
const PAGES = 20

function rowsOf(text: string): ReadRow[] {
  return Array.from({ length: LIMIT * PAGES }, (_, i): ReadRow => {
    const id = `r${String(i).padStart(3, '0')}`
    return {
      ...{ id, numericId: false, modifiedAt: 1000, firstSeenAt: 1000, writtenAt: 1000, prunedAt: 0 },
      ...{ action: Action.added, sign: 1, payload: Buffer.from(JSON.stringify({ id, text })) },
    }
  })
}

/** A stream whose rows behind the second page are read once, and a client that has followed a cursor to there. */
function followed({ form = 'array', rows = rowsOf('') }: { form?: PageForm; rows?: ReadRow[] } = {}) {
  let encoded = 0
  const queries: string[] = []
  const life = {
    life: new PayloadLife(30),
    clock: () => {
      encoded++
      return 1000
    },
  }
  const select = async ({ text }: Sql) => {
    queries.push(text)
    return rows.slice(2 * LIMIT)
  }
  const clickhouse = { select } as unknown as ClickHouse // a batch reads nothing else
  const view = {
    id: 's',
    averageBytes: 20,
    last: 1000,
    quiet: true,
    headsBehindSince: undefined,
    settledAt: undefined,
  }
  const source = { clickhouse, view, bound: { records: LIMIT, bytes: 1024 * 1024 }, form }
  const cache = new PageCache(64 * 1024 * 1024)
  const at = (page: number): Selection => ({
    ...everything,
    start: keyOf(rows[page * LIMIT - 1]),
  })
  for (const page of [0, 1]) {
    const items = rows.slice(page * LIMIT, (page + 1) * LIMIT)
    const found = { items, more: true }
    cache.add(source, at(page), found, encodePage(found, form, life), life)
  }
  const before = encoded
  return { cache, source, life, at, rows, queries, encodedAhead: () => encoded - before }
}

const keyOf = (row: ReadRow | undefined): Key | undefined => row && { modifiedAt: row.modifiedAt, id: row.id }

test('a reader gets its page as soon as that is encoded, and waits for none behind it', async () => {
  const { cache, source, life, at, encodedAhead } = followed()
  expect(await cache.find(source, at(2), life)).toBeDefined()
  expect(encodedAhead()).toBeLessThan(5)
})

test('a page of a batch that is not encoded yet is waited for, and not read again', async () => {
  const { cache, source, life, at, rows } = followed()
  await cache.find(source, at(2), life)
  const last = await cache.find(source, at(PAGES - 1), life)
  const text = Buffer.concat([...(last?.pieces ?? [])].map(({ records }) => records)).toString()
  expect(JSON.parse(text).map(({ id }: { id: string }) => id)).toEqual(rows.slice(-LIMIT).map(({ id }) => id))
})

test('an array is not given to a reader that asks for an answer', async () => {
  const { cache, source, life, at } = followed()
  await cache.find(source, at(2), life)
  expect(await cache.find({ ...source, form: 'answer' }, at(3), life)).toBeUndefined()
})

test.each([
  [20, 15],
  [1, 32],
])(
  'with records of %d KB, %d whole pages are read ahead: what is read behind them would be read twice',
  async (kib, pages) => {
    const { cache, source, life, at, queries } = followed({ rows: rowsOf('x'.repeat(kib * 1024)) })
    await cache.find(source, at(2), life)
    // Two more than are wanted: a superseded version takes two rows.
    expect(queries[0]).toMatch(new RegExp(`LIMIT ${pages * LIMIT + 2}\\b`))
  },
)
