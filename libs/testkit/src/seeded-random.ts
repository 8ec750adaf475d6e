import { createHash, randomBytes } from 'node:crypto'

/**
 * Random numbers that are the same for the same seed (mulberry32). Concurrent users each take a
 * `fork`: then the numbers of one do not depend on how often the others have drawn.
 */
export class SeededRandom {
  readonly seed: string
  #state: number

  constructor(seed = randomBytes(4).toString('hex')) {
    this.seed = seed
    this.#state = createHash('sha256').update(seed).digest().readUInt32LE()
  }

  fork(name: string): SeededRandom {
    return new SeededRandom(`${this.seed} ${name}`)
  }

  /** From 0 to 1, without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let bits = this.#state
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from 0 to `limit`, without `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }
}
