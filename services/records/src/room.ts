import { orAborted } from './or-aborted.ts'
import { Rotation } from './rotation.ts'

/** What a save weighs. */
export type Load = { rows: number; bytes: number }

/** A bound on what is under way. Who finds no room waits; owners are let in in turn. */
export class Room {
  readonly #limit: Load
  readonly #waiting = new Rotation<{ load: Load; enter: () => void }>()
  #taken: Load = { rows: 0, bytes: 0 }

  constructor(limit: Load) {
    this.#limit = limit
  }

  /** The place is to be given back. */
  async enter(owner: string, load: Load, signal: AbortSignal): Promise<Disposable> {
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>()
    const guest = { load, enter }
    this.#waiting.add(owner, guest)
    this.#letIn()
    try {
      await orAborted(entered, signal)
    } catch (reason) {
      // Between the abort and now it may have been let in.
      if (!this.#waiting.remove(owner, guest)) this.#leave(load)
      throw reason
    }
    return { [Symbol.dispose]: () => this.#leave(load) }
  }

  #letIn(): void {
    for (let guest = this.#waiting.next; guest && this.#hasRoomFor(guest.load); guest = this.#waiting.next) {
      this.#waiting.take()
      this.#taken = plus(this.#taken, guest.load)
      guest.enter()
    }
  }

  /** One that is larger than all the room gets it when it is empty. */
  #hasRoomFor(load: Load): boolean {
    return this.#taken.rows === 0 || within(plus(this.#taken, load), this.#limit)
  }

  #leave(load: Load): void {
    this.#taken = { rows: this.#taken.rows - load.rows, bytes: this.#taken.bytes - load.bytes }
    this.#letIn()
  }
}

export const plus = (a: Load, b: Load): Load => ({ rows: a.rows + b.rows, bytes: a.bytes + b.bytes })
export const within = (load: Load, limit: Load) => load.rows <= limit.rows && load.bytes <= limit.bytes
