import { RunOutcome } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import {
  activeOf,
  create,
  end,
  type Instance,
  RUNNER,
  scheduleOf,
  succeed,
  take,
  takeAll,
  trigger,
} from './steps.ts'
import { HOUR_MS, MINUTE_MS, openWorld } from './world.ts'

const WAIT_MS = 10 * MINUTE_MS
const REASON = 'GET /items: answered 429'

test('a throttled run is handed out when its time has come, not before, as the next attempt of the same run', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const { id, taken } = await running(instance)
  await instance.runs.saveCheckpoint(taken.run, 1, '{"page":2}')
  await throttle(instance, taken)

  const startedAt = world.clock.now
  const notBefore = startedAt + WAIT_MS
  const before = { state: 'QUEUED', attempt: 1, throttles: 1, throttledReason: REASON, notBefore, startedAt }
  expect(await activeOf(instance, id)).toMatchObject({ ...before, foundCheckpoint: false })
  world.clock.advance(WAIT_MS - 1)
  await instance.ticker.tick()
  expect(await takeAll(instance)).toEqual([])
  world.clock.advance(1)
  await instance.ticker.tick()

  const second = await take(instance, id)
  expect(second).toMatchObject({ run: taken.run, attempt: 2, checkpoint: '{"page":2}', startedAt })
  expect(await end(instance, second)).toBe('')
  expect(await instance.runs.ended(id, 50)).toMatchObject([
    { id: taken.run, outcome: 'SUCCESS', startedAt, throttles: 1, throttledReason: REASON, attempt: 2 },
  ])
  await trigger(instance, id, 'next')
  expect(await activeOf(instance, id)).toMatchObject({ attempt: 0, throttles: 0, foundCheckpoint: true })
})

test('what a throttled attempt says later is ignored', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const { id, taken } = await running(instance)
  await throttle(instance, taken)
  const queued = await activeOf(instance, id)
  expect(await throttle(instance, taken)).not.toBe('')
  expect(await end(instance, taken)).not.toBe('')
  const beat = { run: taken.run, attempt: 1, counts: [], parked: '' }
  expect((await instance.runs.heartbeat(RUNNER, [beat])).stops).toHaveLength(1)
  expect(await instance.runs.saveCheckpoint(taken.run, 1, '{}')).not.toBe('')
  expect(await activeOf(instance, id)).toEqual(queued)
})

test('attempts that were throttled are none of the five', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const { id, taken } = await running(instance)
  let last = taken
  for (let attempt = 1; attempt <= 20; attempt++) {
    expect(await throttle(instance, last)).toBe('')
    world.clock.advance(WAIT_MS)
    await instance.ticker.tick()
    last = await take(instance, id)
    expect(last.attempt).toBe(attempt + 1)
  }
  expect(await activeOf(instance, id)).toMatchObject({ fruitless: 0 })
})

test('a run that was throttled for more than 24 hours in all fails with the reason, and a trigger that waited runs', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const { id, taken } = await running(instance)
  await trigger(instance, id, 'while it runs')
  let last = taken
  for (let hour = 1; hour <= 24; hour++) {
    expect(await throttle(instance, last, { waitMs: HOUR_MS })).toBe('')
    world.clock.advance(HOUR_MS)
    await instance.ticker.tick()
    last = await take(instance, id)
  }
  expect(await throttle(instance, last)).toBe('')
  expect(await instance.runs.ended(id, 2)).toMatchObject([
    { outcome: 'FAILED', error: expect.stringContaining(REASON), throttles: 24 },
  ])
  expect(await activeOf(instance, id)).toMatchObject({ state: 'QUEUED', cause: 'trigger', throttles: 0 })
})

test('however many runs of one API are throttled, other runs of the environment begin', async () => {
  await using world = await openWorld({ SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '2' })
  const instance = await world.instance()
  for (let i = 0; i < 10; i++) {
    const { taken } = await running(instance, `throttled-${i}`)
    await throttle(instance, taken)
  }
  await running(instance, 'other')
  // When they come back they count again, as long as they run.
  world.clock.advance(WAIT_MS)
  await instance.ticker.tick()
  expect(await takeAll(instance)).toHaveLength(1)
  expect(await world.problems()).toEqual([])
})

test('many runs that were told the same time do not keep another environment waiting', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const ids = await Promise.all(Array.from({ length: 100 }, (_, i) => create(instance, { uid: `uid-${i}` })))
  for (const taken of await takeAll(instance)) await throttle(instance, taken)
  world.clock.advance(WAIT_MS)
  while (await instance.ticker.tick());
  const other = await create(instance, { environment: 'prod' })
  const taken = await instance.runs.takeRuns(RUNNER, 2, 0)
  expect(taken.map(({ run }) => run)).toContainEqual(expect.stringContaining(other))
  expect(ids).toHaveLength(100)
})

