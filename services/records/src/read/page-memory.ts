import { timeLimit } from '@syncline/async'
import { AppError } from '@syncline/errors'
import { MemoryBudget, type Reservation } from '../admission/memory-budget.ts'

/** Longer than a page takes to be read, shorter than clients wait for their first byte. */
const WAIT_MS = 10_000
/** Each waiting call holds its request and its connection's stream: some KiB. */
const MAX_WAITING = 1000
/** A quarter of the memory is for small pages, of an eighth at most: a few large ones, taken slowly, must not hold all. */
const SMALL = { share: 1 / 4, page: 1 / 8 }

/** Bounds the memory that pages take in this process, from before they are read until their clients have taken them. */
export class PageMemory {
  readonly #small: MemoryBudget
  readonly #large: MemoryBudget
  readonly #smallMaxBytes: number
  readonly #limit: string
  readonly #waiting = new MemoryBudget(MAX_WAITING, 'the queue of readers')

  constructor(maxBytes: number, onChange = (_heldBytes: number) => {}) {
    const changed = () => onChange(this.#small.heldBytes + this.#large.heldBytes)
    this.#small = new MemoryBudget(maxBytes * SMALL.share, 'memory for small pages', changed)
    this.#large = new MemoryBudget(maxBytes * (1 - SMALL.share), 'memory for large pages', changed)
    this.#smallMaxBytes = maxBytes * SMALL.page
    this.#limit = `RECORDS_READ_MAX_BYTES is ${maxBytes}`
  }

  async reserve(environment: string, bytes: number, signal: AbortSignal): Promise<Reservation> {
    using _place = this.#queue(environment)
    using limit = timeLimit(WAIT_MS, signal)
    try {
      const budget = bytes <= this.#smallMaxBytes ? this.#small : this.#large
      return await budget.waitFor(environment, bytes, limit.signal)
    } catch (cause) {
      signal.throwIfAborted()
      const held = `pages of environment ${environment} that are not taken by their clients yet use its share of memory`
      throw new AppError('unavailable', `timed out after ${WAIT_MS / 1000} s: ${held}; ${this.#advice}`, {
        cause,
      })
    }
  }

  /** Counts callers, not bytes: each environment has its share of the places, too. */
  #queue(environment: string): Disposable {
    try {
      return this.#waiting.reserve(environment, 1)
    } catch (cause) {
      const waiting = `too many calls of environment ${environment} wait for memory to read a page`
      throw new AppError('unavailable', `${waiting}; ${this.#advice}`, { cause })
    }
  }

  get #advice(): string {
    return `read fewer or smaller pages at a time, and take them faster (${this.#limit})`
  }
}
