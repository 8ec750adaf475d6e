import { expect, test } from 'vitest'
import { freshness } from '../src/freshness.ts'
import { countStale, sweepStale } from '../src/stale-sweep.ts'
import { HOUR, MINUTE, openStores, type Stores } from './stores.ts'

const counted: { schedules: number; stale: { reason: string; count: number; oldestMs: number }[] }[] = []
const events = {
  schedulesMarkedStale: () => {},
  staleCounted: (schedules: number, stale: (typeof counted)[number]['stale']) =>
    void counted.push({ schedules, stale: stale.filter(({ count }) => count > 0) }),
  staleSweepFailed: (error: unknown) => {
    throw error
  },
}

async function sweep({ views }: Stores) {
  while (await sweepStale({ views, events }));
}

/** Time passes as it does while a scheduler works. */
async function pass(world: Stores, ms: number) {
  for (const end = world.clock.now + ms; world.clock.now < end; ) {
    world.clock.now = Math.min(world.clock.now + MINUTE, end)
    await world.tick()
    await sweep(world)
  }
}

async function count({ views }: Stores) {
  await countStale({ views, events })
  return counted.at(-1)
}

async function reasonOf({ views, clock }: Stores, id: string) {
  const view = (await views.schedules([id])).get(id)
  if (view === undefined) throw new Error('there is no such schedule')
  return freshness({ ...view.facts, now: clock.now, expectedSince: 0 })
}

test('a schedule becomes stale once and fresh once, whatever happens to its reason', async () => {
  await using world = await openStores()
  const [id = ''] = await world.create(await world.define(), 1)
  await world.end((await world.take())[0] as never)
  await sweep(world)
  expect((await reasonOf(world, id)).stale).toBeUndefined()
  expect(await world.events('sync.', 'system.')).toEqual([])

  await pass(world, HOUR)
  await world.end((await world.take())[0] as never, 'FAILED', { error: 'GET /items: 500' })
  await pass(world, 59 * MINUTE)
  for (const run of await world.take()) await world.end(run, 'FAILED', { error: 'GET /items: 500' })
  expect(await world.events('sync.')).toEqual([])
  await pass(world, 2 * MINUTE)
  await sweep(world)
  const [stale, ...more] = await world.events('sync.', 'system.')
  expect(more).toEqual([])
  expect(stale).toMatchObject({
    type: 'sync.stale',
    environment: 'dev',
    data: {
      ...{
        schedule: id,
        provider_config_key: 'github',
        connection_id: 'c0',
        sync: 'issues',
        variant: 'base',
      },
      ...{ reason: 'failing', message: expect.stringContaining('GET /items: 500') },
    },
  })
  expect(await count(world)).toEqual({
    schedules: 1,
    stale: [{ reason: 'failing', count: 1, oldestMs: MINUTE }],
  })

  await world.schedules.pause([id], 'command-1')
  await pass(world, 2 * MINUTE)
  expect((await count(world))?.stale).toEqual([{ reason: 'paused', count: 1, oldestMs: 3 * MINUTE }])
  expect((await reasonOf(world, id)).stale).toMatchObject({
    reason: 'paused',
    since: world.clock.now - 2 * MINUTE,
  })
  await world.schedules.start([id], 'command-2')
  await world.end((await world.take())[0] as never)
  await sweep(world)
  await sweep(world)
  const told = await world.events('sync.stale', 'sync.fresh', 'system.')
  expect(told).toMatchObject([
    { type: 'sync.fresh', data: { schedule: id, stale_since: 1_800_000_000_000 + 2 * HOUR } },
  ])
  expect(await count(world)).toEqual({ schedules: 1, stale: [] })
})

test('500 schedules without a runner are one outage, and one recovery', async () => {
  await using world = await openStores()
  await world.create(await world.define(), 500)
  world.clock.now += 2 * HOUR
  await sweep(world)
  await sweep(world)
  const told = await world.events('sync.', 'system.')
  expect(told).toMatchObject([
    { type: 'system.outage', environment: 'dev', data: { reason: 'no_runner', since: 1_800_000_000_000 } },
  ])
  expect((await count(world))?.stale).toEqual([{ reason: 'no_runner', count: 500, oldestMs: 0 }])

  // Runners are back: while runs wait for each other, nothing else is told.
  for (let done = 0; done < 500; ) {
    world.clock.now += MINUTE
    const taken = await world.take(100)
    await sweep(world)
    for (const run of taken) await world.end(run)
    done += taken.length
  }
  world.clock.now += 2 * MINUTE
  await sweep(world)
  expect(await world.events('sync.', 'system.')).toMatchObject([
    { type: 'system.recovered', environment: 'dev', data: { reason: 'no_runner', since: 1_800_000_000_000 } },
  ])
  expect(await count(world)).toEqual({ schedules: 500, stale: [] })
})

