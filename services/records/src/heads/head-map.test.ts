import { randomBytes, randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Head } from '../tables/record-head.ts'
import { Action } from '../tables/record-log.ts'
import { HeadTable } from './head-map.ts'

const head = (more: Partial<Head> = {}): Head => ({
  modifiedAt: 1.7e12 + randomInt(1e9),
  writtenAt: 1.7e12 + randomInt(1e9),
  firstSeenAt: 1.7e12,
  size: randomInt(2 ** 32),
  action: Action.updated,
  pruned: randomInt(2) === 1,
  hash: randomBytes(16),
  ...more,
})

test('heads come out as they went in, however often they are replaced', () => {
  const [table, map] = [new HeadTable(), new Map<string, Head>()]
  for (let n = 0; n < 20_000; n++) {
    const id = `${randomInt(5000)}-é🙂`.slice(randomInt(3))
    const next = n < 5000 ? head({ modifiedAt: n, writtenAt: n }) : head()
    table.set(id, next)
    map.set(id, next)
  }
  expect(table.size).toBe(map.size)
  for (const [id, known] of map) expect(table.get(id)).toEqual(known)
  expect(table.get('nobody')).toBeUndefined()
})

test.each(['a', '0', '__proto__', '🙂'.repeat(127), 'x'.repeat(255), '漢'.repeat(255), "a'b\\c\n"])(
  'the id %j is told from others',
  (id) => {
    const table = new HeadTable()
    table.set(id, head({ size: 1 }))
    table.set(`${id.slice(0, -1)}-`, head({ size: 2 }))
    expect(table.get(id)?.size).toBe(1)
    expect(table.size).toBe(2)
  },
)

test('what no save brought since an instant, and is alive, is unseen', () => {
  const table = new HeadTable()
  table.set('changed', head({ modifiedAt: 200 }))
  table.set('seen', head({ modifiedAt: 100 }))
  table.set('unseen', head({ modifiedAt: 100 }))
  table.set('deleted', head({ modifiedAt: 100, action: Action.deleted }))
  table.see('seen', 200)
  table.see('unknown', 200)
  expect(table.unseenSince(200)).toEqual(['unseen'])
  expect(table.unseenSince(201).toSorted()).toEqual(['changed', 'seen', 'unseen'])
})

test('a head takes a hundred bytes or so', () => {
  const table = new HeadTable()
  const one = head({ modifiedAt: 1, writtenAt: 1 })
  for (let n = 0; n < 200_000; n++) table.set(`record_${n}`, one)
  expect(table.bytes / 200_000).toBeLessThan(110)
})
