import { RunOutcome } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import type { Store } from '../src/store.ts'
import { create, end, LEASE_MS, succeed, take, trigger } from './steps.ts'
import { ENVIRONMENT, HOUR_MS, MINUTE_MS, openWorld, type World } from './world.ts'

const WAIT_MS = 10 * MINUTE_MS
const REASON = 'GET /items: answered 429'

test('a throttled run is requested again when its time has come, as the next attempt of the same run', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  const { id, run } = await running(world, store)
  await ticker.tick()
  await store.saveCheckpoint(ENVIRONMENT, run, 1, '{"page":2}')
  expect(await throttle(world, store, run, 1)).toBe('queued')

  const startedAt = world.clock.now
  const notBefore = startedAt + WAIT_MS
  const before = { state: 'QUEUED', attempt: 2, throttles: 1, throttledReason: REASON, notBefore, startedAt }
  expect(await store.run(ENVIRONMENT, run)).toMatchObject({ ...before, foundCheckpoint: false })
  expect(await store.readWork(ENVIRONMENT, 10)).toMatchObject({ outbox: [], nextAt: notBefore })
  world.clock.advance(WAIT_MS - 1)
  await ticker.tick()
  expect(await world.requests()).toEqual([run])
  world.clock.advance(1)
  await ticker.tick()
  expect(await world.requests()).toEqual([run, `${run}.1`])

  expect(await take(store, run, 1)).toMatchObject({ attempt: 2 })
  expect(await store.schedule(ENVIRONMENT, id)).toMatchObject({ active: run, checkpoint: '{"page":2}' })
  expect(await end(world, store, run, 2, 'SUCCESS')).toBe('')
  expect(await store.runs(ENVIRONMENT, id, 50)).toMatchObject([{ id: run, outcome: 'SUCCESS', startedAt }])
  await trigger(store, id, 'next')
  expect((await store.runs(ENVIRONMENT, id, 1))[0]).toMatchObject({ attempt: 0, foundCheckpoint: true })
})

test('what a throttled attempt says later is ignored, and its message is refused', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const { run } = await running(world, store)
  await throttle(world, store, run, 1)
  const queued = await store.run(ENVIRONMENT, run)

  expect(await throttle(world, store, run, 1)).not.toBe('queued')
  expect(await end(world, store, run, 1, 'SUCCESS')).not.toBe('')
  const beat = { attempt: 1, counts: [], leaseMs: LEASE_MS }
  expect(await store.heartbeat(ENVIRONMENT, run, beat)).not.toBe('')
  expect(await store.saveCheckpoint(ENVIRONMENT, run, 1, '{}')).not.toBe('')
  await expect(take(store, run, 0)).rejects.toThrow('it was throttled')
  expect(await store.run(ENVIRONMENT, run)).toEqual(queued)

  // The message of the first request is refused even after the run was taken again.
  world.clock.advance(WAIT_MS)
  await take(store, run, 1)
  await expect(take(store, run, 0)).rejects.toThrow('it was throttled')
})

test('taking out a request that was published leaves a later one of the same run', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  const { run } = await running(world, store)
  await throttle(world, store, run, 1)
  await store.markRequested(ENVIRONMENT, [run]) // by an instance that published it long ago
  world.clock.advance(WAIT_MS)
  await ticker.tick()
  expect(await world.requests()).toEqual([`${run}.1`])
})

test('attempts that were throttled are none of the five', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const { run } = await running(world, store)
  for (let attempt = 1; attempt <= 20; attempt++) {
    expect(await throttle(world, store, run, attempt)).toBe('queued')
    expect(await take(store, run, attempt)).toMatchObject({ attempt: attempt + 1 })
  }
  for (let takeover = 1; takeover <= 4; takeover++) await take(store, run, 20)
  await expect(take(store, run, 20)).rejects.toThrow('exhausted')
})

