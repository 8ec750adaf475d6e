import { type Redis, redisCall } from '@syncline/redis'

/** How exactly the last use of a key is known. */
const ACCURACY_MS = 60_000
/** Of an environment whose keys are not used any more. */
const KEPT_MS = 400 * 86_400_000
const REMEMBERED_MAX = 100_000

/** When keys were used last: a hash in Redis for each environment. This process writes each key once a minute at most. */
export class KeyUse {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #onFailure: (error: unknown) => void
  /** When this process has written a key. */
  readonly #written = new Map<string, number>()

  constructor(redis: Redis, prefix: string, onFailure: (error: unknown) => void) {
    this.#redis = redis
    this.#prefix = prefix
    this.#onFailure = onFailure
  }

  /** Nobody waits for it. What Redis does not take is lost, and written again after a minute. */
  note({ environment, id }: { environment: string; id: string }, now: number): void {
    if (now - (this.#written.get(id) ?? 0) < ACCURACY_MS) return
    if (this.#written.size >= REMEMBERED_MAX) this.#written.clear()
    this.#written.set(id, now)
    const place = this.#place(environment)
    const written = this.#redis.multi().hset(place, id, now).pexpire(place, KEPT_MS).exec()
    written.catch(this.#onFailure)
  }

  /** Unix milliseconds by key id. */
  async of(environment: string): Promise<Map<string, number>> {
    const stored = await redisCall(this.#redis.hgetall(this.#place(environment)))
    return new Map(Object.entries(stored).map(([id, at]) => [id, Number(at)]))
  }

  async forget(environment: string, id: string): Promise<void> {
    await redisCall(this.#redis.hdel(this.#place(environment), id))
  }

  async forgetAll(environment: string): Promise<void> {
    await redisCall(this.#redis.del(this.#place(environment)))
  }

  #place(environment: string): string {
    return `${this.#prefix}:key-use:${environment}`
  }
}
