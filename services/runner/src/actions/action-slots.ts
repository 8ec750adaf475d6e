import { orAborted } from '@syncline/async'

/**
 * The slots of this process for actions: runs of syncs never take them, and actions take no other. A synchronous call that finds
 * none free is refused at once, as its gateway may find another runner; an asynchronous one waits.
 */
export class ActionSlots {
  #free: number
  readonly #waiting: (() => void)[] = []
  readonly #onFree: () => void
  /** A call was refused: its gateway wants to know when there is a slot again. */
  #hasRefused = false

  constructor(count: number, onFree: () => void) {
    this.#free = count
    this.#onFree = onFree
  }

  /** Undefined: none is free. */
  tryTake(): Disposable | undefined {
    if (this.#free === 0) {
      this.#hasRefused = true
      return undefined
    }
    this.#free--
    return this.#held()
  }

  /** Rejects with the signal's reason, then without a slot. */
  async take(signal: AbortSignal): Promise<Disposable> {
    if (this.#free > 0) {
      this.#free--
      return this.#held()
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    try {
      await orAborted(promise, signal)
    } catch (error) {
      const at = this.#waiting.indexOf(resolve)
      if (at === -1) this.#give()
      else this.#waiting.splice(at, 1)
      throw error
    }
    return this.#held()
  }

  #held(): Disposable {
    let isHeld = true
    return {
      [Symbol.dispose]: () => {
        if (isHeld) this.#give()
        isHeld = false
      },
    }
  }

  #give(): void {
    const next = this.#waiting.shift()
    if (next) {
      next()
      return
    }
    this.#free++
    if (this.#hasRefused) this.#onFree()
    this.#hasRefused = false
  }
}
