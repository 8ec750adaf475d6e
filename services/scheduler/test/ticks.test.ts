import { metrics } from '@syncline/service'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { sampleQueue } from '../src/queue-metrics.ts'
import { ownRedis } from './own-redis.ts'
import { activeOf, create, end, RUNNER, scheduleOf, succeed, take, takeAll, trigger } from './steps.ts'
import { HOUR_MS, MINUTE_MS, openWorld, type World } from './world.ts'

const DAY_MS = 24 * HOUR_MS
const CRON = { frequency: '0 * * * *', interval_ms: '' }

test('one script claims what is due over all environments, and each gets its part of it', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  for (let i = 0; i < 12; i++) await create(instance, { uid: `uid-${i}`, environment: 'large' })
  for (const environment of ['a', 'b', 'c']) await create(instance, { environment })
  for (const taken of await takeAll(instance)) await end(instance, taken)
  world.clock.advance(HOUR_MS)
  expect(await instance.runs.claimDue(8, 0)).toMatchObject({ claimed: 5, more: true })
  const found = (await takeAll(instance)).map(({ environment }) => environment)
  expect(found.toSorted()).toEqual(['a', 'b', 'c', 'large', 'large'])
  expect(await instance.runs.claimDue(8, 0)).toMatchObject({ claimed: 8, more: true })
  expect(await instance.runs.claimDue(8, 0)).toMatchObject({ claimed: 2, more: false })
})

test('environments with nothing due cost nothing: a tick is one script', async () => {
  await using redis = await ownRedis()
  await using world = await openWorld({ REDIS_URL: redis.url })
  const instance = await world.instance()
  for (let i = 0; i < 40; i++) await create(instance, { environment: `env-${i}`, paused: i % 2 === 0 })
  for (const taken of await takeAll(instance)) await end(instance, taken)
  const before = await scripts(world)
  for (let i = 0; i < 5; i++) expect(await instance.ticker.tick()).toBe(false)
  expect((await scripts(world)) - before).toBe(5)
})

test('slots of cron fire at their times, spread over the jitter of the sync, always alike for a schedule', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const ids = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      create(instance, { uid: `uid-${i}`, fields: { ...CRON, jitter_ms: 10 * MINUTE_MS }, paused: true }),
    ),
  )
  await instance.schedules.start(ids, 'start')
  const { missing, cron } = await instance.schedules.start(ids, 'start')
  expect({ missing, ids: cron.length }).toEqual({ missing: [], ids: 30 })
  const slots = Object.fromEntries(
    ids.map((id) => [id, [0, 0, world.clock.now + 1] as [number, number, number]]),
  )
  await instance.schedules.start(ids, 'start', slots)
  for (const taken of await takeAll(instance)) await end(instance, taken)
  world.clock.advance(1)
  while (await instance.ticker.tick());
  const delays = new Set<number>()
  for (const id of ids) {
    const { nextAt = 0 } = (await scheduleOf(instance, id)) ?? {}
    const delay = nextAt % HOUR_MS
    expect(delay).toBeLessThan(10 * MINUTE_MS)
    delays.add(delay)
  }
  expect(delays.size).toBeGreaterThan(25)
  for (const taken of await takeAll(instance)) await end(instance, taken)
  const before = await Promise.all(ids.map(async (id) => (await scheduleOf(instance, id))?.nextAt ?? 0))
  world.clock.now = Math.max(...before)
  while (await instance.ticker.tick());
  for (const [i, id] of ids.entries()) {
    expect(await scheduleOf(instance, id)).toMatchObject({ nextAt: (before[i] ?? 0) + HOUR_MS, skipped: 0 })
    expect(await activeOf(instance, id)).toMatchObject({ cause: 'schedule' })
  }
})

test('two instances that compute the same slot of cron claim it once', async () => {
  await using world = await openWorld()
  const [one, two] = [await world.instance(), await world.instance()]
  const id = await create(one, { fields: CRON })
  await dueNow(world, id)
  await succeed(one, id)
  world.clock.advance(1)
  for (let i = 0; i < 3; i++) await Promise.all([one.ticker.tick(), two.ticker.tick()])
  expect(await scheduleOf(one, id)).toMatchObject({ skipped: 0 })
  expect(await takeAll(one)).toHaveLength(1)
})

