/** Allows `perSecond` calls a second on average, and as many at once. Pure but for the clock that it is given. */
export class RateLimit {
  readonly #perSecond: number
  readonly #clock: () => number
  #tokens: number
  #filledAt: number

  constructor(perSecond: number, clock: () => number = () => performance.now()) {
    this.#perSecond = perSecond
    this.#clock = clock
    this.#tokens = perSecond
    this.#filledAt = clock()
  }

  /** Whether this call is allowed. */
  take(): boolean {
    const now = this.#clock()
    const gained = ((now - this.#filledAt) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#perSecond, this.#tokens + gained)
    this.#filledAt = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
