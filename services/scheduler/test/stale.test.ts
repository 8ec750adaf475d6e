import { SeededRandom } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { freshness, reasons } from '../src/schedules/freshness.ts'
import { countStale, sweepStale } from '../src/stale/stale-sweep.ts'
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

test('a schedule that was paused during a run that succeeds becomes stale, as it is paused', async () => {
  await using world = await openStores()
  const [id = ''] = await world.create(await world.define(), 1)
  const [run = expect.fail()] = await world.take()
  await world.schedules.pause([id], 'command-1')
  await world.end(run)
  await pass(world, 2 * HOUR + MINUTE)
  expect(await world.events('sync.stale')).toMatchObject([{ data: { schedule: id, reason: 'paused' } }])
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

test('whatever happens, marks, indexes, outages and events agree', async () => {
  const random = new SeededRandom()
  console.log(`seed ${random.seed}`)
  const pick = <T>(values: T[]): T | undefined => values[random.below(values.length)]
  await using world = await openStores({ maxRuns: 4 })
  const def = await world.define('issues', { interval_ms: 10 * MINUTE, fresh_ms: 20 * MINUTE })
  let ids = await world.create(def, 12)
  const made = new Set(ids)
  const running: Awaited<ReturnType<typeof world.take>> = []
  const told = new Map<string, string>()
  let open = 0

  const steps = {
    take: async () => void running.push(...(await world.take(1 + random.below(4)))),
    async end() {
      const run = running.splice(random.below(running.length), 1)[0]
      if (run)
        await world.end(run, pick(['SUCCESS', 'SUCCESS', 'FAILED']), { heldBack: random.below(5) === 0 })
    },
    async throttle() {
      const run = running.pop()
      const later = { resumeAt: world.clock.now + 40 * MINUTE, hasBegun: false }
      if (run) await world.end(run, 'THROTTLED' as never, later)
    },
    async store() {
      const run = running.pop()
      if (run) await world.end(run, 'HANDED_BACK' as never, { handBack: 'store_unavailable' })
    },
    pause: () => world.schedules.pause([pick(ids) ?? ''].filter(Boolean), String(random.next())),
    start: () => world.schedules.start([pick(ids) ?? ''].filter(Boolean), String(random.next())),
    async remove() {
      if (random.below(4) > 0) return
      const [id] = ids.splice(random.below(ids.length), 1)
      const options = { reason: 'gone', models: [], kept: [], isSwept: false } as never
      if (id) await world.schedules.remove([id], options)
      if (ids.length < 4) ids = [...ids, ...(await world.create(def, 6, { from: random.below(1e6) }))]
      for (const id of ids) made.add(id)
    },
    wait: () => pass(world, (1 + random.below(15)) * MINUTE),
    stop: async () => {
      if (random.below(5) === 0) world.clock.now += 30 * MINUTE
    },
  }
  for (let i = 0; i < 150; i++) {
    await steps[pick(Object.keys(steps) as (keyof typeof steps)[]) ?? 'wait']()
    await sweep(world)
    for (const { type, data } of await world.events('sync.stale', 'sync.fresh', 'system.')) {
      if (type === 'system.outage') open++
      else if (type === 'system.recovered') open--
      else {
        expect(told.get(data.schedule) ?? 'sync.fresh', `schedule ${data.schedule} is told twice`).not.toBe(
          type,
        )
        told.set(data.schedule, type)
      }
    }
    expect(await contradictions(world, made), `after ${i + 1} steps with seed ${random.seed}`).toEqual([])
    expect(await world.redis.hlen(world.state.key('outages'))).toBe(open)
  }
  expect(told.size).toBeGreaterThan(0)
})

/** What is noted of stale schedules and active runs, and is not so. `ids` are all that ever were. */
async function contradictions({ redis, state }: Stores, ids: Iterable<string>): Promise<string[]> {
  const found: string[] = []
  const outages: Record<string, number> = {}
  const marked = new Set<string>()
  const runs: string[] = []
  for (const id of ids) {
    const [stale, active, number] = await redis.hmget(state.key(`s:${id}`), 'stale', 'active', 'number')
    if (active) runs.push(`${id}-${number}`)
    if (!stale) continue
    const [reason] = JSON.parse(stale)
    marked.add(`${reason} ${id}`)
    if ((await redis.zscore(state.key('watch'), id)) === null) found.push(`${id} is stale and not watched`)
    if (!['scheduler_down', 'store_unavailable', 'no_runner'].includes(reason)) continue
    outages[`dev/${reason}`] = (outages[`dev/${reason}`] ?? 0) + 1
  }
  for (const reason of reasons) {
    for (const id of await redis.zrange(state.key(`stale:${reason}`), '0', '-1')) {
      if (!marked.delete(`${reason} ${id}`))
        found.push(`${id} is in the index of ${reason} and not marked so`)
    }
  }
  found.push(...[...marked].map((mark) => `${mark} is marked and not in the index`))
  const noted = Object.entries(await redis.hgetall(state.key('outages')))
    .map(([field, text]) => [field, JSON.parse(text)[1]])
    .sort()
  if (JSON.stringify(noted) !== JSON.stringify(Object.entries(outages).sort())) {
    found.push(`outages are noted as ${JSON.stringify(noted)}, and are ${JSON.stringify(outages)}`)
  }
  const listed = await redis.zrange(state.key('active:dev'), '0', '-1')
  if (runs.sort().join() !== listed.sort().join()) found.push(`active runs are ${runs}, and noted ${listed}`)
  return found
}
