import { AppError } from '@syncline/errors'

const MIB = 1024 * 1024
/** What the calls of a parked run may hold of this process's memory. */
export const PARKED_BYTES = 4 * MIB

interface Api {
  environment: string
  providerConfigKey: string
}

/**
 * The places where runs of this process wait for their API without a slot. Each costs the memory of its child. Beside that, the
 * runs that wait in their slots for want of a place: half of the slots at most, and no further run of their API begins meanwhile.
 */
export class Parking {
  readonly #places: number
  readonly #slots: number
  readonly #memoryMb: number
  readonly #inSlot = new Map<string, number>()
  readonly #stop = new AbortController()
  #parked = 0
  #staying = 0

  /** @param memoryMb What the run may take that gets the slot of a parked one. */
  constructor({ places, slots, memoryMb }: { places: number; slots: number; memoryMb: number }) {
    this.#places = places
    this.#slots = slots
    this.#memoryMb = memoryMb
  }

  /** Aborts when this process stops: runs that wait are left to others at once. */
  get stopping(): AbortSignal {
    return this.#stop.signal
  }

  stop(): void {
    this.#stop.abort(new AppError('unavailable', 'this runner is stopping'))
  }

  hasPlace(heldBytes: number): boolean {
    return (
      this.#parked < this.#places &&
      heldBytes <= PARKED_BYTES &&
      process.availableMemory() > this.#memoryMb * MIB
    )
  }

  /** Until it is disposed of. */
  enter(): Disposable {
    this.#parked++
    return { [Symbol.dispose]: () => void this.#parked-- }
  }

  get canStay(): boolean {
    return this.#staying < Math.max(1, Math.floor(this.#slots / 2))
  }

  /** A run of the API waits in its slot until then, or until it is disposed of. */
  stay(api: Api, until: number): Disposable {
    this.#inSlot.set(keyOf(api), Math.max(until, this.#inSlot.get(keyOf(api)) ?? 0))
    this.#staying++
    return { [Symbol.dispose]: () => void this.#staying-- }
  }

  /** How long no run of the API is to begin, because another one waits in its slot. */
  heldUpMs(api: Api, now: number): number {
    for (const [key, until] of this.#inSlot) if (until <= now) this.#inSlot.delete(key)
    return Math.max(0, (this.#inSlot.get(keyOf(api)) ?? 0) - now)
  }
}

const keyOf = ({ environment, providerConfigKey }: Api) => `${environment}/${providerConfigKey}`
