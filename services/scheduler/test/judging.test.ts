import { expect, test } from 'vitest'
import { RunStore } from '../src/store/run-store.ts'
import {
  activeOf,
  create,
  end,
  type Instance,
  LEASE_MS,
  pass,
  RUNNER,
  scheduleOf,
  take,
  takeAll,
} from './steps.ts'
import { openStores } from './stores.ts'
import { HOUR_MS, MINUTE_MS, openWorld, type World } from './world.ts'

const OTHER = { ...RUNNER, id: 'host/2/two' }
/** RUN_LEASE_MS */
const CONFIGURED_LEASE_MS = 20_000

test('a run whose runner is silent for a lease goes to another runner; one with a heartbeat stays', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const silent = await create(instance, { uid: 'silent' })
  const alive = await create(instance, { uid: 'alive' })
  await take(instance, silent)
  const living = await take(instance, alive, OTHER)
  await pass(world, instance, LEASE_MS - 1000)
  await beat(instance, living.run, OTHER)
  expect(await activeOf(instance, silent)).toMatchObject({ state: 'RUNNING' })
  await pass(world, instance, 2000)
  expect(await activeOf(instance, silent)).toMatchObject({ state: 'QUEUED', fruitless: 1 })
  expect(await activeOf(instance, alive)).toMatchObject({ state: 'RUNNING' })
  expect(await world.problems()).toEqual([])
})

test('a run whose runners all went away without a checkpoint ends as LOST after five, and its schedule goes on', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  const { run } = await take(instance, id)
  for (let attempt = 1; ; attempt++) {
    await pass(world, instance, LEASE_MS + 1000)
    if ((await activeOf(instance, id)) === undefined) break
    expect(attempt).toBeLessThan(5)
    expect(await takeAll(instance)).toMatchObject([{ run, attempt: attempt + 1 }])
  }
  expect(await instance.runs.ended(id, 1)).toMatchObject([
    { id: run, outcome: 'LOST', attempt: 5, fruitless: 5, error: expect.stringContaining('heartbeat') },
  ])
  expect(await scheduleOf(instance, id)).toMatchObject({ failures: 1 })
  world.clock.advance(HOUR_MS)
  await instance.ticker.tick()
  expect(await activeOf(instance, id)).toMatchObject({ state: 'QUEUED' })
})

test('a run that saves a checkpoint in each attempt may lose any number of runners', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  for (let attempt = 1; attempt <= 12; attempt++) {
    const taken = await take(instance, id)
    expect(taken.attempt).toBe(attempt)
    await instance.runs.saveCheckpoint(taken.run, attempt, `{"page":${attempt}}`)
    await pass(world, instance, LEASE_MS + 1000)
  }
  expect(await activeOf(instance, id)).toMatchObject({ state: 'QUEUED', fruitless: 0 })
})

test('a run that no runner takes ends as LOST, with the true reason', async () => {
  await using world = await openWorld({
    SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '1',
    RUN_QUEUE_TIMEOUT_MS: String(30 * MINUTE_MS),
  })
  const instance = await world.instance()
  const alone = await create(instance, { environment: 'prod' })
  const running = await create(instance, { uid: 'running' })
  const { run } = await take(instance, running)
  const full = await create(instance, { uid: 'full' })
  for (let thirds = 0; thirds <= 91; thirds++) {
    await beat(instance, run)
    await pass(world, instance, MINUTE_MS / 3)
  }
  const [lost] = await instance.runs.ended(alone, 1)
  expect(lost).toMatchObject({
    outcome: 'LOST',
    attempt: 0,
    error: expect.stringContaining('no runner had a free slot'),
  })
  const [held] = await instance.runs.ended(full, 1)
  expect(held).toMatchObject({
    outcome: 'LOST',
    error: expect.stringContaining('of its environment were in flight'),
  })
  // Nothing of its own went wrong: it does not count as a failure.
  expect(await scheduleOf(instance, alone)).toMatchObject({ failures: 0 })
  expect(await activeOf(instance, running)).toMatchObject({ state: 'RUNNING' })
})

test('a scheduler that slept judges no living run by it, and a dead one later', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const { alive, dead, living } = await livingAndDead(world, instance)
  // SIGSTOP: nothing of this process works for a minute, and its runners find nobody to send heartbeats to.
  world.clock.advance(MINUTE_MS)
  await instance.ticker.tick()
  await instance.clock.synchronize()
  await instance.ticker.tick()
  expect(await activeOf(instance, alive)).toMatchObject({ state: 'RUNNING' })
  expect(await activeOf(instance, dead)).toMatchObject({ state: 'RUNNING' })
  await beat(instance, living, OTHER)
  await pass(world, instance, CONFIGURED_LEASE_MS + 1000)
  expect(await activeOf(instance, alive)).toMatchObject({ state: 'RUNNING' })
  expect(await activeOf(instance, dead)).toMatchObject({ state: 'QUEUED', fruitless: 1 })
})

test('a scheduler that starts judges no living run by the time when there was none', async () => {
  await using world = await openWorld()
  const { alive, dead, living } = await livingAndDead(world, await world.instance())
  world.clock.advance(HOUR_MS / 2)
  const started = await world.instance()
  await started.ticker.tick()
  expect(await activeOf(started, alive)).toMatchObject({ state: 'RUNNING' })
  await beat(started, living, OTHER)
  await pass(world, started, CONFIGURED_LEASE_MS + 1000)
  expect(await activeOf(started, alive)).toMatchObject({ state: 'RUNNING' })
  expect(await activeOf(started, dead)).toMatchObject({ state: 'QUEUED' })
})

