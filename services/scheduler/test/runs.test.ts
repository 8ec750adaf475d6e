import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { fenceOf } from '../src/run.ts'
import { create, end, LEASE_MS, newSchedule, succeed, take, trigger } from './steps.ts'
import { ENVIRONMENT, HOUR_MS, MINUTE_MS, openWorld } from './world.ts'

test('a new schedule runs at once, and its run is asked for exactly once', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  const id = await create(world, store)
  await ticker.tick()
  await ticker.tick()
  const schedule = await store.schedule(ENVIRONMENT, id)
  expect(await world.requested()).toEqual([schedule?.active])
  expect(await store.run(ENVIRONMENT, schedule?.active ?? '')).toMatchObject({
    state: 'QUEUED',
    cause: 'schedule',
  })
})

test('a slot fires when it is due, not before, and the next one is an interval later', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  const id = await create(world, store)
  await succeed(world, store, id)
  const slot = (await store.schedule(ENVIRONMENT, id))?.nextAt ?? 0
  world.clock.now = slot - 1
  expect(await ticker.tick()).toBe(0)
  world.clock.now = slot
  expect(await ticker.tick()).toBe(2) // the claim, and its message
  expect(await store.schedule(ENVIRONMENT, id)).toMatchObject({ nextAt: slot + HOUR_MS, skipped: 0 })
  expect(await world.requested()).toHaveLength(1)
})

test('a paused schedule never fires', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  await create(world, store, { state: 'PAUSED' })
  world.clock.advance(100 * HOUR_MS)
  expect(await ticker.tick()).toBe(0)
  expect(await world.requested()).toEqual([])
})

test('after downtime an overdue schedule fires once, and the slots that were missed are counted', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  const id = await create(world, store)
  await succeed(world, store, id)
  const slot = (await store.schedule(ENVIRONMENT, id))?.nextAt ?? 0
  world.clock.now = slot + 5 * HOUR_MS + MINUTE_MS
  await ticker.tick()
  await succeed(world, store, id)
  await ticker.tick()
  expect(await world.requested()).toHaveLength(1)
  expect(await store.schedule(ENVIRONMENT, id)).toMatchObject({ skipped: 5, nextAt: slot + 6 * HOUR_MS })
})

test('a slot that comes while a run is active is skipped and counted', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  const id = await create(world, store)
  const first = (await store.schedule(ENVIRONMENT, id))?.active
  for (let hour = 0; hour < 3; hour++) {
    world.clock.advance(HOUR_MS)
    await ticker.tick()
  }
  expect(await store.schedule(ENVIRONMENT, id)).toMatchObject({ skipped: 3, active: first })
})

test('any number of instances claim each slot exactly once', async () => {
  await using world = await openWorld({ SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '1000' })
  const instances = [world.instance(), world.instance(), world.instance()]
  const [{ store }] = instances as [(typeof instances)[0]]
  const ids = await Promise.all(
    Array.from({ length: 300 }, (_, i) => create(world, store, { sync: `sync-${i}` })),
  )
  for (const id of ids) await succeed(world, store, id)

  world.clock.advance(HOUR_MS)
  const claims = await Promise.all(
    instances.map(async ({ ticker }) => {
      let done = 0
      for (let found = 1; found > 0; done += found) found = await ticker.tick()
      return done
    }),
  )
  expect(claims.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(300)
  const requested = await world.requested()
  expect(requested).toHaveLength(300)
  expect(new Set(requested).size).toBe(300)
  for (const id of ids) {
    expect(await store.runs(ENVIRONMENT, id, 50)).toHaveLength(2)
    expect(await store.schedule(ENVIRONMENT, id)).toMatchObject({ skipped: 0 })
  }
})

test('a slot that was read before another instance claimed it is not claimed again, even if its run has ended', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const id = await create(world, store)
  await succeed(world, store, id)
  world.clock.advance(HOUR_MS)
  const slot = (await store.schedule(ENVIRONMENT, id))?.nextAt ?? 0
  const slots = { slot, nextAt: slot + HOUR_MS, missed: 0 }
  expect(await store.claim(ENVIRONMENT, id, slots)).toBe('run')
  await succeed(world, store, id)
  expect(await store.claim(ENVIRONMENT, id, slots)).toBe('lost')
})

test('a run that waited for room begins once and takes no slot', async () => {
  await using world = await openWorld({ SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '1' })
  const { store } = world.instance()
  const running = await create(world, store, { sync: 'running' })
  const id = await create(world, store)
  const slot = (await store.schedule(ENVIRONMENT, id))?.nextAt ?? 0
  const slots = { slot, nextAt: slot + HOUR_MS, missed: 0 }
  expect(await store.claim(ENVIRONMENT, id, slots)).toBe('full')
  await succeed(world, store, running)
  expect(await store.claim(ENVIRONMENT, id, slots)).toBe('run')
  expect(await store.claim(ENVIRONMENT, id, slots)).toBe('lost')
  expect(await store.schedule(ENVIRONMENT, id)).toMatchObject({ nextAt: slot, skipped: 0 })
})

