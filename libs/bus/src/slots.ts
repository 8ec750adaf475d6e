import { orAborted } from '@syncline/async'

/** The room that one message has while it is worked on. Its work may give the room to another message, and take room again. */
export interface Slot {
  /** Work that waits for something else gives its room away. Its message stays in work. */
  give(): void
  /** Waits for room, before any new message gets it; one call at a time. Rejects with the signal's reason, then without room. */
  takeBack(signal: AbortSignal): Promise<void>
}

/** Room for messages in work, of one process. Who had room before gets it first, in the order in which they ask. */
export class Slots {
  #free: number
  readonly #returning: (() => void)[] = []
  #onFree = () => {}

  constructor(count: number) {
    this.#free = count
  }

  get free(): number {
    return this.#free
  }

  /** Waits until there is room for a new message. It is not taken. */
  async untilFree(signal: AbortSignal): Promise<void> {
    while (this.#free === 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#onFree = resolve
      await orAborted(promise, signal)
    }
  }

  /** Undefined if there is no room: somebody came back while the message was on its way. */
  tryTake(): HeldSlot | undefined {
    if (this.#free === 0) return undefined
    this.#free--
    return new HeldSlot(this)
  }

  /** @internal */
  give(): void {
    const next = this.#returning.shift()
    if (next) next()
    else {
      this.#free++
      this.#onFree()
    }
  }

  /** @internal */
  async takeBack(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#free > 0) {
      this.#free--
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#returning.push(resolve)
    const leave = () => {
      const at = this.#returning.indexOf(resolve)
      if (at === -1) return // it got room in this very turn
      this.#returning.splice(at, 1)
      reject(signal.reason)
    }
    signal.addEventListener('abort', leave)
    await promise.finally(() => signal.removeEventListener('abort', leave))
  }
}

/** Disposed when the work on its message is over. */
class HeldSlot implements Slot, Disposable {
  readonly #slots: Slots
  #isHeld = true
  #isOver = false

  /** @internal */
  constructor(slots: Slots) {
    this.#slots = slots
  }

  give(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#slots.give()
  }

  async takeBack(signal: AbortSignal): Promise<void> {
    if (this.#isHeld) return
    await this.#slots.takeBack(signal)
    this.#isHeld = true
    if (this.#isOver) this.give()
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.give()
  }
}