test('a schedule that can not be claimed is put aside for an hour, and the others go on', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const unreadable = await create(instance, {
    sync: 'unreadable',
    fields: { ...CRON, frequency: 'whenever' },
  })
  const undefined_ = await create(instance, { sync: 'undefined' })
  const broken = await create(instance, { sync: 'broken' })
  const wrong = await create(instance, { sync: 'wrong' })
  const well = await create(instance, { sync: 'well' })
  for (const taken of await takeAll(instance)) await end(instance, taken)
  const { definition } = (await scheduleOf(instance, undefined_)) ?? {}
  await world.redis.del(world.key(`sync:${definition?.id}`))
  const { definition: other } = (await scheduleOf(instance, broken)) ?? {}
  await world.redis.hset(world.key(`sync:${other?.id}`), 'interval_ms', 0)
  await world.redis.del(world.key(`s:${wrong}`))
  await world.redis.set(world.key(`s:${wrong}`), 'no hash')
  await dueNow(world, unreadable)
  world.clock.advance(HOUR_MS)
  for (let i = 0; i < 3; i++) await instance.ticker.tick()

  expect(await takeAll(instance)).toMatchObject([{ run: expect.stringContaining(well) }])
  for (const id of [unreadable, undefined_, broken, wrong]) {
    expect(world.logged(id)).toBe(true)
    const at = Number(await world.redis.zscore(world.key('due:dev'), id))
    expect(at).toBe(world.clock.now + HOUR_MS)
  }
  // Its sync is deployed again with a readable frequency.
  await create(instance, { sync: 'unreadable', fields: CRON })
  world.clock.advance(HOUR_MS)
  for (let i = 0; i < 3; i++) await instance.ticker.tick()
  expect(await activeOf(instance, unreadable)).toMatchObject({ state: 'QUEUED' })
})

test('a run that fails is repeated with growing waits, as often as its sync says, and its next slot begins anew', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance, { fields: { retries: 3, frequency: 'every day', interval_ms: DAY_MS } })
  await dueNow(world, id, world.clock.now + HOUR_MS)
  const waits = []
  for (;;) {
    await end(instance, await take(instance, id), { outcome: 'FAILED', error: 'no' })
    const { retryAt = 0 } = (await scheduleOf(instance, id)) ?? {}
    if (retryAt === 0) break
    waits.push(retryAt - world.clock.now)
    world.clock.now = retryAt - 1
    await instance.ticker.tick()
    expect(await activeOf(instance, id)).toBeUndefined()
    world.clock.advance(1)
    await instance.ticker.tick()
    expect(await activeOf(instance, id)).toMatchObject({ cause: 'retry' })
  }
  expect(waits).toEqual([30_000, 60_000, 120_000])
  expect(await scheduleOf(instance, id)).toMatchObject({ failures: 4, skipped: 0 })
  world.clock.now = (await scheduleOf(instance, id))?.nextAt ?? 0
  await instance.ticker.tick()
  await end(instance, await take(instance, id), { outcome: 'TIMED_OUT', error: 'slow' })
  expect((await scheduleOf(instance, id))?.retryAt).toBe(world.clock.now + 30_000)
})

test.for(['pause', 'trigger', 'cancel'] as const)(
  'a repetition that waits gives way to a %s',
  async (command) => {
    await using world = await openWorld()
    const instance = await world.instance()
    const id = await create(instance, { fields: { retries: 3 } })
    await end(instance, await take(instance, id), { outcome: 'FAILED', error: 'no' })
    if (command === 'pause') await instance.schedules.pause([id], 'p')
    else await trigger(instance, id, 't', { reset: command === 'cancel' })
    expect((await scheduleOf(instance, id))?.retryAt).toBe(0)
    if (command !== 'pause') await succeed(instance, id)
    world.clock.advance(MINUTE_MS)
    await instance.ticker.tick()
    expect(await activeOf(instance, id)).toBeUndefined()
  },
)

test('after as many failures in a row as its sync says, a schedule is paused with the reason', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance, { fields: { pause_after: 3 } })
  for (let run = 1; run <= 3; run++) {
    expect(await scheduleOf(instance, id)).toMatchObject({ state: 'STARTED', pausedBecause: '' })
    await end(instance, await take(instance, id), { outcome: 'FAILED', error: 'GitHub said no' })
    world.clock.advance(HOUR_MS)
    await instance.ticker.tick()
  }
  expect(await scheduleOf(instance, id)).toMatchObject({
    state: 'PAUSED',
    failures: 3,
    pausedBecause: '3 runs failed one after the other, the last one with: GitHub said no',
  })
  const events = await world.redis.xrange(world.key('events'), '-', '+')
  const paused = events
    .map(([, [, json = '']]) => JSON.parse(json))
    .filter(({ type }) => type === 'sync.paused')
  expect(paused).toMatchObject([
    { environment: 'dev', data: { schedule: id, sync: 'issues', connection_id: 'customer-uid' } },
  ])
  await instance.schedules.start([id], 'start')
  expect(await scheduleOf(instance, id)).toMatchObject({ state: 'STARTED', pausedBecause: '', failures: 0 })
})

