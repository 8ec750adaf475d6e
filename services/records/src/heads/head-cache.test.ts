import { expect, test } from 'vitest'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { Events } from '../events.ts'
import type { StreamSnapshot } from '../stream/snapshot.ts'
import { Action, type Head } from '../tables/version.ts'
import { HeadCache } from './head-cache.ts'

/** Of a stream that was new to the cache: nothing is looked up. */
const cache = () => {
  const clickhouse = { select: async () => [] } as unknown as ClickHouse // only `select` is called
  const events = { headsInMemory() {}, headsLookedUp() {} } as unknown as Events // the others report failures
  return new HeadCache(clickhouse, 1e6, events)
}
const snapshot = (instant: number, lastCommit: number) =>
  ({ id: 's', instant, lastCommit, lastUnchanged: 0, live: 0 }) as StreamSnapshot // what the cache reads of it
const head = (modifiedAt: number): Head => ({
  modifiedAt,
  writtenAt: modifiedAt,
  firstSeenAt: modifiedAt,
  action: Action.added,
  pruned: false,
  hash: Buffer.alloc(16),
  size: 1,
})

test('a reader gets heads of the last commit only, and none while a later one is staged', async () => {
  const heads = cache()
  const known = (lastCommit: number) => heads.known('s', lastCommit, ['a', 'b'])?.get('a')?.modifiedAt
  expect(heads.known('s', 0, ['a'])).toBeUndefined()
  await heads.find([{ snapshot: snapshot(10, 0), ids: ['a'] }])
  expect(heads.known('s', 0, ['a'])?.size).toBe(0)
  heads.stage(snapshot(10, 0), new Map([['a', { next: head(10) }]]), [])
  expect(heads.known('s', 0, ['a'])).toBeUndefined()
  heads.commit(snapshot(10, 0))
  expect([known(10), known(0), known(11)]).toEqual([10, undefined, undefined])
  heads.stage(snapshot(20, 10), new Map(), ['a'])
  expect(known(10)).toBe(10)
  heads.stage(snapshot(30, 10), new Map([['a', { next: head(30) }]]), [])
  expect(known(10)).toBeUndefined()
  heads.invalidate(snapshot(30, 10))
  expect(heads.known('s', 30, ['a'])).toBeUndefined()
})
