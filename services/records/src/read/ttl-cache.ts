const MAX_ENTRIES = 1000

/** Keeps values for who comes back for them soon. What is not asked for in time goes, the rest stays: see `hasRoom`. */
export class Kept<T> {
  readonly #entries = new Map<string, { value: T; bytes: number; until: number }>()
  readonly #maxBytes: number
  readonly #ms: number
  readonly #now: () => number
  #bytes = 0

  constructor(maxBytes: number, ms: number, now = () => performance.now()) {
    this.#maxBytes = maxBytes
    this.#ms = ms
    this.#now = now
  }

  hasRoom(bytes: number): boolean {
    this.#dropOld()
    return this.#bytes + bytes <= this.#maxBytes
  }

  keep(key: string, value: T, bytes: number): void {
    this.#drop(key)
    this.#entries.set(key, { value, bytes, until: this.#now() + this.#ms })
    this.#bytes += bytes
    this.#dropOld()
  }

  take(key: string): T | undefined {
    this.#dropOld()
    return this.#drop(key)
  }

  /** The oldest are first. */
  #dropOld(): void {
    for (const [key, { until }] of this.#entries) {
      if (until > this.#now() && this.#entries.size <= MAX_ENTRIES) return
      this.#drop(key)
    }
  }

  #drop(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
    return entry.value
  }
}
