import { setTimeout as sleep } from 'node:timers/promises'
import { connectRedis } from '@syncline/redis'
import { namespace, SeededRandom, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { Budgets } from '../../src/budget/budgets.ts'
import { accessOf } from './simulation.ts'
import { StandInApi } from './stand-in-api.ts'

test('three processes together keep to the limit of an API and use it', async () => {
  const random = new SeededRandom('processes')
  const prefix = `${namespace()}:`
  const api = new StandInApi(10, 1000)
  const redis = Array.from({ length: 3 }, () => connectRedis(servers().redis.url, () => {}))
  const endsAt = performance.now() + 8000
  const calls = new Map<string, number>()

  const run = async (budgets: Budgets, connection: string) => {
    const access = accessOf(connection, { budget: { key: 'app', requests: 10, per_s: 1 } })
    while (performance.now() < endsAt) {
      const { waitMs } = await budgets.take(access, { connection, lane: 'fresh' })
      if (waitMs > 0) {
        await sleep(Math.max(0, Math.min(waitMs, endsAt - performance.now())))
        continue
      }
      await sleep(1 + random.below(10)) // on its way
      const answer = api.call()
      await budgets.learn(access, answer)
      if (answer.status === 200) calls.set(connection, (calls.get(connection) ?? 0) + 1)
      await sleep(random.below(50))
    }
  }
  await Promise.all(
    redis.flatMap((client, process) => {
      const budgets = new Budgets(client, prefix)
      return [0, 1, 2, 3].flatMap((i) =>
        Array.from({ length: 1 + 2 * (i % 2) }, () => run(budgets, `c${process}${i}`)),
      )
    }),
  )
  for (const client of redis) client.disconnect()

  // With room for a machine that has much else to do: the benchmark looks closely.
  expect(api.taken).toBeGreaterThan(50)
  expect(api.refused).toBeLessThanOrEqual(4)
  expect(Math.max(...calls.values()) - Math.min(...calls.values())).toBeLessThanOrEqual(4)
})
