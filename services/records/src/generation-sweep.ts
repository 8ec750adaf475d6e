import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from '@syncline/redis'
import type { ClickHouse } from './clickhouse.ts'
import type { Events } from './events.ts'
import { removeStreams, staleStreams } from './generations.ts'
import { tryLock } from './redis-lock.ts'

const EVERY_MS = 60_000
const LOCK_MS = 10 * 60_000
/** A statement removes the rows of this many streams. */
const BATCH = 100

/**
 * Removes rows of emptied streams in the background. What is left to do stands in the tables, so a crash loses
 * nothing; one instance at a time is enough.
 */
export function startSweeping(
  clickhouse: ClickHouse,
  redis: Redis,
  prefix: string,
  events: Events,
): AsyncDisposable {
  const stop = new AbortController()
  const ended = (async () => {
    while (!stop.signal.aborted) {
      await sweep(clickhouse, redis, prefix, events, stop.signal).catch(events.sweepFailed)
      await sleep(EVERY_MS * (0.75 + Math.random() / 2), undefined, { signal: stop.signal }).catch(() => {})
    }
  })()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
    },
  }
}

/** One round. */
export async function sweep(
  clickhouse: ClickHouse,
  redis: Redis,
  prefix: string,
  events: Events,
  signal: AbortSignal,
): Promise<void> {
  await using lock = await tryLock(redis, `${prefix}:records:sweeping`, LOCK_MS)
  if (!lock) return
  while (!signal.aborted) {
    const streams = await staleStreams(clickhouse, BATCH)
    if (streams.length === 0) return
    await removeStreams(clickhouse, streams)
    events.swept(streams.length)
  }
}
