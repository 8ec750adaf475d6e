import { AppError } from '@syncline/errors'
import { RoundRobinQueue } from './round-robin-queue.ts'

/** Bytes that are held until the reservation is disposed. */
export interface Reservation extends Disposable {
  /** Keeps only so many of them. */
  shrinkTo(bytes: number): void
  /** Holds so many from now on, whether or not they fit: they are in memory already. */
  growTo(bytes: number): void
}

type Waiting = { tenant: string; bytes: number; admit: (reservation: Reservation) => void }

/**
 * Bounds the bytes that all callers of this process hold together. A tenant may hold as much as is still free (dynamic
 * thresholds: Choudhury and Hahne, 1998). One tenant alone gets half of the budget, n tenants get 1/(n + 1) of it each,
 * and the rest stays free for a tenant that holds nothing yet. So a tenant's overload is refused to that tenant only.
 */
export class MemoryBudget {
  readonly #limit: number
  readonly #what: string
  readonly #onChange: (heldBytes: number) => void
  readonly #heldBy = new Map<string, number>()
  readonly #queue = new RoundRobinQueue<Waiting>()
  #held = 0

  /** @param what Is full, for the error: 'the write queue'. */
  constructor(limitBytes: number, what: string, onChange = (_heldBytes: number) => {}) {
    this.#limit = limitBytes
    this.#what = what
    this.#onChange = onChange
  }

  get heldBytes(): number {
    return this.#held
  }

  /** Refuses with `unavailable` what does not fit now: for callers whose bytes are in memory already. */
  reserve(tenant: string, bytes: number): Reservation {
    if (!this.#fits(tenant, bytes)) throw this.#full(tenant)
    return this.#hold(tenant, bytes)
  }

  /** Waits until it fits, tenant by tenant in turn, or until `signal` aborts. */
  async waitFor(tenant: string, bytes: number, signal: AbortSignal): Promise<Reservation> {
    signal.throwIfAborted()
    if (this.#queue.next === undefined && this.#fits(tenant, bytes)) return this.#hold(tenant, bytes)
    const { promise, resolve, reject } = Promise.withResolvers<Reservation>()
    const waiting: Waiting = { tenant, bytes, admit: resolve }
    const giveUp = () => {
      if (this.#queue.remove(tenant, waiting)) reject(signal.reason)
    }
    this.#queue.add(tenant, waiting)
    signal.addEventListener('abort', giveUp, { once: true })
    this.#admitWaiting()
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  /** A reservation larger than the budget is admitted when nothing else is held. */
  #fits(tenant: string, bytes: number): boolean {
    const free = this.#limit - this.#held
    return (this.#heldBy.get(tenant) ?? 0) + bytes <= free || this.#held === 0
  }

  #hold(tenant: string, bytes: number): Reservation {
    let held = 0
    const change = (to: number) => {
      const before = this.#heldBy.get(tenant) ?? 0
      const now = before + to - held
      if (now > 0) this.#heldBy.set(tenant, now)
      else this.#heldBy.delete(tenant)
      this.#held += to - held
      held = to
      this.#onChange(this.#held)
    }
    const giveBack = (to: number) => {
      if (to >= held) return
      change(to)
      this.#admitWaiting()
    }
    change(bytes)
    const growTo = (to: number) => {
      if (to > held) change(to)
    }
    return { shrinkTo: giveBack, growTo, [Symbol.dispose]: () => giveBack(0) }
  }

  /** One caller of each tenant in turn. A tenant that has reached its share does not hold up the others. */
  #admitWaiting(): void {
    for (let admitted = true; admitted; ) {
      admitted = false
      const tried = new Set<string>()
      for (const waiting of [...this.#queue]) {
        const { tenant, bytes, admit } = waiting
        if (tried.has(tenant)) continue
        tried.add(tenant)
        if (!this.#fits(tenant, bytes)) continue
        this.#queue.remove(tenant, waiting)
        admit(this.#hold(tenant, bytes))
        admitted = true
      }
    }
  }

  #full(tenant: string): AppError {
    const [held, limit] = [this.#heldBy.get(tenant) ?? 0, this.#limit].map(
      (bytes) => `${Math.ceil(bytes / 2 ** 20)} MiB`,
    )
    return new AppError(
      'unavailable',
      `${this.#what} is full: environment ${tenant} holds ${held} of ${limit}: try again later`,
    )
  }
}
