import { connectRedis } from '@syncline/redis'
import { namespace, servers } from '@syncline/testkit'
import { afterAll, expect, test } from 'vitest'
import { type AskerOf, askers, TestClock } from './askers.ts'
import type { AccessOptions } from './simulation.ts'

const redis = connectRedis(servers().redis.url, () => {})
afterAll(() => redis.disconnect())

const HOUR_MS = 3_600_000

/** Two processes that share what they learn. */
function setup(options: AccessOptions = {}) {
  const clock = new TestClock()
  const prefix = `${namespace()}:`
  const asker: AskerOf = askers(redis, prefix, clock, options)
  return { clock, prefix, first: asker(), second: asker() }
}

test('what a 429 says holds for other processes within a second, and no longer than it says', async () => {
  const { clock, first, second } = setup()
  expect(await first.wait('a')).toBe(0)
  expect(await second.wait('a')).toBe(0)
  await first.learn('a', 429, { 'retry-after': '30' })
  expect(await first.wait('a')).toBeGreaterThan(0)
  clock.now += 1000
  expect((await second.take('a')).waitMs).toBeCloseTo(29_000, -2)
  expect(await second.state('a')).toMatchObject({
    rate: undefined,
    blockedUntil: clock.now + 29_000,
  })
  expect(await second.wait('b')).toBe(0)
  clock.now += 29_001
  expect(await first.wait('a')).toBe(0)
  expect(await second.wait('a')).toBe(0)
})

test('an API that has no limit any more is asked for once a second again', async () => {
  const { clock, first, second } = setup()
  await first.learn('a', 429, { 'retry-after': '5' })
  expect(await second.wait('a')).toBeGreaterThan(0)
  clock.now += 5001
  expect(await second.wait('a')).toBe(0)
  await first.learn('a', 429, { 'retry-after': '5' })
  expect(await second.wait('a')).toBe(0)
  clock.now += 1000
  expect(await second.wait('a')).toBeGreaterThan(0)
})

test('a reset in the year 3000 blocks for an hour at most, and its key expires', async () => {
  const { clock, prefix, first } = setup()
  await first.learn('a', 429, { 'retry-after': 'Wed, 01 Jan 3000 00:00:00 GMT' })
  expect((await first.take('a')).waitMs).toBe(HOUR_MS)
  for (const key of await redis.keys(`${prefix}*`)) {
    const ttl = await redis.pttl(key)
    expect.soft(ttl, key).toBeGreaterThan(0)
    expect.soft(ttl, key).toBeLessThanOrEqual(26 * HOUR_MS)
  }
  clock.now += HOUR_MS + 1
  expect(await first.wait('a')).toBe(0)
})

test('nothing remains: everybody waits for the reset, though the call went well', async () => {
  const { clock, first, second } = setup()
  await first.learn('a', 200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '20' })
  expect((await second.take('a')).waitMs).toBe(20_000)
  clock.now += 20_001
  expect(await second.wait('a')).toBe(0)
})

test('few remain: no more than that go before the reset, from all processes together', async () => {
  const { clock, first, second } = setup()
  await first.learn('a', 200, { ratelimit: '"default";r=3;t=20' })
  const waits = [await first.wait('a'), await second.wait('a'), await first.wait('a')]
  expect(waits).toEqual([0, 0, 0])
  expect(await second.wait('a')).toBeGreaterThan(0)
  await second.learn('a', 200, { ratelimit: '"default";r=2;t=20' }) // an answer to an earlier call
  expect((await first.take('a')).waitMs).toBe(20_000)
  clock.now += 20_001
  expect(await first.wait('a')).toBe(0)
})

test('headers that say that much remains cost no call to Redis', async () => {
  const { first, prefix } = setup()
  for (let i = 0; i < 20; i++) {
    await first.wait('a')
    await first.learn('a', 200, { 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': '3000' })
  }
  expect(await redis.keys(`${prefix}*`)).toEqual([])
})

test('429s without a hint lower a rate, which grows back and is forgotten', async () => {
  const { clock, first, second } = setup()
  const perSecond = async (seconds: number) => {
    let calls = 0
    for (const end = clock.now + seconds * 1000; clock.now < end; ) {
      const waitMs = await second.wait('a')
      if (waitMs === 0) calls++
      clock.now += waitMs === 0 ? 10 : waitMs
    }
    return calls / seconds
  }
  for (let i = 0; i < 200; i++) {
    await first.wait('a')
    clock.now += 50 // 20 per second
  }
  await first.learn('a', 429, {})
  await first.learn('a', 429, {}) // of the same burst: counts once
  const state = await first.state('a')
  expect(state.isLearned).toBe(true)
  expect(state.rate).toBeGreaterThan(7)
  expect(state.rate).toBeLessThan(13)
  clock.now += 1001
  const slow = await perSecond(3)
  expect(slow).toBeGreaterThan(6)
  expect(slow).toBeLessThan(15)
  clock.now += 2000
  await second.learn('a', 429, {})
  expect((await second.state('a')).rate).toBeLessThan(slow)
  clock.now += 60_000
  expect((await second.state('a')).rate).toBeGreaterThan(slow)
  clock.now += 5 * 60_000
  expect((await second.state('a')).rate).toBeUndefined()
})

const app = { budget: { key: 'app', requests: 10, per_s: 1 } }

test('of a shared budget, an account that is refused blocks itself only', async () => {
  const { clock, first } = setup(app)
  for (let round = 0; round < 20; round++) {
    if ((await first.wait('bad')) === 0) await first.learn('bad', 429, { 'retry-after': '1' })
    for (const name of ['a', 'b', 'c', 'd']) expect(await first.wait(name)).toBe(0)
    clock.now += 1200
  }
  expect(await first.state('a')).toMatchObject({ blockedUntil: 0 })
})

test('of a shared budget, two connections that are refused block everybody', async () => {
  const { clock, first, second } = setup(app)
  expect(await first.wait('a')).toBe(0)
  expect(await first.wait('b')).toBe(0)
  await first.learn('a', 429, { 'retry-after': '40' })
  expect(await second.wait('c')).toBe(0)
  await first.learn('b', 429, { 'retry-after': '40' })
  expect((await second.take('c')).waitMs).toBeGreaterThan(39_000)
  clock.now += 42_000
  expect(await second.wait('c')).toBe(0)
})

test('a connection that was refused alone is told so, and is first afterwards', async () => {
  const { clock, first } = setup(app)
  const others = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
  for (const name of ['x', ...others, ...others]) await first.take(name)
  await first.learn('x', 429, { 'retry-after': '3' })
  expect((await first.take('x')).waitMs).toBeCloseTo(3000, -2)
  for (let i = 0; i < 30; i++) {
    clock.now += 103
    for (const name of others) await first.take(name)
  }
  expect((await first.take('x')).ahead).toBe(0)
})

test('headers with seconds say nothing about a configured period of a second', async () => {
  const { first } = setup({ budget: { key: 'connection', requests: 10, per_s: 1 } })
  await first.wait('a')
  await first.learn('a', 200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' })
  expect(await first.wait('a')).toBe(0)
})

test('connections with the same account share a budget that is keyed by it', async () => {
  const options = { budget: { key: '${connectionConfig.account}', requests: 1, per_s: 60 } }
  const { first } = setup(options)
  const take = (connection: string, account: string) =>
    first.take(connection, { ...options, connectionConfig: { account } })
  expect((await take('a', 'one')).waitMs).toBe(0)
  expect((await take('b', 'one')).waitMs).toBeGreaterThan(0)
  expect((await take('c', 'two')).waitMs).toBe(0)
})
