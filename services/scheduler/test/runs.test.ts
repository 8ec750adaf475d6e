import { expect, test } from 'vitest'
import { fenceOf, numberOf } from '../src/schedules/run.ts'
import {
  activeOf,
  create,
  end,
  LEASE_MS,
  pass,
  RUNNER,
  scheduleOf,
  succeed,
  take,
  takeAll,
  trigger,
} from './steps.ts'
import { HOUR_MS, MINUTE_MS, openWorld } from './world.ts'

const OTHER = { ...RUNNER, id: 'host/2/two' }
const COUNTS = [{ model: 'Issue', added: 1, updated: 2, deleted: 3, unchanged: 4 }]

test('a new schedule runs at once, and its run is handed out exactly once', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  expect(await activeOf(instance, id)).toMatchObject({ state: 'QUEUED', cause: 'schedule', lane: 'first' })
  const [taken, ...more] = await takeAll(instance)
  expect(more).toEqual([])
  expect(taken).toMatchObject({
    attempt: 1,
    environment: 'dev',
    integration: 'github',
    connection: 'customer-uid',
    sync: 'issues',
    variant: 'base',
    startedAt: world.clock.now,
    queuedAt: world.clock.now,
    checkpoint: '',
    lastSyncAt: 0,
  })
  expect(await takeAll(instance, OTHER)).toEqual([])
  expect(await activeOf(instance, id)).toMatchObject({
    state: 'RUNNING',
    runner: RUNNER.id,
    sandbox: 'oswall',
  })
})

test('a slot fires when it is due, not before, and the next one is an interval later', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  await succeed(instance, id)
  const slot = (await scheduleOf(instance, id))?.nextAt ?? 0
  world.clock.now = slot - 1
  await instance.ticker.tick()
  expect(await activeOf(instance, id)).toBeUndefined()
  world.clock.now = slot
  await instance.ticker.tick()
  expect(await activeOf(instance, id)).toMatchObject({ cause: 'schedule', lane: 'fresh', requestedAt: slot })
  expect(await scheduleOf(instance, id)).toMatchObject({ nextAt: slot + HOUR_MS, skipped: 0 })
})

test('a paused schedule never fires', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  await create(instance, { paused: true })
  world.clock.advance(100 * HOUR_MS)
  await instance.ticker.tick()
  expect(await takeAll(instance)).toEqual([])
})

test('after downtime an overdue schedule fires once, and the slots that were missed are counted with their reason', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  await succeed(instance, id)
  const slot = (await scheduleOf(instance, id))?.nextAt ?? 0
  world.clock.now = slot + 5 * HOUR_MS + MINUTE_MS
  await instance.ticker.tick()
  await succeed(instance, id)
  await instance.ticker.tick()
  expect(await takeAll(instance)).toEqual([])
  expect(await scheduleOf(instance, id)).toMatchObject({ skipped: 5, nextAt: slot + 6 * HOUR_MS })
  const skips = await world.redis.lrange(world.key(`k:${id}`), 0, -1)
  expect(skips.map((text) => JSON.parse(text))).toEqual([[slot, world.clock.now, 5, 'scheduler_down']])
})

test('a slot that comes while a run is active is skipped, with the reason why that run is still there', async () => {
  await using world = await openWorld({ SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '1' })
  const instance = await world.instance()
  const id = await create(instance)
  const reasons = async (of = id) =>
    (await world.redis.lrange(world.key(`k:${of}`), 0, -1))
      .map((text) => JSON.parse(text))
      .map(([, , n, why]) => [n, why])
  world.clock.advance(HOUR_MS)
  await instance.ticker.tick()
  expect(await reasons()).toEqual([[1, 'no_runner']])
  const first = await take(instance, id)
  world.clock.advance(HOUR_MS)
  await instance.ticker.tick()
  expect(await reasons()).toEqual([
    [1, 'backfilling'],
    [1, 'no_runner'],
  ])

  const waiting = await create(instance, { uid: 'other' })
  world.clock.advance(HOUR_MS)
  await instance.ticker.tick()
  expect(await reasons(waiting)).toEqual([[1, 'environment_full']])
  expect(await end(instance, first)).toBe('')
  await trigger(instance, id, 'again')
  await take(instance, id)
  for (let hour = 0; hour < 2; hour++) {
    world.clock.advance(HOUR_MS)
    await instance.ticker.tick()
  }
  expect((await reasons())[0]).toEqual([2, 'overlap'])
  expect(await scheduleOf(instance, id)).toMatchObject({ skipped: 5 })
})

test('any number of instances claim each slot exactly once', async () => {
  await using world = await openWorld({ SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '1000' })
  const instances = [await world.instance(), await world.instance(), await world.instance()]
  const [instance] = instances as [(typeof instances)[0]]
  const ids = await Promise.all(Array.from({ length: 300 }, (_, i) => create(instance, { uid: `uid-${i}` })))
  for (const taken of await instance.runs.takeRuns({ ...RUNNER, slots: 1000 }, 300, 0))
    await end(instance, taken)

  world.clock.advance(HOUR_MS)
  await Promise.all(
    instances.map(async ({ ticker }) => {
      while (await ticker.tick());
    }),
  )
  const taken = await instance.runs.takeRuns({ ...RUNNER, slots: 1000 }, 400, 0)
  expect(new Set(taken.map(({ run }) => run)).size).toBe(300)
  for (const id of ids) expect(await scheduleOf(instance, id)).toMatchObject({ skipped: 0 })
  expect(await world.problems()).toEqual([])
})

