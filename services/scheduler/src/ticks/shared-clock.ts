import { AppError } from '@syncline/errors'
import type { Clock } from '../store/state.ts'

/** Difference of a sample from what was expected that is a jump, and no slow answer. */
const JUMP_MS = 2000
/** A sample that took longer says nothing. */
const SAMPLE_MS = 1000
const TRIES = 10

interface ClockDeps {
  /** The time of Redis, in ms. */
  sample: () => Promise<number>
  /** Of this process: never jumps. */
  monotonic?: () => number
  leaseMs: number
  /** How often Redis jumped so far, as its keys say. */
  jumps: number
  /** Shifts leases by what the clock of Redis jumped, and returns how often it did. */
  onJump: (byMs: number, jumps: number) => Promise<number>
  onGap: (gapMs: number) => void
}

/**
 * The clock that all schedulers share: the time of Redis, sampled once a second and carried on by the monotonic clock of this
 * process.
 *
 * It also says whether runs may be judged by their leases. After this process slept (SIGSTOP, a paused machine), after the
 * clock of Redis jumped, or while Redis did not answer, runners may have had nobody to send heartbeats to, or leases were given
 * by another time: then nobody is judged for the time of one lease.
 */
export class SharedClock {
  readonly #deps: ClockDeps
  readonly #monotonic: () => number
  #jumps: number
  #offsetMs: number
  #turnedAt: number
  #judgesFrom: number

  private constructor(deps: ClockDeps, monotonic: () => number, offsetMs: number) {
    this.#deps = deps
    this.#monotonic = monotonic
    this.#jumps = deps.jumps
    this.#offsetMs = offsetMs
    this.#turnedAt = monotonic()
    this.#judgesFrom = this.#turnedAt + deps.leaseMs
  }

  static async open(deps: ClockDeps): Promise<SharedClock> {
    const monotonic = deps.monotonic ?? (() => performance.now())
    for (let tries = 0; tries < TRIES; tries++) {
      const found = await offset(deps.sample, monotonic)
      if (found !== undefined) return new SharedClock(deps, monotonic, found)
    }
    throw new AppError(
      'unavailable',
      `Redis took longer than ${SAMPLE_MS} ms to tell its time, ${TRIES} times`,
    )
  }

  /**
   * To be called once, before anything is compared. If the clock of Redis was set back while no scheduler worked, nobody has shifted
   * the leases. @param workedAt When a scheduler worked last, by the clock of Redis then; 0 = never.
   */
  async resume(workedAt: number): Promise<void> {
    const byMs = Math.round(this.now() - workedAt)
    if (byMs < -JUMP_MS) this.#jumps = await this.#deps.onJump(byMs, this.#jumps)
  }

  readonly now: Clock = () => Math.round(this.#monotonic() + this.#offsetMs)

  /** To be called about once a second. */
  async synchronize(): Promise<void> {
    await this.#synchronize()
  }

  /** Returns whether the time is known: an answer that is slow says nothing. */
  async #synchronize(): Promise<boolean> {
    const before = this.#offsetMs
    const sampled = await offset(this.#deps.sample, this.#monotonic)
    if (sampled === undefined) return false
    const byMs = Math.round(sampled - before)
    if (Math.abs(byMs) > JUMP_MS) {
      this.wait()
      // Leases are shifted before anything is compared with the new time.
      this.#jumps = await this.#deps.onJump(byMs, this.#jumps)
    }
    this.#offsetMs = sampled
    return true
  }

  /** Jumps of the clock that this process knows of. */
  get jumps(): number {
    return this.#jumps
  }

  /** Another scheduler may have noticed a jump first. Until our time follows it, we know of no more jumps than before. */
  async learn(jumps: number): Promise<void> {
    if (jumps === this.#jumps) return
    this.wait()
    if (await this.#synchronize()) this.#jumps = jumps
  }

  /** Whether leases count now. To be called in each round of the loop: by it a gap is noticed. */
  judges(): boolean {
    const now = this.#monotonic()
    const gapMs = now - this.#turnedAt
    this.#turnedAt = now
    if (gapMs > this.#deps.leaseMs / 3) {
      this.#deps.onGap(gapMs)
      this.wait()
    }
    return now >= this.#judgesFrom
  }

  /** From now on nobody is judged for the time of one lease. */
  wait(): void {
    this.#judgesFrom = this.#monotonic() + this.#deps.leaseMs
  }
}

/** Of the two clocks, as in the middle of the call. */
async function offset(sample: () => Promise<number>, monotonic: () => number): Promise<number | undefined> {
  const sentAt = monotonic()
  const time = await sample()
  const answeredAt = monotonic()
  return answeredAt - sentAt > SAMPLE_MS ? undefined : time - (sentAt + answeredAt) / 2
}