test.for([HOUR_MS, -HOUR_MS])(
  'a clock that jumps by %d ms costs no living run, and no run that waits',
  async (byMs) => {
    await using world = await openWorld()
    const instances = [await world.instance(), await world.instance()] as const
    const [instance, other] = instances
    const { alive, dead, living } = await livingAndDead(world, instance)
    const throttled = await create(instance, { uid: 'throttled' })
    const { run: throttledRun } = await take(instance, throttled)
    const resumeAt = world.clock.now + 2 * MINUTE_MS
    await end(instance, { run: throttledRun, attempt: 1 }, { outcome: 'THROTTLED', error: '429', resumeAt })
    const waiting = await create(instance, { uid: 'waiting' })

    world.clock.jump(byMs)
    for (const { ticker, clock } of [instance, other, instance]) {
      await ticker.tick()
      await clock.synchronize()
      await ticker.tick()
    }
    expect(instance.runs.now()).toBe(world.clock.now)
    expect(await world.redis.get(world.key('jumps'))).toBe('1')
    for (const id of [alive, dead]) expect(await activeOf(instance, id)).toMatchObject({ state: 'RUNNING' })
    expect(await activeOf(instance, waiting)).toMatchObject({ state: 'QUEUED' })
    expect(await activeOf(instance, throttled)).toMatchObject({ notBefore: resumeAt + byMs })

    for (let waited = 0; waited < LEASE_MS + CONFIGURED_LEASE_MS; waited += 10_000) {
      await beat(instance, living, OTHER)
      await pass(world, other, 10_000)
    }
    expect(await activeOf(instance, alive)).toMatchObject({ state: 'RUNNING' })
    expect(await activeOf(instance, dead)).toMatchObject({ state: 'QUEUED', attempt: 1 })
    expect(await activeOf(instance, waiting)).toMatchObject({ state: 'QUEUED', attempt: 0 })

    // Slots come at their distance from now, whichever way the clock went.
    await pass(world, instance, HOUR_MS / 2)
    for (const id of [alive, dead, waiting]) {
      const nextAt = (await scheduleOf(instance, id))?.nextAt ?? 0
      expect(nextAt - world.clock.now).toBeGreaterThan(0)
      expect(nextAt - world.clock.now).toBeLessThanOrEqual(HOUR_MS)
    }
  },
)

test.for([-7000, 3000, HOUR_MS])(
  'a scheduler whose time is %d ms ahead of the clock of Redis claims and judges nothing',
  async (aheadMs) => {
    const { redis, ...stores } = await openStores()
    const [issues] = await stores.create(await stores.define(), 1)
    const before = await redis.hgetall(stores.state.key(`s:${issues}`))
    const runs = (by: number) => new RunStore(stores.withTime(() => Date.now() + by))
    const refused = { code: 'unavailable', message: expect.stringContaining('the clock of Redis was set') }
    await expect(runs(aheadMs).claimDue(100, 0)).rejects.toMatchObject(refused)
    await expect(runs(aheadMs).expire(100, 0)).rejects.toMatchObject(refused)
    expect(await redis.hgetall(stores.state.key(`s:${issues}`))).toEqual(before)
    await expect(runs(500).claimDue(100, 0)).resolves.toMatchObject({ jumps: 0 })
    // It may be told by how much, although its own time is another one.
    expect(await runs(aheadMs).shiftClock(-aheadMs, 0)).toBe(1)
  },
)

test('a scheduler that starts after the clock was set back knows it by the last tick of another one', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const { alive } = await livingAndDead(world, instance)
  await instance.ticker.tick()
  const tickedAt = world.clock.now
  world.clock.jump(-HOUR_MS)
  const started = await world.instance()
  expect(await started.runs.workedAt()).toBe(tickedAt)
  await started.clock.resume(tickedAt)
  expect(await started.runs.workedAt()).toBe(tickedAt - HOUR_MS)
  await started.ticker.tick()
  expect((await scheduleOf(started, alive))?.nextAt).toBeLessThanOrEqual(world.clock.now + HOUR_MS)
})

test('after a jump back of the clock, a cron schedule has its slots again', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance, { fields: { frequency: '0 * * * *', interval_ms: '' } })
  while (await instance.ticker.tick());
  expect((await scheduleOf(instance, id))?.nextAt).toBeGreaterThan(world.clock.now)
  world.clock.jump(-5 * HOUR_MS)
  await instance.clock.synchronize()
  while (await instance.ticker.tick());
  const nextAt = (await scheduleOf(instance, id))?.nextAt ?? 0
  expect(nextAt - world.clock.now).toBeGreaterThan(0)
  expect(nextAt - world.clock.now).toBeLessThanOrEqual(HOUR_MS)
})

/** Two runs, of which one has a runner that sends heartbeats as long as there is a scheduler. */
async function livingAndDead(_world: World, instance: Instance) {
  const alive = await create(instance, { uid: 'alive' })
  const { run: living } = await take(instance, alive, OTHER)
  const dead = await create(instance, { uid: 'dead' })
  await take(instance, dead)
  return { alive, dead, living }
}

function beat({ runs }: Instance, run: string, runner = RUNNER) {
  return runs.heartbeat(runner, [{ run, attempt: 1, counts: [], parked: '' }])
}
