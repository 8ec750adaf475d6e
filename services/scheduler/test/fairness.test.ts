import { expect, test } from 'vitest'
import type { Taken } from '../src/store/run-store.ts'
import { create, end, type Instance, RUNNER, succeed, trigger, triggerAll } from './steps.ts'
import { HOUR_MS, openWorld } from './world.ts'

const SECOND_MS = 1000
const PLENTY = { SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '10000' }

test('environments get work by their weights, whatever each has waiting', async () => {
  await using world = await openWorld(PLENTY)
  const instance = await world.instance()
  const weights = { small: 1, middle: 2, large: 4 }
  for (const [environment, weight] of Object.entries(weights)) {
    await instance.schedules.setLimit({ environment, integration: '', weight })
    await createMany(instance, environment === 'small' ? 60 : 40, { environment })
  }
  await sharesAre(weights, 70, async () => (await takeOne(instance)).environment)
})

test('integrations of an environment get work by their weights, and its connections in turn', async () => {
  await using world = await openWorld(PLENTY)
  const instance = await world.instance()
  const weights = { github: 1, jira: 3 }
  for (const [integration, weight] of Object.entries(weights)) {
    await instance.schedules.setLimit({ environment: 'dev', integration, weight })
    await createMany(instance, 40, { integration })
  }
  await sharesAre(weights, 40, async () => (await takeOne(instance)).integration)
})

test('a connection with many syncs gets as many runs as one with few', async () => {
  await using world = await openWorld(PLENTY)
  const instance = await world.instance()
  for (let i = 0; i < 30; i++) await create(instance, { uid: 'many', sync: `sync-${i}` })
  for (let i = 0; i < 5; i++) await create(instance, { uid: 'few', sync: `sync-${i}` })
  await sharesAre({ many: 1, few: 1 }, 10, async () => (await takeOne(instance)).uid)
})

test('lanes of an environment get work as 8 : 4 : 1', async () => {
  await using world = await openWorld(PLENTY)
  const instance = await world.instance()
  await createMany(instance, 80, { sync: 'fresh' })
  for (const taken of await takeMany(instance, 80)) await end(instance, taken)
  await createMany(instance, 40, { sync: 'first' })
  const triggered = await createMany(instance, 80, { sync: 'triggered', paused: true })
  for (const id of triggered) await trigger(instance, id, `t-${id}`)
  world.clock.advance(HOUR_MS)
  while (await instance.ticker.tick());
  await sharesAre({ triggered: 8, fresh: 4, first: 1 }, 65, async () => (await takeOne(instance)).lane)
})

test('an environment that is always at its limit takes no more than its share from the others, and no less', async () => {
  await using world = await openWorld(PLENTY)
  const instance = await world.instance()
  await instance.schedules.setLimit({ environment: 'limited', integration: '', maxRuns: 1 })
  const ids = await createMany(instance, 3, { environment: 'limited' })
  await createMany(instance, 60, { environment: 'other' })
  let held: Taken | undefined
  let command = 0
  // One slot: each run ends before the next is taken, and those of the limited one wait again at once.
  await sharesAre({ limited: 1, other: 1 }, 40, async () => {
    if (held) {
      await end(instance, held)
      const id = ids.find((one) => held?.run.startsWith(one))
      if (id) await trigger(instance, id, `again-${command++}`)
    }
    held = await takeOne(instance)
    return held.environment
  })
})

test('first syncs leave a slot of a runner to others, and its reserved slot is for environments with nothing in flight', async () => {
  await using world = await openWorld(PLENTY)
  const instance = await world.instance()
  const runner = { ...RUNNER, slots: 3 }
  await createMany(instance, 10, { environment: 'large' })
  const first = await instance.runs.takeRuns(runner, 3, 1)
  expect(first.map(({ lane, reserved }) => [lane, reserved])).toEqual([
    ['first', false],
    ['first', false],
  ])
  expect(await instance.runs.takeRuns(runner, 1, 1)).toEqual([])
  // A runner of one slot works on first syncs too.
  const single = { ...RUNNER, id: 'host/3/three', slots: 1 }
  expect(await instance.runs.takeRuns(single, 1, 0)).toHaveLength(1)

  const paused = await create(instance, { environment: 'large', sync: 'triggered', paused: true })
  await trigger(instance, paused, 'now')
  await create(instance, { environment: 'small' })
  const more = await instance.runs.takeRuns(runner, 1, 1)
  expect(more.map(({ environment, lane, reserved }) => [environment, lane, reserved])).toEqual([
    ['large', 'triggered', false],
    ['small', 'first', true],
  ])
  expect(await instance.runs.takeRuns(runner, 0, 1)).toEqual([])
  // A run that waits for its API holds no slot.
  const [parked] = first
  const beats = [...first, ...more].map(({ run, attempt }) => ({
    run,
    attempt,
    counts: [],
    parked: run === parked?.run ? '429' : '',
  }))
  await instance.runs.heartbeat(runner, beats)
  expect(await instance.runs.takeRuns(runner, 1, 0)).toMatchObject([{ lane: 'first' }])
})

