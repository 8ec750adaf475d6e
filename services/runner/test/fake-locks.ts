import type { LockOwner, LocksServiceImplementation } from '@syncline/proto'

/** Locks in memory, as far as a runner sees them. No time to live ends. */
export class FakeLocks {
  /** Owner by `environment:key`. */
  readonly held = new Map<string, string>()
  /** Called before each call takes effect; may throw. */
  onCall: (name: keyof LocksServiceImplementation, ttlMs?: number) => void = () => {}

  readonly calls: LocksServiceImplementation = {
    tryAcquire: async ({ owner, key, ttlMs }) => {
      this.onCall('tryAcquire', ttlMs)
      const place = `${owner?.environment}:${key}`
      const holder = this.held.get(place)
      if (holder !== undefined && holder !== nameOf(owner)) return { acquired: false }
      this.held.set(place, nameOf(owner))
      return { acquired: true }
    },
    release: async ({ owner, key }) => {
      this.onCall('release')
      const place = `${owner?.environment}:${key}`
      return { released: this.held.get(place) === nameOf(owner) && this.held.delete(place) }
    },
    releaseAll: async ({ owner }) => {
      this.onCall('releaseAll')
      const own = [...this.held].filter(([, holder]) => holder === nameOf(owner))
      for (const [place] of own) this.held.delete(place)
      return { released: own.length }
    },
  }
}

const nameOf = (owner: LockOwner | undefined) =>
  `${owner?.isAction ? 'action' : 'run'} ${owner?.id}/${owner?.attempt}`
