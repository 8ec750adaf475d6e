import { connectRedis } from '@syncline/redis'
import { namespace, SeededRandom, servers } from '@syncline/testkit'
import { afterAll, expect, test } from 'vitest'
import { accessOf, Simulation } from './simulation.ts'

const redis = connectRedis(servers().redis.url, () => {})
afterAll(() => redis.disconnect())

const budget = (requests: number, per_s = 1) => ({ key: 'app', requests, per_s })
const simulate = (requests: number, per_s = 1) =>
  new Simulation(redis, `${namespace()}:`, { budget: budget(requests, per_s) })
const names = (count: number) => Array.from({ length: count }, (_, i) => `c${i}`)

test.each([
  [1, 1],
  [3, 0.5],
  [10, 1],
  [100, 60],
  [450, 1],
])('%i requests per %d s: no period has more, and nearly all of them are used', async (requests, per_s) => {
  const random = new SeededRandom(`budget ${requests}`)
  const simulation = simulate(requests, per_s)
  for (const name of names(8)) {
    simulation.add({ name, calls: 1 + random.below(Math.ceil(requests / 4)), latencyMs: random.below(150) })
  }
  const ms = Math.min(per_s * 5000, (800 * per_s * 1000) / requests)
  await simulation.runUntil(ms)
  expect(simulation.mostWithin(per_s * 1000)).toBeLessThanOrEqual(requests)
  expect(simulation.grants.length).toBeGreaterThan((ms / 1000 / per_s) * requests * 0.95 - 1)
})

test('after a pause, and at odd times, no period has more requests than allowed', async () => {
  const random = new SeededRandom('odd times')
  const simulation = simulate(7, 2)
  for (let i = 0; i < 60; i++) {
    const fromMs = random.below(60_000)
    simulation.add({
      name: `c${i % 9}`,
      calls: 1 + random.below(5),
      fromMs,
      untilMs: fromMs + random.below(4000),
    })
  }
  await simulation.runUntil(64_000)
  expect(simulation.grants.length).toBeGreaterThan(100)
  expect(simulation.mostWithin(2000)).toBeLessThanOrEqual(7)
})

test.each(['a', 'b', 'c'])(
  'whatever connections do, no period has more requests, and the budget is used (seed %s)',
  async (seed) => {
    const random = new SeededRandom(seed)
    const [requests, per_s] = [2 + random.below(20), 1 + random.below(4)]
    const prefix = `${namespace()}:`
    const simulation = new Simulation(redis, prefix, { budget: budget(requests, per_s) })
    const ms = Math.round((1500 * per_s * 1000) / requests)
    const any = () => {
      const connection = `c${random.below(40)}`
      const asker = { connection, lane: random.below(3) === 0 ? 'first' : 'fresh' } as const
      return { asker, access: accessOf(connection, { budget: budget(requests, per_s) }) }
    }
    for (let i = 0; i < 150; i++) {
      const { connection: name, lane } = any().asker
      const fromMs = random.below(ms * 0.9)
      const untilMs = fromMs + random.below(ms / 3)
      simulation.add({
        name,
        lane,
        calls: 1 + random.below(4),
        latencyMs: random.below(800),
        fromMs,
        untilMs,
      })
      const { asker, access } = any()
      simulation.at(random.below(ms), async () => void (await simulation.budgets.leave(access, asker)))
    }
    simulation.add({ name: 'always', calls: 3, latencyMs: 30 })
    await simulation.runUntil(ms)
    expect(simulation.mostWithin(per_s * 1000)).toBeLessThanOrEqual(requests)
    expect(simulation.grants.length).toBeGreaterThan((ms / 1000 / per_s) * requests * 0.85)
    const [stateKey = ''] = (await redis.keys(`${prefix}*`)).filter((key) => key.endsWith(':state'))
    const state = await redis.hgetall(stateKey)
    for (const [name, value] of Object.entries(state)) expect(Number(value), name).toBeLessThan(1e15)
  },
)

test('connections that wait get equal shares, however many calls they have and however long these take', async () => {
  const simulation = simulate(10)
  names(20).forEach((name, i) => {
    simulation.add({ name, calls: i % 4 === 0 ? 6 : 1, latencyMs: i === 19 ? 1500 : 50 + 40 * (i % 7) })
  })
  await simulation.runUntil(90_000)
  const counts = [...simulation.counts(4000).values()]
  expect(counts).toHaveLength(20)
  const mean = counts.reduce((sum, count) => sum + count, 0) / 20
  expect(Math.min(...counts)).toBeGreaterThan(mean * 0.9)
  expect(Math.max(...counts)).toBeLessThan(mean * 1.1)
})