test('an environment that was passed over, as it had nothing but first syncs, has no claim for that time', async () => {
  await using world = await openWorld(PLENTY)
  const instance = await world.instance()
  const fresh = await createMany(instance, 60, { environment: 'fresh' })
  for (const taken of await takeMany(instance, 60)) await end(instance, taken)
  world.clock.advance(HOUR_MS)
  while (await instance.ticker.tick());
  await createMany(instance, 40, { environment: 'new' })
  const small = { ...RUNNER, id: 'host/4/four', slots: 2 }
  const of = async (runner = small) => (await instance.runs.takeRuns(runner, 1, 0))[0]?.environment ?? ''
  const taken = [await of(), await of()]
  expect(taken.toSorted()).toEqual(['fresh', 'new'])
  for (let i = 0; i < 25; i++) expect(await of()).toBe('fresh')
  expect(fresh).toHaveLength(60)
  await sharesAre({ fresh: 1, new: 1 }, 30, async () => (await takeOne(instance)).environment)
})

test.for([0, 1])(
  'a tenant with 1 000 times the load delays another one by at most one run; reserved slots: %d',
  async (reservedSlots) => {
    await using world = await openWorld(PLENTY)
    const instance = await world.instance()
    const runner = { ...RUNNER, slots: 4, reservedSlots }
    const small = await create(instance, { environment: 'small' })
    await succeed(instance, small)
    const large = await createMany(instance, 1000, { environment: 'large' })
    for (const taken of await takeMany(instance, 1000)) await end(instance, taken)
    for (let i = 0; i < large.length; i += 100) {
      await triggerAll(instance.schedules, large.slice(i, i + 100), `all-${i}`)
    }

    // Runs of one second in four slots, of which one ends each quarter of a second.
    const running: { taken: Taken; endsAt: number }[] = []
    const waits: number[] = []
    const take = async () => {
      const reserved = running.filter(({ taken }) => taken.reserved).length
      const free = runner.slots - (running.length - reserved)
      for (const taken of await instance.runs.takeRuns(runner, free, reservedSlots - reserved)) {
        running.push({ taken, endsAt: world.clock.now + SECOND_MS })
        if (taken.environment === 'small') waits.push(world.clock.now - taken.queuedAt)
      }
    }
    for (let slot = 0; slot < runner.slots; slot++) {
      const [taken = expect.fail('nothing to do')] = await instance.runs.takeRuns(runner, 1, 0)
      running.push({ taken, endsAt: world.clock.now + ((slot + 1) * SECOND_MS) / runner.slots })
    }
    for (let step = 0; waits.length < 15; step++) {
      expect(step).toBeLessThan(300)
      if (step % 16 === 0) await trigger(instance, small, `t-${step}`)
      await take()
      world.clock.advance(SECOND_MS / 8)
      for (const ended of running.filter(({ endsAt }) => endsAt <= world.clock.now)) {
        running.splice(running.indexOf(ended), 1)
        await end(instance, ended.taken)
      }
      await take()
    }
    // Beside nobody it would start at once.
    expect(Math.max(...waits)).toBeLessThanOrEqual(reservedSlots === 1 ? 0 : SECOND_MS / runner.slots)
  },
)

async function createMany(instance: Instance, count: number, facts: Parameters<typeof create>[1]) {
  const ids: string[] = []
  for (let i = 0; i < count; i++)
    ids.push(await create(instance, { ...facts, uid: `${facts?.integration}-${facts?.sync}-${i}` }))
  return ids
}

async function takeOne(instance: Instance): Promise<Taken> {
  const [taken] = await instance.runs.takeRuns({ ...RUNNER, slots: 10_000 }, 1, 0)
  return taken ?? expect.fail('nothing to do')
}

const takeMany = (instance: Instance, count: number) =>
  instance.runs.takeRuns({ ...RUNNER, slots: 10_000 }, count, 0)

/** After each run, each has what its weight gives it, within one run. */
async function sharesAre(weights: Record<string, number>, runs: number, next: () => Promise<string>) {
  const sum = Object.values(weights).reduce((a, b) => a + b)
  const got: Record<string, number> = {}
  for (let n = 1; n <= runs; n++) {
    const name = await next()
    got[name] = (got[name] ?? 0) + 1
    for (const [key, weight] of Object.entries(weights)) {
      const off = Math.abs((got[key] ?? 0) - (n * weight) / sum)
      if (off > 1.5) throw new Error(`after ${n} runs ${key} has ${got[key]}: ${JSON.stringify(got)}`)
    }
  }
  for (const [key, weight] of Object.entries(weights)) {
    expect(Math.abs((got[key] ?? 0) - (runs * weight) / sum)).toBeLessThanOrEqual(1)
  }
}
