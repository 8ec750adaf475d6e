import { withTimeout } from '@syncline/async'
import type { Redis } from '@syncline/redis'

const WRITE_EVERY_MS = 60_000
const READ_MS = 250
/** A connection that nobody has read for so long counts as never read. */
const KEPT_MS = 400 * 24 * 3_600_000

/** When the credentials of connections were read last. No request waits for a write, and a read that takes too long is given up. */
export class LastFetched {
  readonly #redis: Redis
  readonly #prefix: string

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis
    this.#prefix = prefix
  }

  /** It is being read now. Unix milliseconds, to the minute; undefined if Redis does not answer in time. */
  async note(uid: string): Promise<number | undefined> {
    const key = `${this.#prefix}:fetched:${uid}`
    const now = Date.now()
    const last = Number(
      await withTimeout(this.#redis.get(key), READ_MS, 'reading when the connection was read').catch(
        () => Number.NaN,
      ),
    )
    if (Number.isNaN(last)) return undefined
    if (now - last < WRITE_EVERY_MS) return last
    // If the process dies before, the next read writes it.
    this.#redis.set(key, now, 'PX', KEPT_MS).catch(() => {})
    return now
  }
}