test('a claim whose instance died before it was sent is sent by another', async () => {
  await using world = await openWorld()
  const [dying, other] = [world.instance(), world.instance()]
  const id = await create(world, dying.store)
  await succeed(world, dying.store, id)
  world.clock.advance(HOUR_MS)
  const {
    due: [due],
  } = await dying.store.readWork(ENVIRONMENT, 1)
  const slots = { slot: due?.nextAt ?? 0, nextAt: (due?.nextAt ?? 0) + HOUR_MS, missed: 0 }
  expect(await dying.store.claim(ENVIRONMENT, id, slots)).toBe('run')

  expect(await world.requested()).toEqual([])
  await other.ticker.tick()
  await other.ticker.tick()
  expect(await world.requested()).toHaveLength(1)
})

test('in a full environment what is due waits, and another environment does not', async () => {
  await using world = await openWorld({ SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '2' })
  const { store, ticker } = world.instance()
  const ids = await Promise.all(['a', 'b', 'c'].map((sync) => create(world, store, { sync })))
  await create(world, store, { sync: 'd' }, 'prod')
  await ticker.tick()
  expect(await world.requested()).toHaveLength(3)
  const schedules = await Promise.all(ids.map((id) => store.schedule(ENVIRONMENT, id)))
  const waiting = schedules.find((schedule) => schedule?.active === '')
  const running = schedules.find((schedule) => schedule?.active !== '')
  expect(waiting?.pendingTrigger).toBe('schedule')

  await succeed(world, store, running?.id ?? '')
  await ticker.tick()
  expect((await store.schedule(ENVIRONMENT, waiting?.id ?? ''))?.active).not.toBe('')
})

test('triggers that come while a run is queued or running become exactly one more run', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const id = await create(world, store)
  const first = (await store.schedule(ENVIRONMENT, id))?.active ?? ''
  await trigger(store, id, 'one')
  await trigger(store, id, 'two')
  await take(store, first)
  await trigger(store, id, 'three')
  expect(await store.runs(ENVIRONMENT, id, 50)).toHaveLength(1)
  await succeed(world, store, id)
  expect(await store.runs(ENVIRONMENT, id, 50)).toMatchObject([
    { state: 'QUEUED', cause: 'trigger' },
    { state: 'ENDED' },
  ])
  await succeed(world, store, id)
  expect(await store.runs(ENVIRONMENT, id, 50)).toHaveLength(2)
})

test('a trigger of a paused schedule runs it once and leaves it paused', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  const id = await create(world, store, { state: 'PAUSED' })
  await trigger(store, id, 'one')
  await succeed(world, store, id)
  world.clock.advance(10 * HOUR_MS)
  await ticker.tick()
  expect(await store.schedule(ENVIRONMENT, id)).toMatchObject({
    state: 'PAUSED',
    active: '',
    pendingTrigger: '',
  })
  expect(await store.runs(ENVIRONMENT, id, 50)).toHaveLength(1)
})

test('a reset cancels the active run, forgets checkpoint and last success, and runs again', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const id = await create(world, store)
  await succeed(world, store, id)
  await trigger(store, id, 'again')
  const old = (await store.schedule(ENVIRONMENT, id))?.active ?? ''
  await take(store, old)
  expect(await store.saveCheckpoint(ENVIRONMENT, old, 1, '{"page":7}')).toBe('')

  await trigger(store, id, 'reset', { reset: true, emptyCache: true })
  const schedule = await store.schedule(ENVIRONMENT, id)
  expect(schedule).toMatchObject({ checkpoint: '', lastSyncAt: 0 })
  expect(await store.run(ENVIRONMENT, old)).toMatchObject({ state: 'ENDED', outcome: 'CANCELLED' })
  expect(await store.run(ENVIRONMENT, schedule?.active ?? '')).toMatchObject({
    state: 'QUEUED',
    emptyCache: true,
  })

  expect(await store.heartbeat(ENVIRONMENT, old, { attempt: 1, counts: [], leaseMs: LEASE_MS })).toContain(
    'CANCELLED',
  )
  expect(await store.saveCheckpoint(ENVIRONMENT, old, 1, '{"page":8}')).not.toBe('')
  expect((await store.schedule(ENVIRONMENT, id))?.checkpoint).toBe('')
})

