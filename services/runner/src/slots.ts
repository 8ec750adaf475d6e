import { orAborted } from '@syncline/async'

export type SlotKind = 'ordinary' | 'reserved'

/** Where an attempt is worked on. An attempt that waits for something else may give its slot away, and take one back. */
export interface Slot {
  give(): void
  /** Waits for a slot, before any new attempt gets it; one call at a time. Rejects with the signal's reason, then without a slot. */
  takeBack(signal: AbortSignal): Promise<void>
}

/**
 * The slots of one process. Reserved ones are for runs of environments that have none in flight: the scheduler says which. An
 * attempt that had one before gets a slot first, in the order in which they ask: one of its own kind, or, if that was a
 * reserved one, an ordinary one as well. No ordinary attempt ever gets a reserved slot.
 */
export class Slots {
  readonly #free: Record<SlotKind, number>
  readonly #returning: { was: SlotKind; got: (kind: SlotKind) => void }[] = []
  readonly #onChange: (free: Record<SlotKind, number>) => void
  #onFree = () => {}

  constructor(
    counts: Record<SlotKind, number>,
    onChange: (free: Record<SlotKind, number>) => void = () => {},
  ) {
    this.#free = { ...counts }
    this.#onChange = onChange
    onChange(this.#free)
  }

  get free(): Readonly<Record<SlotKind, number>> {
    return this.#free
  }

  /** Waits until there is a slot for a new attempt. It is not taken. */
  async untilFree(signal: AbortSignal): Promise<void> {
    while (this.#free.ordinary + this.#free.reserved === 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#onFree = resolve
      await orAborted(promise, signal)
    }
  }

  /** All that are free, for new attempts. Those that no attempt needs are to be disposed of. */
  takeFree(): Record<SlotKind, HeldSlot[]> {
    return { ordinary: this.#takeFree('ordinary'), reserved: this.#takeFree('reserved') }
  }

  #takeFree(kind: SlotKind): HeldSlot[] {
    const count = this.#free[kind]
    this.#free[kind] = 0
    this.#onChange(this.#free)
    return Array.from({ length: count }, () => new HeldSlot(this, kind))
  }

  /** @internal */
  give(kind: SlotKind): void {
    const next = this.#returning.findIndex(({ was }) => kind === 'ordinary' || was === 'reserved')
    if (next !== -1) this.#returning.splice(next, 1)[0]?.got(kind)
    else {
      this.#free[kind]++
      this.#onChange(this.#free)
      this.#onFree()
    }
  }

  /** @internal */
  async takeBack(was: SlotKind, signal: AbortSignal): Promise<SlotKind> {
    signal.throwIfAborted()
    const kind = this.#free[was] > 0 ? was : 'ordinary'
    if (this.#free[kind] > 0) {
      this.#free[kind]--
      this.#onChange(this.#free)
      return kind
    }
    const { promise, resolve, reject } = Promise.withResolvers<SlotKind>()
    const entry = { was, got: resolve }
    this.#returning.push(entry)
    const leave = () => {
      const at = this.#returning.indexOf(entry)
      if (at === -1) return // it got a slot in this very turn
      this.#returning.splice(at, 1)
      reject(signal.reason)
    }
    signal.addEventListener('abort', leave)
    return promise.finally(() => signal.removeEventListener('abort', leave))
  }
}

/** Disposed when the work on the attempt is over. */
export class HeldSlot implements Slot, Disposable {
  readonly #slots: Slots
  #kind: SlotKind
  #isHeld = true
  #isOver = false

  /** @internal */
  constructor(slots: Slots, kind: SlotKind) {
    this.#slots = slots
    this.#kind = kind
  }

  give(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#slots.give(this.#kind)
  }

  async takeBack(signal: AbortSignal): Promise<void> {
    if (this.#isHeld) return
    this.#kind = await this.#slots.takeBack(this.#kind, signal)
    this.#isHeld = true
    if (this.#isOver) this.give()
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.give()
  }
}
