import { orAborted } from '@syncline/async'
import pLimit, { type LimitFunction } from 'p-limit'
import { Pool } from 'undici'

/** Of one origin. Further requests wait. */
const CONNECTIONS = 64
/** Origins whose connections are kept. Those in use are not counted out: each has a request in flight. */
const ORIGINS = 64

interface OriginPool {
  pool: Pool
  /** Requests wait here and not in the pool: there a request that is aborted would wait on. */
  limit: LimitFunction
}

/** Connections, kept for the next request to the same origin. */
export class Pools implements AsyncDisposable {
  readonly #options: Pool.Options
  /** The one that was used last is last. */
  readonly #pools = new Map<string, OriginPool>()

  constructor(options: Pool.Options) {
    this.#options = { ...options, connections: CONNECTIONS, pipelining: 1, allowH2: false }
  }

  get origins(): number {
    return this.#pools.size
  }

  /** Does `work` while one of the origin's connections is free for it. Waits for that until `signal` aborts. */
  async use<T>(origin: string, signal: AbortSignal, work: (pool: Pool) => Promise<T>): Promise<T> {
    const { pool, limit } = this.#of(origin)
    const done = limit(() => {
      signal.throwIfAborted()
      return work(pool)
    })
    return await orAborted(done, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#pools.values()].map(({ pool }) => pool.destroy()))
  }

  #of(origin: string): OriginPool {
    const known = this.#pools.get(origin)
    const entry = known ?? { pool: new Pool(origin, this.#options), limit: pLimit(CONNECTIONS) }
    this.#pools.delete(origin)
    if (!known) this.#closeIdle()
    this.#pools.set(origin, entry)
    return entry
  }

  #closeIdle(): void {
    for (const [origin, { pool, limit }] of this.#pools) {
      if (this.#pools.size < ORIGINS) return
      if (limit.activeCount + limit.pendingCount > 0) continue
      this.#pools.delete(origin)
      void pool.destroy()
    }
  }
}
