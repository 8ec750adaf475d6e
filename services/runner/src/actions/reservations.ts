import { RESERVED_MS } from '@syncline/actions'

interface Reservation {
  slot: Disposable
  /** By the monotonic clock: a timer is late in a process that was suspended. */
  until: number
  timer: NodeJS.Timeout
}

/** Slots that are kept for calls that gateways have offered, for two seconds each. */
export class Reservations {
  readonly #reserved = new Map<string, Reservation>()
  #emptied: PromiseWithResolvers<void> | undefined

  /** @returns Its name. */
  add(slot: Disposable): string {
    const name = crypto.randomUUID()
    const timer = setTimeout(() => this.take(name)?.[Symbol.dispose](), RESERVED_MS)
    this.#reserved.set(name, { slot, until: performance.now() + RESERVED_MS, timer })
    return name
  }

  /** Its slot; undefined: it has lapsed. */
  take(name: string): Disposable | undefined {
    const found = this.#reserved.get(name)
    if (!found) return undefined
    clearTimeout(found.timer)
    this.#reserved.delete(name)
    if (this.#reserved.size === 0) this.#emptied?.resolve()
    if (performance.now() <= found.until) return found.slot
    found.slot[Symbol.dispose]()
    return undefined
  }

  /** Settles when each was taken or has lapsed. */
  async empty(): Promise<void> {
    if (this.#reserved.size === 0) return
    this.#emptied ??= Promise.withResolvers()
    await this.#emptied.promise
  }
}