test('the emptying that a reset asked for happens even if its run is paused away first', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const id = await create(world, store)
  await trigger(store, id, 'reset', { reset: true, emptyCache: true })
  await store.pause(ENVIRONMENT, id, 'pause')
  expect((await store.schedule(ENVIRONMENT, id))?.active).toBe('')
  await store.start(ENVIRONMENT, id, 'start', world.clock.now + HOUR_MS)
  const run = await store.run(ENVIRONMENT, (await store.schedule(ENVIRONMENT, id))?.active ?? '')
  expect(run).toMatchObject({ cause: 'start', emptyCache: true })
  await succeed(world, store, id)
  await trigger(store, id, 'more')
  expect((await store.runs(ENVIRONMENT, id, 1))[0]).toMatchObject({ emptyCache: false })
})

test('a command that comes again has no second effect', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const id = await create(world, store, { state: 'PAUSED' })
  expect(await trigger(store, id, 'same')).toBe('done')
  await succeed(world, store, id)
  expect(await trigger(store, id, 'same')).toBe('repeated')
  expect(await store.runs(ENVIRONMENT, id, 50)).toHaveLength(1)
})

test('a pause lets a running run finish and drops one that waits', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  const running = await create(world, store, { sync: 'running' })
  const queued = await create(world, store, { sync: 'queued' })
  const run = (await store.schedule(ENVIRONMENT, running))?.active ?? ''
  await take(store, run)
  await store.pause(ENVIRONMENT, running, 'p1')
  await store.pause(ENVIRONMENT, queued, 'p2')
  expect((await store.schedule(ENVIRONMENT, running))?.active).toBe(run)
  expect((await store.runs(ENVIRONMENT, queued, 1))[0]).toMatchObject({ outcome: 'CANCELLED' })
  await ticker.tick()
  expect(await world.requested()).toEqual([run])
  await end(world, store, run, 1, 'SUCCESS')
  world.clock.advance(10 * HOUR_MS)
  expect(await ticker.tick()).toBe(0)
})

test('a start runs at once and then on its frequency; started already, it has no effect', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  const id = await create(world, store, { state: 'PAUSED' })
  await store.start(ENVIRONMENT, id, 's1', world.clock.now + HOUR_MS)
  await store.start(ENVIRONMENT, id, 's2', world.clock.now + 2 * HOUR_MS)
  expect(await store.runs(ENVIRONMENT, id, 50)).toHaveLength(1)
  await succeed(world, store, id)
  world.clock.advance(HOUR_MS)
  await ticker.tick()
  expect(await store.runs(ENVIRONMENT, id, 50)).toHaveLength(2)
})

test('the end of a run counts once, also if it is reported again', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const id = await create(world, store)
  const run = (await store.schedule(ENVIRONMENT, id))?.active ?? ''
  const startedAt = world.clock.advance(1000)
  await take(store, run)
  world.clock.advance(1000)
  expect(await end(world, store, run, 1, 'SUCCESS')).toBe('')
  expect(await end(world, store, run, 1, 'FAILED')).toContain('has ended')
  expect(await store.run(ENVIRONMENT, run)).toMatchObject({ outcome: 'SUCCESS' })
  expect(await store.schedule(ENVIRONMENT, id)).toMatchObject({ lastSyncAt: startedAt, active: '' })
})

test('a failure keeps the checkpoint and the last success', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const id = await create(world, store)
  await succeed(world, store, id)
  const { lastSyncAt } = (await store.schedule(ENVIRONMENT, id)) ?? {}
  world.clock.advance(1000)
  await trigger(store, id, 'more')
  const run = (await store.schedule(ENVIRONMENT, id))?.active ?? ''
  await take(store, run)
  await store.saveCheckpoint(ENVIRONMENT, run, 1, '{"page":2}')
  await end(world, store, run, 1, 'FAILED')
  expect(await store.schedule(ENVIRONMENT, id)).toMatchObject({ checkpoint: '{"page":2}', lastSyncAt })
})

test('an attempt that was taken over can neither save, nor go on, nor end the run', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const id = await create(world, store)
  const run = (await store.schedule(ENVIRONMENT, id))?.active ?? ''
  const first = await take(store, run)
  const second = await take(store, run)
  expect(second.fence).toBe(first.fence + 1)
  expect(await store.saveCheckpoint(ENVIRONMENT, run, 1, '{"a":1}')).toContain('taken over')
  expect(await store.heartbeat(ENVIRONMENT, run, { attempt: 1, counts: [], leaseMs: 1 })).toContain(
    'taken over',
  )
  expect(await end(world, store, run, 1, 'FAILED')).toContain('taken over')
  expect(await store.saveCheckpoint(ENVIRONMENT, run, 2, '{"a":2}')).toBe('')
  expect(await end(world, store, run, 2, 'SUCCESS')).toBe('')
})

