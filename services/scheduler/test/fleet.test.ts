import type { Catalog, CatalogChange, Connection, Sync } from '@syncline/catalog'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fleet } from '../src/fleet/fleet.ts'
import { type FleetRow, isListed } from '../src/fleet/fleet-row.ts'
import { Fleets } from '../src/fleet/fleets.ts'
import { readExpected } from '../src/listing/read-listed.ts'
import { BASE, scheduleId } from '../src/schedules/schedule.ts'
import type { Taken } from '../src/store/run-store.ts'
import { HOUR, MINUTE, openStores, type Stores } from './stores.ts'

const AT = '2026-01-01T00:00:00.000Z'
const SYNCS = ['commits', 'issues']
const LIMITS = { max: 1000, keptMs: 60_000 }

/** A catalog of one integration whose connections come and go. */
function catalogOf(count: number) {
  const connections = new Map<string, Connection>()
  const listeners: ((change: CatalogChange) => void)[] = []
  const tell = (value: Connection, deleted: boolean) => {
    for (const listener of listeners) listener({ kind: 'connection', value, deleted })
  }
  const own = {
    add(name: string) {
      const value = {
        ...{
          environment: 'dev',
          integration: 'github',
          id: name,
          uid: `uid-${name}`,
          createdAt: AT,
          tags: {},
        },
      } as unknown as Connection // what a fleet reads of it
      connections.set(name, value)
      tell(value, false)
    },
    remove(name: string) {
      const value = connections.get(name)
      connections.delete(name)
      if (value) tell(value, true)
    },
    names: () => [...connections.keys()].sort(),
    get: (name: string) => connections.get(name),
  }
  for (let i = 0; i < count; i++) own.add(`c${i}`)
  const catalog = {
    onChange: (listener: (change: CatalogChange) => void) => void listeners.push(listener),
    integrations: { list: () => [{ key: 'github' }] },
    syncs: {
      list: () =>
        SYNCS.map((name) => ({ name, integration: 'github', deployedAt: AT, version: '1' }) as Sync),
    },
    connections: {
      peek: (_: string, __: string, id: string) => connections.get(id),
      page: (_: string[], { after, limit }: { after?: string[]; limit: number }) =>
        own
          .names()
          .filter((name) => after === undefined || name > (after[2] ?? ''))
          .slice(0, limit)
          .map((name) => connections.get(name)),
    },
  } as unknown as Catalog
  return { ...own, catalog }
}

const idOf = (name: string, sync: string, variant = BASE) => scheduleId('dev', `uid-${name}`, sync, variant)

async function create(world: Stores, def: string, name: string, sync: string, variant = BASE) {
  const row = { id: idOf(name, sync, variant), connection: name, uid: `uid-${name}`, blocked: '' }
  await world.schedules.create(def, [row], { variant, paused: false, times: [] })
}

/** What is in Redis now, read without a fleet. */
async function present(world: Stores, catalog: Catalog): Promise<unknown[]> {
  const expected = catalog.connections
    .page(['dev', 'github'], { limit: 1000 })
    .flatMap((connection) => catalog.syncs.list().map((sync) => ({ connection, sync })))
  const listed = await readExpected(world.views, 'dev', expected)
  return listed.map(({ connection, sync, variant, view, freshness: { stale, freshUntil } }) => [
    ...[connection.id, sync.name, variant],
    view && [view.schedule.state, view.run?.state, view.schedule.failures, view.schedule.freshAt],
    view && (view.run ?? view.ended)?.requestedAt,
    stale && [stale.reason, freshUntil || stale.since],
  ])
}

function shown(rows: FleetRow[]): unknown[] {
  return rows
    .filter(isListed)
    .map(({ connection, sync, variant, known, stale }) => [
      ...[connection.id, sync.name, variant],
      known && [known.state, known.run, known.failures, known.lastSuccess],
      known && (known.lastRun || undefined),
      stale && [stale.reason, stale.since],
    ])
}

