import type { LockOwner } from '@syncline/proto'
import { load, type State } from './state.ts'

/** Locks of one owner. */
const MOST = 100

const scripts = {
  acquire: load('acquire-lock'),
  release: load('release-locks'),
}

/** `ended`: the attempt may take none any more. `full`: it has as many as it may have. */
export type Acquired =
  | { kind: 'acquired' }
  | { kind: 'held' }
  | { kind: 'ended'; why: string }
  | { kind: 'full'; most: number }

/**
 * Locks of functions, in Redis: values with a time to live. Those of a run's attempt are freed by the script that settles its end,
 * whatever that is: see `release` in ../scripts/shared/runs.lua.
 */
export class LockStore {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  async acquire(owner: LockOwner, key: string, ttlMs: number): Promise<Acquired> {
    const { environment, id, attempt, isAction } = owner
    const [acquired, why, full] = await this.#state.run<[number, string, number]>(scripts.acquire, {
      ...{ owner: nameOf(owner), environment, key, ttl: ttlMs, most: MOST },
      ...{ run: isAction ? '' : id, attempt },
    })
    if (why !== '') return { kind: 'ended', why }
    if (full === 1) return { kind: 'full', most: MOST }
    return { kind: acquired === 1 ? 'acquired' : 'held' }
  }

  /** Returns how many it had. An empty key is all. */
  release(owner: LockOwner, key: string): Promise<number> {
    return this.#state.run(scripts.release, { owner: nameOf(owner), environment: owner.environment, key })
  }
}

/** As `lock_owner` in ../scripts/shared/runs.lua names the attempt of a run. */
const nameOf = ({ id, attempt, isAction }: LockOwner) => `${isAction ? 'action:' : ''}${id}/${attempt}`
