import type { Catalog, Connection, Sync } from '@syncline/catalog'
import { expect, test } from 'vitest'
import { schedulesPage } from '../src/listing/schedules-page.ts'
import { scheduleId } from '../src/schedules/schedule.ts'
import { openStores, type Stores } from './stores.ts'

const AT = '2026-01-01T00:00:00.000Z'

/** A catalog of one integration, with connections in order. */
function catalogOf(count: number, syncs = ['issues']) {
  const connections = Array.from({ length: count }, (_, i) => ({
    ...{ integration: 'github', id: `c${String(i).padStart(6, '0')}`, uid: `uid-${i}`, createdAt: AT },
    tags: i % 10 === 3 ? { plan: 'pro' } : {},
  })) as unknown as Connection[] // what a page reads of them
  return {
    integrations: { list: () => [{ key: 'github' }] },
    syncs: {
      list: () => syncs.map((name) => ({ name, integration: 'github', deployedAt: AT }) as Sync),
    },
    connections: {
      peek: (_: string, __: string, id: string) => connections[Number(id.slice(1))],
      page: (_: string[], { after, limit }: { after?: string[]; limit: number }) => {
        const from = after ? Number(after[2]?.slice(1)) + 1 : 0
        return connections.slice(from, from + limit)
      },
    },
  } as unknown as Catalog
}

const request = (fields: object = {}) => ({
  ...{ environment: 'dev', providerConfigKey: '', connectionId: '', syncs: [], limit: 100, cursor: '' },
  ...fields,
})

async function fill(
  world: Stores,
  count: number,
  { sync = 'issues', variant = 'base', paused = false } = {},
) {
  const def = await world.define(sync)
  const rows = Array.from({ length: count }, (_, i) => ({
    id: scheduleId('dev', `uid-${i}`, sync, variant),
    ...{ connection: `c${String(i).padStart(6, '0')}`, uid: `uid-${i}`, blocked: '' },
  }))
  for (let at = 0; at < count; at += 100)
    await world.schedules.create(def, rows.slice(at, at + 100), { variant, paused, times: [] })
  return rows.map(({ id }) => id)
}

/** Counts what is sent to Redis in one go. */
function watchRoundTrips(world: Stores) {
  const script = world.state.run.bind(world.state)
  const ask = world.state.ask.bind(world.state)
  let turn = 0
  const turns = new Set<number>()
  const mark = () => {
    turns.add(turn)
    setImmediate(() => turn++)
  }
  world.state.run = (...args) => {
    mark()
    return script(...args) as never
  }
  world.state.ask = (work) => {
    mark()
    return ask(work)
  }
  return turns
}

async function all(deps: { views: Stores['views']; catalog: Catalog }, fields: object = {}) {
  const found: string[] = []
  let cursor = ''
  let pages = 0
  do {
    const page = await schedulesPage(deps, request({ ...fields, cursor }))
    found.push(
      ...page.found.map(({ connection, sync, variant }) => `${connection.id}/${sync.name}/${variant}`),
    )
    cursor = page.nextCursor
    pages++
  } while (cursor !== '')
  return { found, pages }
}

test('a page of 100 schedules is one round trip to Redis, the first and the next', async () => {
  await using world = await openStores()
  await fill(world, 250)
  const deps = { views: world.views, catalog: catalogOf(250) }
  const turns = watchRoundTrips(world)
  const first = await schedulesPage(deps, request())
  expect([first.found.length, turns.size]).toEqual([100, 1])
  const second = await schedulesPage(deps, request({ cursor: first.nextCursor }))
  expect([second.found.length, turns.size]).toEqual([100, 2])
  const third = await schedulesPage(deps, request({ cursor: second.nextCursor }))
  expect([third.found.length, third.nextCursor, turns.size]).toEqual([50, '', 3])
  expect(second.found[0]?.connection.id).toBe('c000100')
  expect(second.found[0]?.view?.run?.state).toBe('QUEUED')
})

test('schedules come in order with their variants, each once, whatever the size of a page', async () => {
  await using world = await openStores()
  for (const sync of ['commits', 'issues']) await fill(world, 30, { sync })
  for (const variant of ['b', 'a']) await fill(world, 5, { variant })
  const deps = { views: world.views, catalog: catalogOf(30, ['issues', 'commits']) }
  const { found: whole } = await all(deps)
  expect(whole.slice(0, 5)).toEqual([
    'c000000/commits/base',
    'c000000/issues/base',
    'c000000/issues/a',
    'c000000/issues/b',
    'c000001/commits/base',
  ])
  expect(whole).toHaveLength(70)
  for (const limit of [1, 2, 3, 7, 69, 70, 71]) expect((await all(deps, { limit })).found).toEqual(whole)
  expect((await all(deps, { limit: 0 })).found).toEqual(whole)
  const syncs = [{ name: 'issues', variant: 'a' }]
  expect((await all(deps, { syncs, limit: 2 })).found).toEqual(
    [0, 1, 2, 3, 4].map((i) => `c00000${i}/issues/a`),
  )
})

test('what the catalog has and Redis has not is stale: no scheduler made it, or it was lost', async () => {
  await using world = await openStores()
  await fill(world, 3)
  await world.redis.del(world.state.key(`s:${scheduleId('dev', 'uid-1', 'issues', 'base')}`))
  const { found } = await schedulesPage({ views: world.views, catalog: catalogOf(3) }, request())
  expect(found.map(({ view, freshness }) => [view !== undefined, freshness.stale?.reason])).toEqual([
    [true, undefined],
    [false, 'scheduler_down'],
    [true, undefined],
  ])
})

test('a variant that nothing has costs a bounded amount of work for each page', async () => {
  await using world = await openStores()
  const catalog = catalogOf(20_000)
  let read = 0
  const views = {
    now: () => world.clock.now,
    schedules: async (ids: string[]) => {
      read += ids.length
      return new Map()
    },
    variants: async () => new Map(),
  } as unknown as Stores['views']
  const syncs = [{ name: 'issues', variant: 'a' }]
  const page = await schedulesPage({ views, catalog }, request({ syncs }))
  expect(page).toMatchObject({ found: [], nextCursor: expect.stringMatching(/./) })
  expect(read).toBe(5000)
  expect(await all({ views, catalog }, { syncs })).toEqual({ found: [], pages: 4 })
})