test('a fleet in memory is what is in Redis, whatever is done to schedules, runs and connections', async () => {
  const name = fc.nat(7).map((i) => `c${i}`)
  const sync = fc.constantFrom(...SYNCS)
  const step = fc.oneof(
    fc.record({ do: fc.constant('create' as const), name, sync }),
    fc.record({ do: fc.constant('variant' as const), name, sync, variant: fc.constantFrom('a', 'b') }),
    fc.record({
      do: fc.constantFrom('remove' as const, 'pause', 'start', 'trigger', 'block', 'reset'),
      name,
      sync,
    }),
    fc.record({ do: fc.constantFrom('drop' as const, 'leave', 'come', 'connect'), name, sync }),
    fc.record({
      do: fc.constantFrom('take' as const, 'take', 'succeed', 'fail', 'throttle', 'tick', 'wait'),
      name,
      sync,
    }),
    fc.record({ do: fc.constantFrom('look' as const, 'lose'), name, sync }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      await using world = await openStores()
      const { catalog, ...entities } = catalogOf(4)
      const defs = new Map<string, string>()
      for (const sync of SYNCS) defs.set(sync, await world.define(sync))
      const fleet = new Fleet(world.views, catalog, 'dev', LIMITS)
      catalog.onChange(() => fleet.rearrange())
      const taken: Taken[] = []
      const look = async () => {
        // What follows from the time may be a second old.
        world.clock.now += 1000
        expect(shown(await fleet.rows())).toEqual(await present(world, catalog))
      }
      for (const [index, it] of steps.entries()) {
        const id = idOf(it.name, it.sync)
        const [exists] = [(await world.schedules.existing([id])) === 1]
        const command = `command-${index}`
        switch (it.do) {
          case 'create':
            if (entities.get(it.name)) await create(world, defs.get(it.sync) ?? '', it.name, it.sync)
            break
          case 'variant':
            if (entities.get(it.name))
              await create(world, defs.get(it.sync) ?? '', it.name, it.sync, it.variant)
            break
          case 'drop':
            await world.schedules.remove([idOf(it.name, it.sync, 'a')], {
              reason: '',
              kept: [],
              isSwept: true,
            })
            break
          case 'remove':
            await world.schedules.remove([id], { reason: 'gone', kept: [], isSwept: true })
            break
          case 'leave':
            entities.remove(it.name)
            break
          case 'come':
          case 'connect':
            entities.add(it.name)
            break
          case 'pause':
            await world.schedules.pause([id], command)
            break
          case 'start':
            await world.schedules.start([id], command)
            break
          case 'trigger':
          case 'reset': {
            const part = { id: command, ids: [id], reset: it.do === 'reset', emptyCache: false }
            await world.schedules.trigger('dev', [{ ...part, withRuns: false, isPart: true }])
            break
          }
          case 'block': {
            const blocked = JSON.stringify({ reason: 'needs_reauth', message: 'no', since: AT })
            if (exists) await world.schedules.setBlocked([{ id, blocked }], MINUTE)
            break
          }
          case 'take':
            taken.push(...(await world.take(2)))
            break
          case 'succeed':
          case 'fail':
          case 'throttle': {
            const outcome = { succeed: 'SUCCESS', fail: 'FAILED', throttle: 'THROTTLED' } as const
            const more = { error: 'no', resumeAt: world.clock.now + 5 * HOUR }
            for (const run of taken.splice(0)) await world.end(run, outcome[it.do] as 'SUCCESS', more)
            break
          }
          case 'tick':
            await world.tick()
            break
          case 'wait':
            world.clock.now += 45 * MINUTE
            break
          case 'lose':
            await world.redis.del(world.state.key('changes:dev'))
            break
          case 'look':
            await look()
            break
        }
      }
      await look()
    }),
    { numRuns: 40 },
  )
})

test('a call sees what was done before it, and reads only what has changed', async () => {
  await using world = await openStores()
  const { catalog } = catalogOf(20)
  const def = await world.define('issues')
  for (let i = 0; i < 20; i++) await create(world, def, `c${i}`, 'issues')
  const fleet = new Fleet(world.views, catalog, 'dev', LIMITS)
  const read: string[][] = []
  const { schedulesWithShared } = world.views
  world.views.schedulesWithShared = (ids) => {
    read.push(ids)
    return schedulesWithShared.call(world.views, ids)
  }
  const stateOf = async (id: string) => (await fleet.rows()).find((row) => row.id === id)?.known?.state
  const id = idOf('c7', 'issues')
  expect([await stateOf(id), read.flat().length]).toEqual(['STARTED', 40])
  const states: unknown[] = []
  await Promise.all(
    ['c7', 'c8', 'c9'].map(async (name) => {
      const id = idOf(name, 'issues')
      // Others ask at the same time.
      const others = fleet.rows()
      await world.schedules.pause([id], `command-${name}`)
      states.push(await stateOf(id))
      await others
    }),
  )
  expect([states, read.flat().length]).toEqual([['PAUSED', 'PAUSED', 'PAUSED'], 40])
  // A runner takes a run: nothing of its schedule changes.
  const runs = async () => (await fleet.rows()).filter(({ known }) => known?.run === 'RUNNING').length
  const before = await runs()
  await world.take(3)
  expect([before, await runs()]).toEqual([0, 3])
})

test('an environment with more schedules than are kept is refused, and says what to do', async () => {
  await using world = await openStores()
  const fleet = new Fleet(world.views, catalogOf(20).catalog, 'dev', { ...LIMITS, max: 39 })
  await expect(fleet.rows()).rejects.toMatchObject({
    code: 'too_large',
    message: expect.stringContaining('GET /sync/status'),
  })
})

test('without Redis a call fails, and the next one reads what it has to', async () => {
  await using world = await openStores()
  const { catalog } = catalogOf(2)
  const def = await world.define('issues')
  for (const name of ['c0', 'c1']) await create(world, def, name, 'issues')
  await using fleets = new Fleets(world.views, catalog)
  const before = await present(world, catalog)
  const { changes } = world.views
  world.views.changes = () => Promise.reject(new Error('Redis does not answer'))
  await expect(fleets.rows('dev')).rejects.toThrow('Redis does not answer')
  world.views.changes = changes
  expect(shown(await fleets.rows('dev'))).toEqual(before)
})

test('changes are written only while somebody follows them, and not without a bound', async () => {
  await using world = await openStores()
  const { catalog } = catalogOf(1)
  const def = await world.define('issues')
  await create(world, def, 'c0', 'issues')
  const key = world.state.key('changes:dev')
  expect(await world.redis.exists(key)).toBe(0)
  await new Fleet(world.views, catalog, 'dev', LIMITS).rows()
  const before = await world.redis.xlen(key)
  await world.schedules.pause([idOf('c0', 'issues')], 'command')
  expect([before, await world.redis.xlen(key)]).toEqual([1, 2])
  expect(await world.redis.pttl(key)).toBeLessThanOrEqual(LIMITS.keptMs)
})
