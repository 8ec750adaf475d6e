import type { Redis } from '@syncline/redis'
import type { EgressAnswer } from '../http/egress-answer.ts'
import type { Access } from '../tokens/access.ts'

/** Who asks for a request: connections share a budget evenly, and those that never succeeded yet have a lane of their own. */
export interface Asker {
  connection: string
  lane: 'fresh' | 'first'
}

/** How many requests the quotas of APIs allow. All processes share them by Redis. */
export class Budgets {
  readonly #redis: Redis
  readonly #prefix: string

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis
    this.#prefix = prefix
  }

  /** 0: the request may go now. Else: how many milliseconds to wait before asking again. */
  async take(_access: Access, _asker: Asker): Promise<number> {
    void this.#redis
    void this.#prefix
    return 0
  }

  /** How many milliseconds a request of the connection would have to wait now. */
  async estimate(_access: Access, _asker: Asker): Promise<number> {
    return 0
  }

  /** The connection comes back later, and keeps its place among those that wait. As `estimate`. */
  async leave(_access: Access, _asker: Asker): Promise<number> {
    return 0
  }

  /** Takes what an answer says about the quota. */
  async learn(_access: Access, _answer: EgressAnswer): Promise<void> {}
}
