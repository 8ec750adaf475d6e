import { RunnerStopping } from './outcome.ts'

const MIB = 1024 * 1024
/** What the calls of a parked run may hold of this process's memory. */
export const PARKED_BYTES = 4 * MIB

/** The run in the slot may end, or find a place, long before its wait is over: those that are held up look again after this time. */
const HELD_UP_MS = 60_000

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
  readonly #stays = new Set<{ api: string; until: number }>()
  readonly #stop = new AbortController()
  #parked = 0

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
    this.#stop.abort(new RunnerStopping())
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
    return this.#stays.size < Math.max(1, Math.floor(this.#slots / 2))
  }

  /** A run of the API waits in its slot until then, or until it is disposed of. */
  stay(api: Api, until: number): Disposable {
    const stay = { api: keyOf(api), until }
    this.#stays.add(stay)
    return { [Symbol.dispose]: () => void this.#stays.delete(stay) }
  }

  /** ms for which no run of the API is to begin, because another one waits in its slot; a minute at most. */
  heldUpMs(api: Api, now: number): number {
    const waits = [...this.#stays].filter((stay) => stay.api === keyOf(api)).map(({ until }) => until - now)
    return Math.min(Math.max(0, ...waits), HELD_UP_MS)
  }
}

const keyOf = ({ environment, providerConfigKey }: Api) => `${environment}/${providerConfigKey}`
