import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from '@syncline/redis'
import { tryLock } from './redis-mutex.ts'

const LOCK_MS = 10 * 60_000

/** Does background work now and then, in one instance at a time. What it is about to do stands in the tables. */
export function every(
  periodMs: number,
  { redis, key }: { redis: Redis; key: string },
  work: (signal: AbortSignal) => Promise<void>,
  onFailure: (error: unknown) => void,
): AsyncDisposable {
  const stop = new AbortController()
  const round = async () => {
    await using lock = await tryLock(redis, key, LOCK_MS)
    if (lock) await work(stop.signal)
  }
  const ended = (async () => {
    while (!stop.signal.aborted) {
      await round().catch(onFailure)
      await sleep(periodMs * (0.75 + Math.random() / 2), undefined, { signal: stop.signal }).catch(() => {})
    }
  })()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
    },
  }
}