test('triggers, slots, pauses and resets meet a throttled run as one that is queued', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const found: Record<string, { id: string; run: string }> = {}
  for (const name of ['trigger', 'slot', 'pause', 'reset', 'remove']) {
    const { id, taken } = await running(instance, name)
    await throttle(instance, taken, { waitMs: 2 * HOUR_MS })
    found[name] = { id, run: taken.run }
  }
  const of = (name: string) => found[name] ?? expect.fail()

  await trigger(instance, of('trigger').id, 'one')
  await trigger(instance, of('trigger').id, 'two')
  expect(await scheduleOf(instance, of('trigger').id)).toMatchObject({
    active: of('trigger').run,
    pending: 'trigger',
  })
  await instance.schedules.pause([of('pause').id], 'pause')
  await trigger(instance, of('reset').id, 'reset', { reset: true })
  world.clock.advance(HOUR_MS)
  await instance.ticker.tick()
  expect(await scheduleOf(instance, of('slot').id)).toMatchObject({ active: of('slot').run, skipped: 1 })
  const [skip] = await world.redis.lrange(world.key(`k:${of('slot').id}`), 0, 0)
  expect(JSON.parse(skip ?? '')).toMatchObject({ 2: 1, 3: 'rate_limited' })

  for (const name of ['pause', 'reset']) {
    expect((await instance.runs.ended(of(name).id, 1))[0]).toMatchObject({
      outcome: 'CANCELLED',
      id: of(name).run,
    })
  }
  expect(await world.problems()).toEqual([])
  await takeAll(instance)
  world.clock.advance(HOUR_MS)
  await instance.ticker.tick()
  const again = (await takeAll(instance)).filter(({ attempt }) => attempt === 2).map(({ run }) => run)
  expect(again.toSorted()).toEqual([of('trigger').run, of('slot').run, of('remove').run].toSorted())
})

test('an emptying that a throttled run has not done is left to the next run; one that it did is not done again', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  for (const hasBegun of [false, true]) {
    const id = await create(instance, { uid: `begun-${hasBegun}` })
    await trigger(instance, id, 'reset', { reset: true, emptyCache: true })
    await throttle(instance, await take(instance, id), { hasBegun })
    world.clock.advance(WAIT_MS)
    await instance.ticker.tick()
    await throttle(instance, await take(instance, id), { hasBegun: false })
    await instance.schedules.pause([id], 'pause')
    await instance.schedules.start([id], 'start')
    expect(await activeOf(instance, id)).toMatchObject({ emptyCache: !hasBegun })
    await succeed(instance, id)
  }
})

test('a throttled run may wait as long as its API says, and then as long as any run for a runner', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const { id, taken } = await running(instance)
  await throttle(instance, taken)
  world.clock.advance(WAIT_MS + HOUR_MS - 1)
  expect(await instance.runs.expire(10, 0)).toMatchObject({ lost: [], again: [] })
  world.clock.advance(1)
  expect(await instance.runs.expire(10, 0)).toMatchObject({ lost: [{ run: taken.run }] })
  expect(await instance.runs.ended(id, 1)).toMatchObject([{ outcome: 'LOST' }])
})

test('a report that comes twice queues the run once; a scheduler that starts later hands it out', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  const ALL = { runner: RUNNER, freeSlots: 1, freeReservedSlots: 0 }
  const resumeAtMs = world.clock.now + WAIT_MS
  {
    await using scheduler = await world.scheduler()
    const [{ runId = '' } = {}] = (await scheduler.runs.takeRuns(ALL)).attempts
    const report = { runId, attempt: 1, outcome: RunOutcome.THROTTLED, error: REASON, resumeAtMs }
    expect(await scheduler.runs.endAttempt(report)).toEqual({ ignored: '' })
    expect(await scheduler.runs.endAttempt(report)).not.toEqual({ ignored: '' })
    expect(await activeOf(instance, id)).toMatchObject({ throttles: 1, notBefore: resumeAtMs })
  }
  world.clock.now = resumeAtMs
  await using again = await world.scheduler()
  await eventually(async () =>
    expect((await again.runs.takeRuns(ALL)).attempts).toMatchObject([{ attempt: 2 }]),
  )
})

async function running(instance: Instance, uid = 'uid') {
  const id = await create(instance, { uid })
  return { id, taken: await take(instance, id) }
}

function throttle(
  instance: Instance,
  taken: { run: string; attempt: number },
  { waitMs = WAIT_MS, hasBegun = true } = {},
) {
  const resumeAt = instance.runs.now() + waitMs
  return end(instance, taken, { outcome: 'THROTTLED', error: REASON, resumeAt, hasBegun })
}
