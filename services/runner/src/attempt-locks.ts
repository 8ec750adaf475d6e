import type { LockOwner, LocksClient } from '@syncline/proto'
import type { DeadlineOptions } from '@syncline/rpc'
import { retrying } from './retrying.ts'

const CALL_FOR_MS = 60_000
const CALL_MS = 5000

/** Locks of one attempt, of a run or of an action. The scheduler keeps them, and frees those of a run when its attempt ends. */
export class AttemptLocks {
  readonly #locks: LocksClient<DeadlineOptions>
  readonly #owner: LockOwner
  #hasTaken = false

  constructor(locks: LocksClient<DeadlineOptions>, owner: LockOwner) {
    this.#locks = locks
    this.#owner = owner
  }

  async tryAcquire(key: string, ttlMs: number, signal: AbortSignal): Promise<boolean> {
    this.#hasTaken = true
    const request = { owner: this.#owner, key, ttlMs }
    const { acquired } = await retrying(
      (each) => this.#locks.tryAcquire(request, { signal: each, deadline: CALL_MS }),
      { forMs: CALL_FOR_MS, signal },
    )
    return acquired
  }

  /** If the answer is lost and the call repeated, it says that the owner did not have the lock. */
  async release(key: string, signal: AbortSignal): Promise<boolean> {
    const { released } = await retrying(
      (each) => this.#locks.release({ owner: this.#owner, key }, { signal: each, deadline: CALL_MS }),
      { forMs: CALL_FOR_MS, signal },
    )
    return released
  }

  async releaseAll(signal: AbortSignal): Promise<void> {
    await retrying(
      (each) => this.#locks.releaseAll({ owner: this.#owner }, { signal: each, deadline: CALL_MS }),
      { forMs: CALL_FOR_MS, signal },
    )
  }

  /** At the end of an action. If we die before, or no scheduler answers, its locks end with their time to live. */
  async end(): Promise<void> {
    if (!this.#hasTaken) return
    await this.#locks.releaseAll({ owner: this.#owner }, { deadline: CALL_MS }).catch(() => {})
  }
}
