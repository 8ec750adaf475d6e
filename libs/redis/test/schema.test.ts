import { namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { checkSchema, connectRedis, type Redis, setSchema } from '../src/index.ts'

async function withKeys(work: (redis: Redis, prefix: string) => Promise<void>) {
  const redis = connectRedis(servers().redis.url, () => {})
  const prefix = namespace()
  await work(redis, prefix).finally(async () => {
    await redis.del(`{${prefix}}:schema`)
    redis.disconnect()
  })
}

test('keys without a number may be used, and so may those of this build and of an older one', () =>
  withKeys(async (redis, prefix) => {
    expect(await checkSchema(redis, prefix, 2)).toBeUndefined()
    await setSchema(redis, prefix, 1)
    expect(await checkSchema(redis, prefix, 2)).toBe(1)
    await setSchema(redis, prefix, 2)
    expect(await checkSchema(redis, prefix, 2)).toBe(2)
  }))

test('an older build refuses keys that a newer one has written, and does not lower the number', () =>
  withKeys(async (redis, prefix) => {
    await setSchema(redis, prefix, 3)
    const refusal = `the keys '${prefix}' of Redis have schema 3, this build knows up to 2`
    await expect(checkSchema(redis, prefix, 2)).rejects.toThrow(refusal)
    await expect(setSchema(redis, prefix, 2)).rejects.toThrow(refusal)
    expect(await checkSchema(redis, prefix, 3)).toBe(3)
  }))

test('a value that is not a number is named', () =>
  withKeys(async (redis, prefix) => {
    await redis.set(`{${prefix}}:schema`, 'two')
    await expect(checkSchema(redis, prefix, 2)).rejects.toThrow("is 'two': must be a whole number")
  }))