test('an outage and a schedule that is stale for a reason of its own both show', async () => {
  await using world = await openStores()
  const def = await world.define()
  await world.create(def, 20)
  const [paused = ''] = await world.create(def, 1, { paused: true, from: 20 })
  await world.create(await world.define('issues', {}, 'prod'), 3, { from: 30 })
  world.clock.now += 2 * HOUR
  await sweep(world)
  const told = await world.events('sync.', 'system.')
  expect(told.map(({ type, environment, data }) => [type, environment, data.reason]).sort()).toEqual([
    ['sync.stale', 'dev', 'paused'],
    ['system.outage', 'dev', 'no_runner'],
    ['system.outage', 'prod', 'no_runner'],
  ])
  expect((await reasonOf(world, paused)).stale?.reason).toBe('paused')
})

test('what is still stale for a reason of its own after an outage is told', async () => {
  await using world = await openStores()
  const [id = '', other = ''] = await world.create(await world.define(), 2)
  await pass(world, 2 * HOUR)
  expect(await world.events('sync.', 'system.')).toMatchObject([{ type: 'system.outage' }])
  for (const run of await world.take()) {
    await world.end(run, run.run.startsWith(id) ? 'FAILED' : 'SUCCESS', { error: 'no' })
  }
  await pass(world, 2 * MINUTE)
  const told = await world.events('sync.stale', 'sync.fresh', 'system.')
  expect(told.map(({ type, data }) => [type, data.schedule, data.reason]).sort()).toEqual([
    ['sync.stale', id, 'failing'],
    ['system.recovered', undefined, 'no_runner'],
  ])
  expect((await reasonOf(world, other)).stale).toBeUndefined()
})

test('after a time without a scheduler, what it made stale is one outage', async () => {
  await using world = await openStores()
  await world.create(await world.define(), 50)
  for (const run of await world.take()) await world.end(run)
  await sweep(world)
  const down = world.clock.now
  world.clock.now += 5 * HOUR
  await world.tick()
  await sweep(world)
  expect(await world.events('sync.', 'system.')).toMatchObject([
    { type: 'system.outage', data: { reason: 'scheduler_down', since: down } },
  ])
  for (const run of await world.take()) await world.end(run)
  await sweep(world)
  expect(await world.events('sync.', 'system.')).toMatchObject([{ type: 'system.recovered' }])
})

test('a full environment is told with how many run and for how long the first of them does', async () => {
  await using world = await openStores({ maxRuns: 2 })
  const ids = await world.create(await world.define(), 3)
  const taken = await world.take()
  expect(taken).toHaveLength(2)
  const waits = ids.find((id) => !taken.some(({ run }) => run.startsWith(id))) ?? ''
  world.clock.now += 3 * HOUR
  expect((await reasonOf(world, waits)).stale).toMatchObject({
    reason: 'environment_full',
    message: expect.stringMatching(
      /: 2 of 2 runs of environment 'dev' are in flight; the oldest runs for 3 h$/,
    ),
  })
})

test('an outage ends with the last of its schedules that is removed', async () => {
  await using world = await openStores()
  const ids = await world.create(await world.define(), 3)
  world.clock.now += 2 * HOUR
  await sweep(world)
  await world.events()
  await world.schedules.remove(ids, { reason: 'gone', models: [], kept: [], isSwept: false } as never)
  expect(await world.events('system.')).toMatchObject([{ type: 'system.recovered' }])
  expect(await count(world)).toEqual({ schedules: 0, stale: [] })
  await sweep(world)
  expect(await world.redis.zcard(world.state.key('watch'))).toBe(0)
})

test('what is found stale is not marked if the schedule became fresh meanwhile', async () => {
  await using world = await openStores()
  const [id = ''] = await world.create(await world.define(), 1)
  world.clock.now += 2 * HOUR
  const found = { id, freshAt: 0, reason: 'no_runner' as const, since: 1, staleSince: 1, message: 'it waits' }
  await world.end((await world.take())[0] as never)
  expect(await world.views.markStale([found])).toBe(0)
  expect(await world.events('sync.', 'system.')).toEqual([])
})
