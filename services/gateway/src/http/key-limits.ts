import { AppError } from '@syncline/errors'
import type { Redis } from '@syncline/redis'
import type { FastifyReply } from 'fastify'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Caller } from './caller.ts'

const WINDOW_SECONDS = 60
/** A request waits no longer for Redis: it is allowed then. */
const DEADLINE_MS = 250

/**
 * How many requests each key may send in a minute, over all gateways. One call to Redis for each request, none while there is no
 * limit. If Redis does not answer, requests are allowed.
 */
export class KeyLimits {
  readonly #limiter: RateLimiterRedis | undefined
  readonly #onFailure: (error: unknown) => void

  /** @param perMinute 0 = any number. */
  constructor(redis: Redis, prefix: string, perMinute: number, onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure
    if (perMinute === 0) return
    this.#limiter = new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `${prefix}:key-limit`,
      points: perMinute,
      duration: WINDOW_SECONDS,
      rejectIfRedisNotReady: true,
    })
  }

  async take(caller: Caller, reply: FastifyReply): Promise<void> {
    const limiter = this.#limiter
    if (limiter === undefined) return
    const state = await this.#ask(limiter, caller.kind === 'admin' ? 'admin' : caller.key.id)
    if (state === undefined) return
    const { remainingPoints, msBeforeNext, consumedPoints } = state
    const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000))
    reply.headers({
      'ratelimit-policy': `"key";q=${limiter.points};w=${WINDOW_SECONDS}`,
      ratelimit: `"key";r=${remainingPoints};t=${seconds}`,
      'x-ratelimit-limit': limiter.points,
      'x-ratelimit-remaining': remainingPoints,
      'x-ratelimit-reset': Math.ceil((Date.now() + msBeforeNext) / 1000),
    })
    if (consumedPoints <= limiter.points) return
    reply.header('retry-after', seconds)
    throw new AppError(
      'too_many_requests',
      `this key may send ${limiter.points} requests a minute: try again in ${seconds} s`,
    )
  }

  async #ask(limiter: RateLimiterRedis, key: string): Promise<RateLimiterRes | undefined> {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => late.reject(new Error(`Redis did not answer in ${DEADLINE_MS} ms`)),
      DEADLINE_MS,
    )
    try {
      return await Promise.race([limiter.consume(key), late.promise])
    } catch (refusal) {
      // The library rejects with this when no points are left.
      if (refusal instanceof RateLimiterRes) return refusal
      this.#onFailure(refusal)
      return undefined
    } finally {
      clearTimeout(timer)
    }
  }
}