test('a run that was throttled for more than 24 hours in all fails with the reason, and a trigger that waited runs', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const { id, run } = await running(world, store)
  await trigger(store, id, 'while it runs')
  for (let hour = 1; hour <= 24; hour++) {
    expect(await throttle(world, store, run, hour, { waitMs: HOUR_MS })).toBe('queued')
    world.clock.advance(HOUR_MS)
    await take(store, run, hour)
  }
  expect(await throttle(world, store, run, 25)).toBe('failed')
  const [next, ended] = await store.runs(ENVIRONMENT, id, 2)
  expect(ended).toMatchObject({ state: 'ENDED', outcome: 'FAILED', error: expect.stringContaining(REASON) })
  expect(next).toMatchObject({ state: 'QUEUED', cause: 'trigger', throttles: 0 })
})

test('however many runs of one API are throttled, other runs of the environment begin', async () => {
  await using world = await openWorld({ SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '2' })
  const { store, ticker } = world.instance()
  for (let i = 0; i < 10; i++) {
    const { run } = await running(world, store, `sync-${i}`)
    await throttle(world, store, run, 1)
  }
  const other = await create(world, store, { sync: 'other' })
  expect((await store.schedule(ENVIRONMENT, other))?.active).not.toBe('')

  // When they come back they count again, as long as they run.
  world.clock.advance(WAIT_MS + 1000) // one after the other
  await ticker.tick()
  for (const request of (await world.requests()).filter((name) => name.includes('.')).slice(0, 2)) {
    await take(store, request.split('.')[0] ?? '', 1)
  }
  await succeed(world, store, other)
  await trigger(store, other, 'more')
  expect(await store.schedule(ENVIRONMENT, other)).toMatchObject({ active: '', pendingTrigger: 'trigger' })
})

test('runs that were told the same time come back one after the other', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  for (let i = 0; i < 25; i++) {
    const { run } = await running(world, store, `sync-${i}`)
    await throttle(world, store, run, 1)
  }
  await ticker.tick()
  const back = async () => (await world.requests()).filter((name) => name.endsWith('.1')).length
  for (const [afterMs, count] of [
    [WAIT_MS - 1, 0],
    [1, 1],
    [100, 2],
    [1000, 12],
    [1000, 22],
    [1000, 25],
  ] as const) {
    world.clock.advance(afterMs)
    await ticker.tick()
    expect(await back()).toBe(count)
  }
})

test('triggers, slots, pauses and resets meet a throttled run as one that is queued', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  const cases = ['trigger', 'slot', 'pause', 'reset', 'remove'] as const
  const found = Object.fromEntries(
    await Promise.all(cases.map(async (name) => [name, await running(world, store, name)] as const)),
  ) as Record<(typeof cases)[number], { id: string; run: string }>
  for (const { run } of Object.values(found)) await throttle(world, store, run, 1, { waitMs: 2 * HOUR_MS })

  await trigger(store, found.trigger.id, 'one')
  await trigger(store, found.trigger.id, 'two')
  expect(await store.schedule(ENVIRONMENT, found.trigger.id)).toMatchObject({
    active: found.trigger.run,
    pendingTrigger: 'trigger',
  })
  expect(await store.pause(ENVIRONMENT, found.pause.id, 'pause')).toBe('cancelled')
  expect(await trigger(store, found.reset.id, 'reset', { reset: true, emptyCache: false })).toBe('cancelled')
  expect(await store.removeSchedule(ENVIRONMENT, found.remove.id, { reason: 'gone', models: [] })).toBe(
    'cancelled',
  )
  world.clock.advance(HOUR_MS)
  await ticker.tick()
  expect(await store.schedule(ENVIRONMENT, found.slot.id)).toMatchObject({
    active: found.slot.run,
    skipped: 1,
  })

  for (const name of ['pause', 'reset', 'remove'] as const) {
    expect(await store.run(ENVIRONMENT, found[name].run)).toMatchObject({ outcome: 'CANCELLED' })
  }
  world.clock.advance(2 * HOUR_MS)
  await ticker.tick()
  const again = (await world.requests()).filter((name) => name.endsWith('.1'))
  expect(again.toSorted()).toEqual([`${found.trigger.run}.1`, `${found.slot.run}.1`].toSorted())
})