test('a run is taken over no more than five times', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const id = await create(world, store)
  const run = (await store.schedule(ENVIRONMENT, id))?.active ?? ''
  for (let attempt = 1; attempt <= 5; attempt++) expect((await take(store, run)).attempt).toBe(attempt)
  const sixth = await store.startAttempt(ENVIRONMENT, run, {
    throttles: 0,
    runner: 'r',
    sandbox: 'oswall',
    leaseMs: LEASE_MS,
    maxAttempts: 5,
  })
  expect(sixth).toEqual({ kind: 'exhausted', attempt: 5 })
})

test('fences grow from run to run, and over the end of a schedule that is made again', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const fences: number[] = []
  for (let round = 0; round < 3; round++) {
    const id = await create(world, store)
    for (let more = 0; more < 20; more++) {
      const run = (await store.schedule(ENVIRONMENT, id))?.active ?? ''
      fences.push((await take(store, run)).fence)
      await end(world, store, run, 1, 'SUCCESS')
      await trigger(store, id, `${round}-${more}`)
    }
    await store.removeSchedule(ENVIRONMENT, id, { reason: 'test', models: [] })
    const cleaning = await store.cleaning(ENVIRONMENT, id)
    fences.push(fenceOf(cleaning?.number ?? 0, 0))
    await store.cleaned(ENVIRONMENT, id)
    world.clock.advance(60_000)
  }
  expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b))
  expect(Math.max(...fences)).toBeLessThan(Number.MAX_SAFE_INTEGER)
})

test('a schedule whose records are still being removed is not made again', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const schedule = newSchedule(world)
  await store.createSchedule(ENVIRONMENT, schedule)
  await store.removeSchedule(ENVIRONMENT, schedule.id, { reason: 'test', models: ['Issue'] })
  expect(await store.createSchedule(ENVIRONMENT, schedule)).toBe('cleaning')
  await store.cleaned(ENVIRONMENT, schedule.id)
  expect(await store.createSchedule(ENVIRONMENT, schedule)).toBe('created')
})

test('the history of a schedule is bounded', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const id = await create(world, store)
  const first = (await store.schedule(ENVIRONMENT, id))?.active ?? ''
  for (let i = 0; i < 60; i++) {
    await succeed(world, store, id)
    await trigger(store, id, `more-${i}`)
  }
  expect(await store.runs(ENVIRONMENT, id, 1000)).toHaveLength(50)
  expect(await store.run(ENVIRONMENT, first)).toBeUndefined()
})

test('an override moves the next slot; without one a new default does', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const id = await create(world, store)
  const nextAt = world.clock.now + MINUTE_MS
  await store.setFrequency(ENVIRONMENT, id, 'c1', { frequency: 'every minute', nextAt })
  await store.setDeployed(ENVIRONMENT, id, { default: 'every day', models: ['Issue'], nextAt: 1 })
  expect(await store.schedule(ENVIRONMENT, id)).toMatchObject({
    frequency: 'every minute',
    nextAt,
    default: 'every day',
  })
  await store.setFrequency(ENVIRONMENT, id, 'c2', { frequency: '', nextAt: 2 })
  await store.setDeployed(ENVIRONMENT, id, { default: 'every week', models: ['Issue'], nextAt: 3 })
  expect(await store.schedule(ENVIRONMENT, id)).toMatchObject({ nextAt: 3 })
})

test('a run whose runner is silent for longer than its lease is lost, one with a heartbeat is not', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  const [silent, alive] = [
    await create(world, store, { sync: 'silent' }),
    await create(world, store, { sync: 'alive' }),
  ]
  const runs = await Promise.all(
    [silent, alive].map(async (id) => (await store.schedule(ENVIRONMENT, id))?.active ?? ''),
  )
  for (const run of runs) await take(store, run)
  world.clock.advance(LEASE_MS)
  await store.heartbeat(ENVIRONMENT, runs[1] ?? '', { attempt: 1, counts: [], leaseMs: LEASE_MS })
  await ticker.tick()
  await ticker.tick()
  expect(await world.ended()).toMatchObject([{ runId: runs[0], attempt: 1, outcome: 'RUN_OUTCOME_LOST' }])
})

test('after its start a scheduler waits for heartbeats before it ends runs as lost', async () => {
  await using world = await openWorld()
  const { store } = world.instance()
  const id = await create(world, store)
  await take(store, (await store.schedule(ENVIRONMENT, id))?.active ?? '')
  world.clock.advance(HOUR_MS)
  const { ticker } = world.instance()
  await ticker.tick()
  expect(await world.ended()).toEqual([])
  world.clock.advance(LEASE_MS)
  await ticker.tick()
  await eventually(async () => expect(await world.ended()).toHaveLength(1))
})
