import { createHash } from 'node:crypto'
import { jittered } from '@syncline/async'
import type { Connection } from '@syncline/catalog'
import { type Held, type Redis, redisCall, tryMutex } from '@syncline/redis'

/** A holder that dies keeps the lease for so long. It is renewed while its holder lives. */
const LEASE_MS = 20_000
const FIRST_BACKOFF_MS = 2_000
const LONGEST_BACKOFF_MS = 5 * 60_000
/** A series of failures is forgotten after so long without another one. */
const FAILURES_KEPT_MS = 3_600_000
/** Of a token whose holder died before it was in the catalog: until somebody needs it. */
const UNSTORED_KEPT_MS = 30 * 24 * 3_600_000
/** When it is in the catalog: a replica of NATS that is behind may still be read for a moment. */
const STORED_KEPT_MS = 10 * 60_000
/** How old a token must be before a 401 makes us get another one: more for each in a row, as the token may not be the cause. */
const FIRST_RENEWAL_MS = 10_000
const LONGEST_RENEWAL_MS = 30 * 60_000

export interface Failure {
  count: number
  retryAt: number
  message: string
}

/** A token between the answer of its server and the catalog. `base`: the sealed token that it replaces. */
export interface Unstored {
  sealedToken: string
  base: string
}

/**
 * What all processes know in Redis about getting tokens with the credentials of one connection: the lease, a token that is not in the
 * catalog yet, and failures. New credentials have a state of their own.
 */
export class GrantState {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #connection: Connection

  constructor(redis: Redis, prefix: string, connection: Connection) {
    const { environment, uid, sealedCredentials } = connection
    const credentials = createHash('sha256').update(sealedCredentials).digest('hex').slice(0, 16)
    this.#redis = redis
    this.#connection = connection
    this.#prefix = `${prefix}:{${environment}}:token:${uid}:${credentials}`
  }

  /** Whether the connection still has these credentials. */
  isOf({ uid, sealedCredentials }: Connection): boolean {
    return uid === this.#connection.uid && sealedCredentials === this.#connection.sealedCredentials
  }

  /** Undefined if another process has it. */
  lease(): Promise<Held | undefined> {
    return tryMutex({ redis: this.#redis, key: `${this.#prefix}:lease` }, LEASE_MS)
  }

  async failure(): Promise<Failure | undefined> {
    const text = await redisCall(this.#redis.get(`${this.#prefix}:failure`))
    return text === null ? undefined : (JSON.parse(text) as Failure) // we wrote it
  }

  /** Called with the lease. The wait doubles with each failure in a row. */
  async addFailure(message: string): Promise<Failure> {
    const count = ((await this.failure())?.count ?? 0) + 1
    const waitMs = Math.min(FIRST_BACKOFF_MS * 2 ** (count - 1), LONGEST_BACKOFF_MS)
    const failure = { count, retryAt: Date.now() + jittered(waitMs), message }
    await redisCall(
      this.#redis.set(`${this.#prefix}:failure`, JSON.stringify(failure), 'PX', FAILURES_KEPT_MS),
    )
    return failure
  }

  async clearFailure(): Promise<void> {
    await redisCall(this.#redis.del(`${this.#prefix}:failure`))
  }

  async unstored(): Promise<Unstored | undefined> {
    const text = await redisCall(this.#redis.get(`${this.#prefix}:unstored`))
    return text === null ? undefined : (JSON.parse(text) as Unstored) // we wrote it
  }

  async setUnstored(unstored: Unstored): Promise<void> {
    await redisCall(
      this.#redis.set(`${this.#prefix}:unstored`, JSON.stringify(unstored), 'PX', UNSTORED_KEPT_MS),
    )
  }

  async stored(): Promise<void> {
    await redisCall(this.#redis.pexpire(`${this.#prefix}:unstored`, STORED_KEPT_MS))
  }

  /** How old a token must be that a 401 replaces. */
  async leastAgeToRenew(): Promise<number> {
    const renewals = Number((await redisCall(this.#redis.get(`${this.#prefix}:renewals`))) ?? 0)
    return renewals === 0 ? 0 : renewalMs(renewals)
  }

  /** A token was replaced because of a 401. A series ends when twice its wait has passed without another one. */
  async addRenewal(): Promise<void> {
    const key = `${this.#prefix}:renewals`
    const renewals = await redisCall(this.#redis.incr(key))
    await redisCall(this.#redis.pexpire(key, 2 * renewalMs(renewals)))
  }
}

function renewalMs(renewals: number): number {
  return Math.min(FIRST_RENEWAL_MS * 2 ** (renewals - 1), LONGEST_RENEWAL_MS)
}
