import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '@syncline/embedded'
import { AppError } from '@syncline/errors'
import { namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { connectRedis, type Redis, redisCall } from '../src/index.ts'

async function withRedis(url: string, work: (redis: Redis) => Promise<void>) {
  const redis = connectRedis(url, () => {})
  await work(redis).finally(() => redis.disconnect())
}

const codeOf = (call: Promise<unknown>) =>
  redisCall(call).then(
    () => 'ok',
    (error: unknown) => (error instanceof AppError ? error.code : 'fault'),
  )

test('a reply is the value of the call', () =>
  withRedis(servers().redis.url, async (redis) => {
    expect(await redisCall(redis.ping())).toBe('PONG')
  }))

test('a fault of a script and a key of the wrong type are faults, not an outage', () =>
  withRedis(servers().redis.url, async (redis) => {
    const key = namespace()
    await redis.set(key, 'text', 'PX', 10_000)
    await expect(redisCall(redis.eval('return nothing.here', 0))).rejects.toThrow('Script attempted')
    expect(await codeOf(redis.eval('return nothing.here', 0))).toBe('fault')
    expect(await codeOf(redis.eval(`return redis.call('HGETALL', '${key}')`, 0))).toBe('fault')
    expect(await codeOf(redis.hgetall(key))).toBe('fault')
  }))

test('a Redis that is full, read-only, or gone is unavailable', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'redis-call-'))
  const server = await startRedis({ dir: join(temp.path, 'data'), log: join(temp.path, 'redis.log') })
  await using open = new AsyncDisposableStack()
  open.use(server)
  await withRedis(server.url, async (redis) => {
    const save = () => redis.eval(`return redis.call('SET', 'key', 'value')`, 0)
    expect(await codeOf(save())).toBe('ok')

    await redis.config('SET', 'maxmemory', '1')
    expect(await codeOf(redis.set('key', 'value'))).toBe('unavailable')
    expect(await codeOf(save())).toBe('unavailable')
    await redis.config('SET', 'maxmemory', '0')

    await redis.replicaof('127.0.0.1', 1)
    expect(await codeOf(redis.set('key', 'value'))).toBe('unavailable')
    expect(await codeOf(save())).toBe('unavailable')
    await redis.replicaof('NO', 'ONE')
    expect(await codeOf(save())).toBe('ok')

    await open.disposeAsync()
    expect(await codeOf(redis.ping())).toBe('unavailable')
  })
})
