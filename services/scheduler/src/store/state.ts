import { AppError } from '@syncline/errors'
import { type Redis, redisCall, type Script, script } from '@syncline/redis'

/** Unix milliseconds: the same for all instances, see ../ticks/shared-clock.ts. */
export type Clock = () => number

export interface Limits {
  /** Runs in flight in an environment that sets no limit of its own. */
  maxRuns: number
  /** How long a run may wait for a runner. */
  queueTimeoutMs: number
  leaseMs: number
  /** Runs that ended, kept for each schedule. */
  historyRuns: number
  /** And in the list of its environment, about. */
  environmentRuns: number
}

const at = (name: string) => new URL(`../scripts/${name}.lua`, import.meta.url)

/** A script of this service: ../scripts/<name>.lua behind what all of them share, and what some do. */
export const load = (name: string, ...shared: string[]): Script =>
  script(at(name), ...['prelude', 'queue', ...shared].map(at))

/** The scheduler's part of Redis: what its stores are made of. Keys are named in ../scripts/prelude.lua. */
export class State {
  readonly #redis: Redis
  readonly #base: string
  readonly #limits: Limits
  readonly #isRedisTime: boolean
  readonly now: Clock

  /** @param isRedisTime `now` follows the clock of Redis, and scripts refuse a time that is another one. */
  constructor(redis: Redis, prefix: string, limits: Limits, now: Clock, isRedisTime = false) {
    this.#redis = redis
    this.#base = `{${prefix}}:`
    this.#limits = limits
    this.now = now
    this.#isRedisTime = isRedisTime
  }

  get limits(): Limits {
    return this.#limits
  }

  key(name: string): string {
    return this.#base + name
  }

  /** Changes go through scripts. `Result` is what the script's header says that it returns. */
  async run<Result>(run: Script, args: Record<string, unknown> = {}): Promise<Result> {
    const common = { limits: this.#limits, now: this.now(), isRedisTime: this.#isRedisTime }
    const all = JSON.stringify({ ...common, ...args })
    try {
      return await this.ask((redis) => run(redis, [this.#base], [all]) as Promise<Result>)
    } catch (cause) {
      if (!(cause instanceof Error && cause.message.startsWith('CLOCK '))) throw cause
      throw new AppError('unavailable', 'the clock of Redis was set a moment ago: try again', { cause })
    }
  }

  /** Reads. */
  ask<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    return redisCall(work(this.#redis))
  }
}
