import { AppError } from '@syncline/errors'
import type { Redis } from '@syncline/redis'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'

const WINDOW_SECONDS = 15 * 60

/** Tries in 15 minutes, over all gateways: of one user from one address, from one address, and of one user. */
const tries = { pair: 10, address: 100, user: 300 }

/**
 * How many passwords may be tried. Nobody else is locked out by one address that tries. If Redis does not answer, nobody logs in: it
 * keeps the sessions too.
 */
export class LoginLimits {
  readonly #limiters: Record<keyof typeof tries, RateLimiterRedis>

  constructor(redis: Redis, prefix: string) {
    const limiter = (name: keyof typeof tries) =>
      new RateLimiterRedis({
        storeClient: redis,
        keyPrefix: `${prefix}:login:${name}`,
        points: tries[name],
        duration: WINDOW_SECONDS,
        rejectIfRedisNotReady: true,
      })
    this.#limiters = { pair: limiter('pair'), address: limiter('address'), user: limiter('user') }
  }

  /** Counts a try, before the password is looked at. */
  async take(user: string, address: string): Promise<void> {
    const { pair, ...others } = this.#limiters
    try {
      await pair.consume(`${user}|${address}`)
      await Promise.all([others.address.consume(address), others.user.consume(user)])
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes))
        throw new AppError('unavailable', 'logins are not possible at the moment: try again', {
          cause: refusal,
        })
      const seconds = Math.ceil(refusal.msBeforeNext / 1000)
      throw new AppError('too_many_requests', `too many wrong logins: try again in ${seconds} s`)
    }
  }

  /** The password was right. */
  async forget(user: string, address: string): Promise<void> {
    await this.#limiters.pair.delete(`${user}|${address}`)
  }
}