test('in a full environment what is due waits, and another environment does not', async () => {
  await using world = await openWorld({ SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '2' })
  const instance = await world.instance()
  await Promise.all(['a', 'b', 'c'].map((uid) => create(instance, { uid })))
  await create(instance, { uid: 'd', environment: 'prod' })
  const taken = await takeAll(instance)
  expect(taken.map(({ environment }) => environment).toSorted()).toEqual(['dev', 'dev', 'prod'])
  expect(await world.problems()).toEqual([])
  const [ended] = taken.filter(({ environment }) => environment === 'dev')
  await end(instance, ended ?? expect.fail())
  expect(await takeAll(instance)).toMatchObject([{ environment: 'dev' }])
})

test('triggers that come while a run is queued or running become exactly one more run', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  await trigger(instance, id, 'one')
  await trigger(instance, id, 'two')
  const first = await take(instance, id)
  await trigger(instance, id, 'three')
  expect(await takeAll(instance)).toEqual([])
  await end(instance, first)
  expect(await activeOf(instance, id)).toMatchObject({ state: 'QUEUED', cause: 'trigger', lane: 'triggered' })
  await succeed(instance, id)
  expect(await instance.runs.ended(id, 50)).toHaveLength(2)
  expect(await takeAll(instance)).toEqual([])
})

test('a trigger of a paused schedule runs it once and leaves it paused', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance, { paused: true })
  await trigger(instance, id, 'one')
  await succeed(instance, id)
  world.clock.advance(10 * HOUR_MS)
  await instance.ticker.tick()
  expect(await scheduleOf(instance, id)).toMatchObject({ state: 'PAUSED', active: '', pending: '' })
})

test('a reset cancels the active run, forgets checkpoint and last success, and runs again', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  await succeed(instance, id)
  await trigger(instance, id, 'again')
  const old = await take(instance, id)
  expect(await instance.runs.saveCheckpoint(old.run, 1, '{"page":7}')).toBe('')

  const { stops } = await trigger(instance, id, 'reset', { reset: true, emptyCache: true })
  expect(JSON.stringify(stops)).toContain(old.run)
  expect(await scheduleOf(instance, id)).toMatchObject({ checkpoint: '', lastSyncAt: 0 })
  expect((await instance.runs.ended(id, 1))[0]).toMatchObject({ id: old.run, outcome: 'CANCELLED' })
  expect(await activeOf(instance, id)).toMatchObject({ state: 'QUEUED', emptyCache: true, lane: 'triggered' })

  const beat = { run: old.run, attempt: 1, counts: [], parked: '' }
  expect(await instance.runs.heartbeat(RUNNER, [beat])).toMatchObject({ stops: [{ runId: old.run }] })
  expect(await instance.runs.saveCheckpoint(old.run, 1, '{"page":8}')).toContain('ended')
  expect(await end(instance, old)).toContain('ended')
  expect((await scheduleOf(instance, id))?.checkpoint).toBe('')
})

test('the emptying that a reset asked for happens even if its run is paused away first', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  await trigger(instance, id, 'reset', { reset: true, emptyCache: true })
  await instance.schedules.pause([id], 'pause')
  expect(await activeOf(instance, id)).toBeUndefined()
  await instance.schedules.start([id], 'start')
  expect(await activeOf(instance, id)).toMatchObject({ cause: 'start', emptyCache: true })
  await succeed(instance, id)
  await trigger(instance, id, 'more')
  expect(await activeOf(instance, id)).toMatchObject({ emptyCache: false })
})

test('a command that comes again has no second effect', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance, { paused: true })
  await trigger(instance, id, 'same')
  await succeed(instance, id)
  await trigger(instance, id, 'same')
  expect(await activeOf(instance, id)).toBeUndefined()
})

test('a pause lets a running run finish and drops one that waits', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const running = await create(instance, { uid: 'running' })
  const taken = await take(instance, running)
  const queued = await create(instance, { uid: 'queued' })
  await instance.schedules.pause([running, queued], 'p1')
  expect((await instance.runs.ended(queued, 1))[0]).toMatchObject({ outcome: 'CANCELLED', attempt: 0 })
  expect(await takeAll(instance)).toEqual([])
  expect(await end(instance, taken)).toBe('')
  world.clock.advance(10 * HOUR_MS)
  await instance.ticker.tick()
  expect(await takeAll(instance)).toEqual([])
  expect(await world.problems()).toEqual([])
})

test('a start runs at once and then on its frequency; started already, it has no effect', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance, { paused: true })
  await instance.schedules.start([id], 's1')
  await instance.schedules.start([id], 's2')
  expect(await scheduleOf(instance, id)).toMatchObject({ pending: '' })
  await succeed(instance, id)
  world.clock.advance(HOUR_MS)
  await instance.ticker.tick()
  await succeed(instance, id)
})

