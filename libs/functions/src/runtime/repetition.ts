import { hash } from 'node:crypto'

const RECENT = 1000

/**
 * Tells whether a value has come before, with memory for a bounded number of hashes: the last thousand, which find a short
 * cycle at once, and one that moves on ever more rarely (Brent's algorithm), which finds a cycle of any length.
 */
export class Repetition {
  readonly #recent = new Set<string>()
  #far: string | undefined
  #since = 0
  #moveAfter = 1

  /** @returns Whether it has come before. */
  add(value: string): boolean {
    const digest = digestOf(value)
    if (this.#recent.has(digest) || digest === this.#far) return true
    this.#recent.add(digest)
    const [oldest] = this.#recent
    if (this.#recent.size > RECENT && oldest !== undefined) this.#recent.delete(oldest)
    if (++this.#since >= this.#moveAfter) {
      this.#far = digest
      this.#since = 0
      this.#moveAfter *= 2
    }
    return false
  }
}

export const digestOf = (text: string): string => hash('sha1', text, 'base64')
