import { once } from 'node:events'
import { createServer } from 'node:net'
import { connectRedis } from '@syncline/redis'
import { expect, test } from 'vitest'
import { Budgets } from '../../src/budget/budgets.ts'
import { accessOf } from './simulation.ts'

/** A Redis that takes commands and never answers. */
async function silentRedis() {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const redis = connectRedis(`redis://127.0.0.1:${address.port}`, () => {})
  return {
    redis,
    [Symbol.dispose]() {
      redis.disconnect()
      server.close()
    },
  }
}

const asker = { connection: 'a', lane: 'fresh' } as const

test('while Redis is away calls go on, with one warning, and wait for it once a second only', async () => {
  using away = await silentRedis()
  const warnings: unknown[] = []
  const budgets = new Budgets(away.redis, 't:', { log: { warn: (line: unknown) => warnings.push(line) } })
  const access = accessOf('a')
  const startedAt = performance.now()
  for (let i = 0; i < 50; i++) expect((await budgets.take(access, asker)).waitMs).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(10_000) // with a wait for each: 50 s
  expect(warnings).toHaveLength(1)
  expect(await budgets.estimate(access, asker)).toBe(0)
  expect(await budgets.leave(access, asker)).toBe(0)
})

test('while Redis is away a process keeps to a quarter of a configured rate, and to what a 429 said', async () => {
  using away = await silentRedis()
  const budgets = new Budgets(away.redis, 't:')
  const access = accessOf('a', { budget: { key: 'connection', requests: 10, per_s: 1 } })
  expect((await budgets.take(access, asker)).waitMs).toBe(0)
  const { waitMs } = await budgets.take(access, asker)
  expect(waitMs).toBeGreaterThan(200)
  expect(waitMs).toBeLessThanOrEqual(400)
  await budgets.learn(access, { status: 429, headers: { 'retry-after': '20' } })
  expect((await budgets.take(access, asker)).waitMs).toBeGreaterThan(10_000)
})