test('a slot that comes while a run is active does what the sync says: it waits, or takes its place', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const waits = await create(instance, { sync: 'waits', fields: { overlap: 'queue_one' } })
  const first = await take(instance, waits)
  const replaces = await create(instance, { sync: 'replaces', fields: { overlap: 'cancel_running' } })
  const old = await take(instance, replaces)
  const queued = await create(instance, { sync: 'queued', fields: { overlap: 'cancel_running' } })
  const before = await scheduleOf(instance, queued)
  const heard = world.notices()
  await world.bus.connection.flush()
  world.clock.advance(HOUR_MS)
  await instance.ticker.tick()

  expect(await scheduleOf(instance, waits)).toMatchObject({
    active: first.run,
    pending: 'schedule',
    skipped: 0,
  })
  expect((await instance.runs.ended(replaces, 1))[0]).toMatchObject({ id: old.run, outcome: 'CANCELLED' })
  expect(await activeOf(instance, replaces)).toMatchObject({ state: 'QUEUED' })
  await eventually(() => expect(heard.stops).toMatchObject([{ runId: old.run, attempt: 1 }]))
  // A run that has not begun is not begun again.
  expect(await scheduleOf(instance, queued)).toMatchObject({ active: before?.active, skipped: 1 })

  world.clock.advance(HOUR_MS)
  await instance.ticker.tick()
  expect(await scheduleOf(instance, waits)).toMatchObject({ pending: 'schedule', skipped: 1 })
  await end(instance, first)
  expect(await activeOf(instance, waits)).toMatchObject({ cause: 'schedule', state: 'QUEUED' })
  expect(await world.problems()).toEqual([])
})

test('a trigger reaches a runner that waits within milliseconds', async () => {
  await using world = await openWorld({ SCHEDULER_TICK_MS: '10000' })
  await world.deploy({ name: 'issues', autoStart: false })
  await world.connect('one')
  await using scheduler = await world.scheduler()
  const target = { providerConfigKey: 'github', connectionId: 'one', syncs: [] }
  const heard = Promise.withResolvers<void>()
  world.bus.connection.subscribe(`${world.prefix}.wake.runners`, { callback: () => heard.resolve() })
  await world.bus.connection.flush()
  await world.command({
    $case: 'trigger',
    value: { target, reset: false, emptyCache: false, withRuns: false },
  })
  await heard.promise
  await eventually(async () => {
    const { attempts } = await scheduler.runs.takeRuns({ runner: RUNNER, freeSlots: 1, freeReservedSlots: 0 })
    expect(attempts).toMatchObject([{ connectionId: 'one' }])
  })
})

test('metrics tell what waits by lane, what is in flight by environment with bounded names, and which are full', async () => {
  await using world = await openWorld({ SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '1' })
  const instance = await world.instance()
  const at = new Date().toISOString()
  for (let i = 0; i < 25; i++) {
    const name = `env-${String(i).padStart(2, '0')}`
    await world.catalog.environments.upsert(() => ({ name, createdAt: at }), name)
    await create(instance, { environment: name, uid: 'a' })
    await create(instance, { environment: name, uid: 'b' })
  }
  expect(await takeAll(instance)).toHaveLength(25)
  await eventually(() => expect(world.catalog.environments.list()).toHaveLength(25))
  await sampleQueue(instance.state, world.catalog, 1)
  const text = await metrics.registry.metrics()
  expect(text).toContain('syncline_queue_runs{lane="first"} 25')
  expect(text).toContain('syncline_runs_running{lane="first"} 25')
  expect(text).toContain('syncline_environments_full 25')
  expect(text).toContain('syncline_environment_runs_running{environment="other"} 5')
  expect(text.match(/environment_runs_running\{environment="env/g)).toHaveLength(20)
})

/** As if its next slot were now. */
async function dueNow(world: World, id: string, at = world.clock.now) {
  await world.redis.hset(world.key(`s:${id}`), 'next_at', at)
  await world.redis.zadd(world.key('due:dev'), at, id)
  await world.redis.zadd(world.key('due'), at, 'dev')
}

/** Scripts that ran so far, of this world's Redis. */
async function scripts({ redis }: World): Promise<number> {
  const stats = await redis.info('commandstats')
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}