test('the end of a run counts once, also if it is reported again', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  const startedAt = world.clock.advance(1000)
  const taken = await take(instance, id)
  world.clock.advance(1000)
  expect(await end(instance, taken, { counts: COUNTS })).toBe('')
  expect(await end(instance, taken, { outcome: 'FAILED' })).toContain('has ended')
  expect(await instance.runs.ended(id, 50)).toMatchObject([
    { id: taken.run, outcome: 'SUCCESS', startedAt, finishedAt: world.clock.now, attempt: 1, counts: COUNTS },
  ])
  expect(await scheduleOf(instance, id)).toMatchObject({
    lastSyncAt: startedAt,
    freshAt: world.clock.now,
    active: '',
  })
})

test('a failure keeps the checkpoint and the last success, and is counted until a success', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  await succeed(instance, id)
  const { lastSyncAt, freshAt } = (await scheduleOf(instance, id)) ?? {}
  for (const failures of [1, 2]) {
    world.clock.advance(1000)
    await trigger(instance, id, `more-${failures}`)
    const taken = await take(instance, id)
    await instance.runs.saveCheckpoint(taken.run, 1, '{"page":2}')
    await end(instance, taken, { outcome: 'FAILED', error: 'no', lastLines: ['error no'] })
    expect(await scheduleOf(instance, id)).toMatchObject({
      checkpoint: '{"page":2}',
      lastSyncAt,
      freshAt,
      failures,
    })
  }
  expect((await instance.runs.ended(id, 1))[0]).toMatchObject({ error: 'no', lastLines: ['error no'] })
  expect(await scheduleOf(instance, id)).toMatchObject({ failingSince: world.clock.now - 1000 })
  await trigger(instance, id, 'last')
  await succeed(instance, id)
  expect(await scheduleOf(instance, id)).toMatchObject({ failures: 0, failingSince: 0 })
})

test('a success that held deletions back is a success, and leaves the records as old as they were', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  await succeed(instance, id)
  const { freshAt } = (await scheduleOf(instance, id)) ?? {}
  const heldSince = world.clock.advance(1000)
  for (const command of ['one', 'two']) {
    await trigger(instance, id, command)
    const startedAt = world.clock.now
    await end(instance, await take(instance, id), { heldBack: true })
    expect(await scheduleOf(instance, id)).toMatchObject({ freshAt, heldSince, lastSyncAt: startedAt })
    expect((await instance.runs.ended(id, 1))[0]).toMatchObject({ heldBack: true })
    world.clock.advance(1000)
  }
  await trigger(instance, id, 'three')
  await succeed(instance, id)
  expect(await scheduleOf(instance, id)).toMatchObject({ freshAt: world.clock.now, heldSince: 0 })
})

test('an attempt that was taken over can neither save, nor go on, nor end the run', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  const first = await take(instance, id)
  await pass(world, instance, LEASE_MS + 1000)
  expect(await end(instance, first)).toContain('waits for the next one')
  const second = await take(instance, id, OTHER)
  expect(second).toMatchObject({ run: first.run, attempt: 2 })
  expect(await instance.runs.saveCheckpoint(first.run, 1, '{"a":1}')).toContain('taken over')
  const beat = { run: first.run, attempt: 1, counts: [], parked: '' }
  expect((await instance.runs.heartbeat(RUNNER, [beat])).stops).toMatchObject([
    { reason: 'attempt 2 has taken over' },
  ])
  expect(await end(instance, first, { outcome: 'FAILED' })).toContain('taken over')
  expect(await instance.runs.saveCheckpoint(second.run, 2, '{"a":2}')).toBe('')
  expect(await end(instance, second)).toBe('')
})

test('fences grow from run to run, and over the end of a schedule that is made again', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const fences = []
  for (let round = 0; round < 3; round++) {
    const id = await create(instance)
    for (let more = 0; more < 20; more++) {
      const taken = await take(instance, id)
      fences.push(fenceOf(numberOf(taken.run), taken.attempt))
      await end(instance, taken)
      await trigger(instance, id, `${round}-${more}`)
    }
    world.clock.advance(60_000)
    await take(instance, id).then((taken) => end(instance, taken))
    await world.redis.del(world.key(`s:${id}`), world.key(`h:${id}`))
  }
  expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b))
  expect(Math.max(...fences)).toBeLessThan(Number.MAX_SAFE_INTEGER)
})

test('the history of a schedule is bounded, and so is the list of its environment', async () => {
  await using world = await openWorld({ SCHEDULER_RUNS_KEPT: '100' })
  const instance = await world.instance()
  const id = await create(instance)
  for (let i = 0; i < 320; i++) {
    await succeed(instance, id)
    await trigger(instance, id, `more-${i}`)
  }
  expect(await instance.runs.ended(id, 1000)).toHaveLength(50)
  // Redis drops whole nodes of a stream: of a hundred runs each.
  expect(await world.redis.xlen(world.key('runs:dev'))).toBeLessThanOrEqual(200)
})
