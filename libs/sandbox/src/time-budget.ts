/** How much a child may take beyond its rate at once: reading 8 MiB that are made to be slow takes half a second. */
const BURST_MS = 500

/**
 * Processor time that a process spends on what its children send and get. Children that want more than they have earned
 * share one rate evenly; no child earns more than its own limit, or saves up more than a burst.
 */
export class TimeBudget {
  readonly #rate: number
  readonly #shares = new Set<TimeShare>()

  /** @param rate Of one processor, for all children: from 0 to 1. */
  constructor(rate: number) {
    this.#rate = rate
  }

  /** @param mostRate Of one processor, for this child. */
  share(mostRate: number): TimeShare {
    const share = new TimeShare(
      mostRate,
      () => this.#rate / Math.max(1, this.#count()),
      () => this.#shares.delete(share),
    )
    this.#shares.add(share)
    return share
  }

  /** A share with a full burst left wants nothing. */
  #count(): number {
    let count = 0
    for (const share of this.#shares) if (!share.isFull) count++
    return count
  }
}

export class TimeShare implements Disposable {
  readonly #mostRate: number
  readonly #evenRate: () => number
  readonly #leave: () => void
  #spareMs = BURST_MS

  /** @internal */
  constructor(mostRate: number, evenRate: () => number, leave: () => void) {
    this.#mostRate = mostRate
    this.#evenRate = evenRate
    this.#leave = leave
  }

  get isFull(): boolean {
    return this.#spareMs >= BURST_MS
  }

  /** It has spent more than it has earned: it has to wait. */
  get isOverdrawn(): boolean {
    return this.#spareMs < 0
  }

  spend(ms: number): void {
    this.#spareMs -= ms
  }

  /** For time that has passed. */
  earn(passedMs: number): void {
    const rate = Math.min(this.#mostRate, this.#evenRate())
    this.#spareMs = Math.min(BURST_MS, this.#spareMs + passedMs * rate)
  }

  [Symbol.dispose](): void {
    this.#leave()
  }
}
