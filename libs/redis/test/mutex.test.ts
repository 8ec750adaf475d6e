import { setTimeout as sleep } from 'node:timers/promises'
import { eventually, namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { connectRedis, type Redis, tryMutex } from '../src/index.ts'

const HOUR_MS = 3_600_000

async function withMutex(work: (redis: Redis, key: string) => Promise<void>) {
  const redis = connectRedis(servers().redis.url, () => {})
  const key = namespace()
  await work(redis, key).finally(async () => {
    await redis.del(key)
    redis.disconnect()
  })
}

test('a mutex is renewed as long as it is held, and says when it was lost', () =>
  withMutex(async (redis, key) => {
    {
      const holdMs = 6000
      await using held = await tryMutex({ redis, key }, holdMs)
      let leftMs = await redis.pttl(key)
      await eventually(async () => {
        const before = leftMs
        leftMs = await redis.pttl(key)
        expect(leftMs).toBeGreaterThan(before)
      })
      expect(await tryMutex({ redis, key }, holdMs)).toBeUndefined()
      expect(held?.signal.aborted).toBe(false)
      await redis.set(key, 'another')
      await expect.poll(() => held?.signal.aborted).toBe(true)
    }
    expect(await redis.get(key)).toBe('another')
  }))

test('a holder that died just before the clock of Redis was set back keeps it no longer than any other', () =>
  withMutex(async (redis, key) => {
    await redis.set(key, 'a holder that has died', 'PX', HOUR_MS)
    expect(await tryMutex({ redis, key }, 300)).toBeUndefined()
    await sleep(350)
    await using held = await tryMutex({ redis, key }, 300)
    expect(held).toBeDefined()
  }))
