const MAX_ENTRIES = 1000

/**
 * Values that are asked for soon or never. An entry expires `ttlMs` after it was set or touched. Nothing is evicted to make
 * room for more: see `freeBytes`.
 */
export class TtlCache<T> {
  readonly #entries = new Map<string, { value: T; bytes: number; expiresAt: number }>()
  readonly #maxBytes: number
  readonly #ttlMs: number
  readonly #now: () => number
  #bytes = 0

  constructor(maxBytes: number, ttlMs: number, now = () => performance.now()) {
    this.#maxBytes = maxBytes
    this.#ttlMs = ttlMs
    this.#now = now
  }

  get freeBytes(): number {
    this.#expire()
    return this.#maxBytes - this.#bytes
  }

  set(key: string, value: T, bytes: number): void {
    this.#delete(key)
    this.#entries.set(key, { value, bytes, expiresAt: this.#now() + this.#ttlMs })
    this.#bytes += bytes
    this.#expire()
  }

  /** The value, which expires later now. */
  touch(key: string): T | undefined {
    this.#expire()
    const entry = this.#entries.get(key)
    if (entry) this.set(key, entry.value, entry.bytes)
    return entry?.value
  }

  /** Of an entry that has this value still. */
  setBytes(key: string, value: T, bytes: number): void {
    const entry = this.#entries.get(key)
    if (entry?.value !== value) return
    this.#bytes += bytes - entry.bytes
    entry.bytes = bytes
  }

  /** Removes the entry, and gives its value. */
  pop(key: string): T | undefined {
    this.#expire()
    return this.#delete(key)
  }

  /** The oldest are first. */
  #expire(): void {
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt > this.#now() && this.#entries.size <= MAX_ENTRIES) return
      this.#delete(key)
    }
  }

  #delete(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
    return entry.value
  }
}