test('with two connections, the one with one call at a time gets as much as the one with six', async () => {
  const simulation = simulate(4)
  simulation.add({ name: 'six', calls: 6, latencyMs: 20 })
  simulation.add({ name: 'one', calls: 1, latencyMs: 150 })
  await simulation.runUntil(40_000)
  const counts = simulation.counts()
  expect(Math.abs((counts.get('one') ?? 0) - (counts.get('six') ?? 0))).toBeLessThanOrEqual(8)
})

test('a connection alone gets everything', async () => {
  const simulation = simulate(10)
  simulation.add({ name: 'alone', calls: 6 })
  simulation.add({ name: 'short', calls: 6, untilMs: 5000 })
  await simulation.runUntil(20_000)
  expect(simulation.counts(8000).get('alone')).toBeGreaterThan(120 * 0.95)
})

test('a new connection is served within a round, and is not owed the past', async () => {
  const simulation = simulate(10)
  for (const name of names(10)) simulation.add({ name, calls: 2 })
  simulation.add({ name: 'late', calls: 2, fromMs: 20_000 })
  await simulation.runUntil(32_000)
  const first = simulation.grants.find(({ connection }) => connection === 'late')
  expect(first?.at).toBeLessThan(20_000 + 2500)
  const counts = simulation.counts(21_000)
  expect(counts.get('late')).toBeLessThan((counts.get('c3') ?? 0) + 4)
})

test('a connection that waits is served although new ones come all the time', async () => {
  const simulation = simulate(10)
  for (let i = 0; i < 600; i++) simulation.add({ name: `new${i}`, fromMs: i * 90, total: 1 }) // 11 per second
  simulation.add({ name: 'old', latencyMs: 20 })
  await simulation.runUntil(54_000)
  expect(simulation.counts(5000, 20_000).get('old')).toBeGreaterThan(2)
  expect(simulation.counts(20_000, 54_000).get('old')).toBeGreaterThan(2)
})

test('connections that die while they wait delay the others hardly', async () => {
  const simulation = simulate(10)
  names(30).forEach((name, i) => {
    simulation.add({ name, calls: 2, ...(i % 2 === 0 && { untilMs: 15_000 }) })
  })
  await simulation.runUntil(40_000)
  const grants = (from: number, to: number) =>
    simulation.grants.filter(({ at }) => at >= from && at < to).length
  expect(grants(15_000, 25_000)).toBeGreaterThan(70)
  expect(grants(25_000, 40_000)).toBeGreaterThan(140)
  expect(simulation.counts(25_000).size).toBe(15)
})

test('a connection that was sent away is first when it comes back, and gets one turn by that', async () => {
  const simulation = simulate(10)
  for (const name of names(10)) simulation.add({ name, calls: 2 })
  const asker = { connection: 'away', lane: 'fresh' } as const
  const access = accessOf('away', { budget: budget(10) })
  simulation.at(5000, async () => {
    expect((await simulation.budgets.take(access, asker)).waitMs).toBeGreaterThan(0)
    expect(await simulation.budgets.leave(access, asker)).toBeGreaterThan(0)
  })
  simulation.at(25_000, async () => {
    const turn = await simulation.budgets.take(access, asker)
    expect(turn.ahead).toBe(0)
    expect(turn.waitMs).toBeLessThan(300)
  })
  simulation.add({ name: 'away', fromMs: 25_001 })
  await simulation.runUntil(35_000)
  const [first] = simulation.grants.filter(({ connection }) => connection === 'away')
  expect(first?.at).toBeLessThan(25_400)
  // One turn of two calls more than the others at most.
  const counts = simulation.counts(25_000)
  expect(counts.get('away')).toBeLessThanOrEqual((counts.get('c3') ?? 0) + 4)
})

test('connections that come back after long waits use the budget, in equal shares', async () => {
  const simulation = simulate(10)
  names(60).forEach((name, i) => {
    simulation.add({ name, latencyMs: 30 + (i % 5) * 40, fromMs: i * 10 })
  })
  await simulation.runUntil(80_000)
  const counts = [...simulation.counts(13_000, 74_000).values()] // five rounds
  const sum = counts.reduce((all, count) => all + count, 0)
  expect(sum).toBeGreaterThan(61 * 10 * 0.93)
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(sum / 60 - 4)
  expect(Math.max(...counts)).toBeLessThanOrEqual(sum / 60 + 4)
})

test('an estimate joins no queue; a free budget means no wait', async () => {
  const simulation = simulate(2)
  const asker = { connection: 'new', lane: 'fresh' } as const
  const access = accessOf('new', { budget: budget(2) })
  expect(await simulation.budgets.estimate(access, asker)).toBe(0)
  for (const name of names(6)) simulation.add({ name, calls: 1, latencyMs: 10 })
  await simulation.runUntil(3000)
  const estimate = await simulation.budgets.estimate(access, asker)
  expect(estimate).toBeGreaterThan(1000)
  expect(estimate).toBeLessThan(5000)
  const { rate, isLearned, waiting, away } = await simulation.state()
  expect({ isLearned, all: waiting + away }).toEqual({ isLearned: false, all: 6 })
  expect(rate).toBeCloseTo(2, 0)
})

