import { randomBytes, randomInt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Action, type Head } from '../tables/version.ts'
import { HeadMap } from './head-map.ts'

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
  const [heads, map] = [new HeadMap(), new Map<string, Head>()]
  for (let n = 0; n < 20_000; n++) {
    const id = `${randomInt(5000)}-é🙂`.slice(randomInt(3))
    const next = n < 5000 ? head({ modifiedAt: n, writtenAt: n }) : head()
    heads.set(id, next)
    map.set(id, next)
  }
  expect(heads.size).toBe(map.size)
  for (const [id, known] of map) expect(heads.get(id)).toEqual(known)
  expect(heads.get('nobody')).toBeUndefined()
})

test.each(['a', '0', '__proto__', '🙂'.repeat(512), 'x'.repeat(1024), '漢'.repeat(1024), "a'b\\c\n"])(
  'the id %j is told from others',
  (id) => {
    const heads = new HeadMap()
    heads.set(id, head({ size: 1 }))
    heads.set(`${id.slice(0, -1)}-`, head({ size: 2 }))
    expect(heads.get(id)?.size).toBe(1)
    expect(heads.size).toBe(2)
  },
)

test('a text longer than any id is the id of no record, though it begins like one', () => {
  const heads = new HeadMap()
  heads.set('漢'.repeat(1024), head())
  for (const length of [1025, 2000]) expect(heads.get('漢'.repeat(length))).toBeUndefined()
})

describe('records untouched since an instant', () => {
  const map = new HeadMap()
  map.set('changed', head({ modifiedAt: 200 }))
  map.set('touched', head({ modifiedAt: 100 }))
  map.set('untouched', head({ modifiedAt: 100 }))
  map.set('deleted', head({ modifiedAt: 100, action: Action.deleted }))
  map.touch('touched', 200)
  map.touch('unknown', 200)

  test('are alive, and neither changed nor touched since', () => {
    expect(map.untouched(200, 0, 10)).toEqual({ ids: ['untouched'], next: 4 })
    expect(map.untouched(201, 0, 10).ids.toSorted()).toEqual(['changed', 'touched', 'untouched'])
    expect([map.countUntouched(200), map.countUntouched(201)]).toEqual([1, 3])
  })

  test('are found in chunks, each once, by a single pass over the rows', () => {
    const large = new HeadMap()
    for (let n = 0; n < 10_000; n++) large.set(`r${n}`, head({ modifiedAt: n % 2 }))
    const found: string[] = []
    for (let row = 0; row < large.size; ) {
      const { ids, next } = large.untouched(1, row, 999)
      expect(next).toBeGreaterThan(row)
      found.push(...ids)
      row = next
    }
    expect(found).toEqual(Array.from({ length: 5000 }, (_, n) => `r${2 * n}`))
  })
})

test('a head takes a hundred bytes or so', () => {
  const heads = new HeadMap()
  const one = head({ modifiedAt: 1, writtenAt: 1 })
  for (let n = 0; n < 200_000; n++) heads.set(`record_${n}`, one)
  expect(heads.bytes / 200_000).toBeLessThan(110)
})
