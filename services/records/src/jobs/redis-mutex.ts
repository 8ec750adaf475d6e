import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from '@syncline/redis'

/**
 * Keeps other instances from doing the same work at the same time. It may run out while the work goes on: only for
 * work that is merely wasteful to do twice. Undefined if another instance has it.
 */
export async function tryLock(
  redis: Redis,
  key: string,
  limitMs: number,
): Promise<AsyncDisposable | undefined> {
  const token = randomUUID()
  if ((await redis.set(key, token, 'PX', limitMs, 'NX')) === null) return undefined
  return {
    async [Symbol.asyncDispose]() {
      if ((await redis.get(key)) === token) await redis.del(key)
    },
  }
}

/** The same for who waits for it, up to `waitMs`. */
export async function waitForLock(
  redis: Redis,
  key: string,
  limitMs: number,
  waitMs: number,
): Promise<AsyncDisposable | undefined> {
  for (const deadline = Date.now() + waitMs; Date.now() < deadline; await sleep(100)) {
    const lock = await tryLock(redis, key, limitMs)
    if (lock) return lock
  }
  return undefined
}