test('while fresh and first syncs wait, the fresh get three quarters; each may have everything alone', async () => {
  const simulation = simulate(10)
  for (const name of names(6))
    simulation.add({ name: `fresh-${name}`, lane: 'fresh', calls: 2, untilMs: 30_000 })
  for (const name of names(12))
    simulation.add({ name: `first-${name}`, lane: 'first', calls: 2, fromMs: 5000 })
  await simulation.runUntil(45_000)
  const share = (lane: string, from: number, to: number) => {
    const counts = [...simulation.counts(from, to)].filter(([name]) => name.startsWith(lane))
    return counts.reduce((sum, [, count]) => sum + count, 0) / ((to - from) / 100)
  }
  expect(share('fresh', 1000, 5000)).toBeGreaterThan(0.93)
  expect(share('fresh', 7000, 29_000)).toBeGreaterThan(0.66)
  expect(share('first', 7000, 29_000)).toBeGreaterThan(0.2)
  expect(share('first', 32_000, 45_000)).toBeGreaterThan(0.93)
})

test('one that comes late to an empty queue leaves it in order', async () => {
  const simulation = simulate(1, 0.5)
  const take = (connection: string) =>
    simulation.budgets.take(accessOf(connection, { budget: budget(1, 0.5) }), { connection, lane: 'fresh' })
  await take('x')
  expect((await take('late')).waitMs).toBeGreaterThan(0)
  simulation.now = 10_000
  expect((await take('late')).waitMs).toBe(0)
  const { waitMs } = await take('z')
  await take('a')
  simulation.now += waitMs
  expect((await take('z')).waitMs).toBe(0)
})

test('a connection may wait in both lanes', async () => {
  const simulation = simulate(10)
  for (const name of names(10)) {
    simulation.add({ name, lane: 'fresh', calls: 2 })
    simulation.add({ name, lane: 'first', calls: 2 })
  }
  await simulation.runUntil(30_000)
  for (const lane of ['fresh', 'first'] as const) {
    for (const name of names(10)) {
      const own = simulation.grants.filter((grant) => grant.connection === name && grant.lane === lane)
      expect(own.length).toBeGreaterThan(lane === 'fresh' ? 17 : 4)
    }
  }
})

test('a long period is not used up in one burst', async () => {
  const simulation = simulate(3600, 3600)
  simulation.add({ name: 'backfill', lane: 'first', calls: 10, latencyMs: 10 })
  await simulation.runUntil(60_000)
  expect(simulation.grants.length).toBeGreaterThan(360)
  expect(simulation.grants.length).toBeLessThan(440)
})

test('a queue has a bound; who finds it full waits without a place', async () => {
  const prefix = `${namespace()}:`
  const simulation = new Simulation(redis, prefix, { budget: budget(5) })
  for (const name of names(10)) simulation.add({ name, calls: 2 })
  await simulation.runUntil(1000)
  const key = (await redis.keys(`${prefix}*`)).find((name) => name.endsWith('expires:1')) ?? ''
  const far = simulation.startMs + 3_600_000
  await redis.zadd(key, ...Array.from({ length: 10_000 }, (_, i) => [far, `other${i}`]).flat())
  const access = accessOf('late', { budget: budget(5) })
  const before = await simulation.state()
  expect(
    (await simulation.budgets.take(access, { connection: 'late', lane: 'fresh' })).waitMs,
  ).toBeGreaterThan(0)
  expect(await simulation.state()).toEqual(before)
})

test('a clock that goes back stops nobody', async () => {
  const simulation = simulate(2)
  for (const name of names(3)) simulation.add({ name, calls: 2 })
  await simulation.runUntil(3000)
  const before = simulation.grants.length
  simulation.now -= 3_600_000
  expect(
    (await simulation.budgets.take(accessOf('c0', { budget: budget(2) }), { connection: 'z', lane: 'fresh' }))
      .waitMs,
  ).toBeLessThan(2000)
  expect(simulation.grants.length).toBe(before)
})

test('all keys expire', async () => {
  const prefix = `${namespace()}:`
  const simulation = new Simulation(redis, prefix, { budget: budget(5) })
  for (const name of names(10)) simulation.add({ name, calls: 2 })
  await simulation.runUntil(3000)
  const leaving = { connection: 'leaving', lane: 'first' } as const
  await simulation.budgets.leave(accessOf('leaving', { budget: budget(5) }), leaving)
  const keys = await redis.keys(`${prefix}*`)
  expect(keys.length).toBeGreaterThanOrEqual(6)
  for (const key of keys) {
    const ttl = await redis.pttl(key)
    expect.soft(ttl, key).toBeGreaterThan(0)
    expect.soft(ttl, key).toBeLessThanOrEqual(26 * 3_600_000)
  }
})