test('an emptying that a throttled run has not done is left to the next run; one that it did is not done again', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  for (const hasBegun of [false, true]) {
    const id = await create(world, store, { sync: `begun-${hasBegun}` })
    await trigger(store, id, 'reset', { reset: true, emptyCache: true })
    const run = (await store.schedule(ENVIRONMENT, id))?.active ?? ''
    await take(store, run)
    await throttle(world, store, run, 1, { hasBegun })
    await take(store, run, 1)
    await throttle(world, store, run, 2, { hasBegun: false })
    await store.pause(ENVIRONMENT, id, 'pause')
    await store.start(ENVIRONMENT, id, 'start', world.clock.now + HOUR_MS)
    const next = await store.run(ENVIRONMENT, (await store.schedule(ENVIRONMENT, id))?.active ?? '')
    expect(next).toMatchObject({ emptyCache: !hasBegun })
  }
})

test('the lease of a throttled run lasts as long as its wait and the time for a runner to take it', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  const { run } = await running(world, store)
  await throttle(world, store, run, 1)
  world.clock.advance(WAIT_MS + HOUR_MS - 1)
  expect((await store.readWork(ENVIRONMENT, 10)).expired).toEqual([])
  world.clock.advance(1)
  await ticker.tick()
  expect(await world.ended()).toMatchObject([
    { runId: run, attempt: 2, outcome: 'RUN_OUTCOME_LOST', error: 'no runner took the run in time' },
  ])
})

test('a report that comes twice queues the run once; status says until when; a scheduler that starts later requests it', async () => {
  await using world = await openWorld()
  const scheduler = await world.scheduler()
  const other = await world.scheduler()
  await world.deploy({ name: 'issues' })
  await world.connect('one')
  const run = await eventually(async () => (await world.requests())[0] ?? expect.fail('no run yet'))
  const at = { environment: ENVIRONMENT, runId: run }
  await scheduler.runs.startAttempt({ ...at, runner: 'r' })
  const untilMs = world.clock.now + WAIT_MS
  for (let times = 0; times < 2; times++) {
    await world.finish(run, 1, RunOutcome.THROTTLED, REASON, { resumeAtMs: untilMs })
  }
  const lastRun = async ({ schedules } = scheduler) => {
    const of = { environment: ENVIRONMENT, providerConfigKey: 'github', connectionId: 'one' }
    return (await schedules.listSchedules(of)).schedules[0]?.lastRun
  }
  await eventually(async () =>
    expect(await lastRun()).toMatchObject({
      state: 'RUN_STATE_QUEUED',
      throttled: { times: 1, untilMs, reason: REASON },
    }),
  )
  await scheduler[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
  world.clock.advance(WAIT_MS)
  await using again = await world.scheduler()
  await eventually(async () => expect(await world.requests()).toContain(`${run}.1`))
  const old = await again.runs.startAttempt({ ...at, runner: 'r' })
  expect(old.outcome).toMatchObject({ $case: 'refused' })
  const { outcome } = await again.runs.startAttempt({ ...at, runner: 'r', throttles: 1 })
  expect(outcome).toMatchObject({ $case: 'started', value: { attempt: 2 } })
  const running = { state: 'RUN_STATE_RUNNING', throttled: { times: 1, untilMs: 0 } }
  expect(await lastRun(again)).toMatchObject(running)
})

async function running(world: World, store: Store, sync = 'issues') {
  const id = await create(world, store, { sync })
  const run = (await store.schedule(ENVIRONMENT, id))?.active ?? ''
  await take(store, run)
  return { id, run }
}

function throttle(
  world: World,
  store: Store,
  run: string,
  attempt: number,
  { waitMs = WAIT_MS, hasBegun = true } = {},
) {
  return store.throttle(ENVIRONMENT, run, {
    attempt,
    reason: REASON,
    resumeAt: world.clock.now + waitMs,
    hasBegun,
    counts: [],
    lastLines: [],
    maxThrottledMs: 24 * HOUR_MS,
    resumesPerSecond: 10,
  })
}
