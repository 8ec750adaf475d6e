import { connectRedis } from '@syncline/redis'
import type { FastifyReply } from 'fastify'
import { expect, test } from 'vitest'
import { KeyLimits } from '../src/http/key-limits.ts'
import { ask, startWorld } from './world.ts'

test('a key may send so many requests a minute, over all gateways; other keys are not concerned', async () => {
  const variables = { GATEWAY_REQUESTS_PER_MINUTE: '3' }
  await using world = await startWorld({ variables })
  const [{ key }, other] = [await world.environment(), await world.environment()]
  for (const remaining of [2, 1, 0]) {
    const { status, headers } = await ask(world.url, key, '/me')
    expect(status).toBe(200)
    expect(headers.get('x-ratelimit-limit')).toBe('3')
    expect(headers.get('x-ratelimit-remaining')).toBe(String(remaining))
    expect(Number(headers.get('x-ratelimit-reset')) * 1000).toBeGreaterThan(Date.now() - 1000)
    expect(headers.get('ratelimit-policy')).toBe('"key";q=3;w=60')
    expect(headers.get('ratelimit')).toMatch(new RegExp(`^"key";r=${remaining};t=\\d+$`))
  }
  const refused = await ask(world.url, key, '/me')
  expect(refused).toMatchObject({ status: 429, body: { error: { code: 'too_many_requests' } } })
  const seconds = Number(refused.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(60)
  expect((await ask(world.url, other.key, '/me')).status).toBe(200)
  expect((await ask(world.url, 'sk_nobody', '/me')).status).toBe(401)
})

test('without a limit no answer has its headers', async () => {
  await using world = await startWorld()
  const { key } = await world.environment()
  const { headers } = await ask(world.url, key, '/me')
  expect([...headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([])
})

test('while Redis is away requests are allowed at once, and it is said', async () => {
  const redis = connectRedis('redis://127.0.0.1:1', () => {})
  const failures: unknown[] = []
  const limits = new KeyLimits(redis, 'test', 1, (error) => failures.push(error))
  const reply = {} as FastifyReply // nothing is sent
  await limits.take({ kind: 'admin' }, reply)
  await limits.take({ kind: 'admin' }, reply)
  const atOnce = expect.stringMatching(/not ready|did not answer in 250 ms/)
  expect(failures.map(String)).toEqual([atOnce, atOnce])
  redis.disconnect()
})
