import { AppError } from '@syncline/errors'
import type { Redis } from './connect.ts'
import { redisCall } from './redis-call.ts'
import { script } from './script.ts'

const raise = script(new URL('./raise-schema.lua', import.meta.url))

/** Of our keys in Redis. 1 is what builds without a number wrote, 2 has schedules that refer to definitions. Raise it when an older build would read them wrongly. */
export const REDIS_SCHEMA = 2

const keyOf = (prefix: string) => `{${prefix}}:schema`

/**
 * The number of the layout of the keys under `prefix`; undefined = none was written yet: no keys, or those of a build that
 * knew no number. Refuses a number that is higher than `own`: a newer build has written these keys, and this one would read
 * them wrongly.
 */
export async function checkSchema(redis: Redis, prefix: string, own: number): Promise<number | undefined> {
  const stored = await redisCall(redis.get(keyOf(prefix)))
  if (stored === null) return undefined
  if (!/^\d+$/.test(stored)) {
    throw new AppError(
      'server_error',
      `the key '${keyOf(prefix)}' of Redis is '${stored}': must be a whole number`,
    )
  }
  refuseNewer(prefix, Number(stored), own)
  return Number(stored)
}

/** Stores `own` once the keys under `prefix` have that layout; never lowers the number. Refuses as `checkSchema` does. */
export async function setSchema(redis: Redis, prefix: string, own: number): Promise<void> {
  const stored = await redisCall(raise(redis, [keyOf(prefix)], [own]))
  refuseNewer(prefix, Number(stored), own)
}

function refuseNewer(prefix: string, stored: number, own: number): void {
  if (stored <= own) return
  throw new AppError(
    'server_error',
    `the keys '${prefix}' of Redis have schema ${stored}, this build knows up to ${own}: a newer build has written them. ` +
      `Start a build that knows schema ${stored}, or one with another REDIS_PREFIX`,
  )
}
