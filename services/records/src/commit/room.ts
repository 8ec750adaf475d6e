import { AppError } from '@syncline/errors'
import { RoundRobinQueue } from '../admission/round-robin-queue.ts'
import { orAborted } from '../stream/or-aborted.ts'

/** What a save weighs. */
export type Load = { rows: number; bytes: number }

type Guest = { owner: string; load: Load; enter: () => void }

const nothing: Load = { rows: 0, bytes: 0 }

/**
 * A bound on what is under way. Who finds no room waits at the door; owners are let in in turn. Each may have so much
 * at the door as fits into the room: what is more is refused.
 */
export class Room {
  readonly #limit: Load
  readonly #atTheDoor = new Map<string, Load>()
  readonly #waiting = new RoundRobinQueue<Guest>()
  #taken = nothing

  constructor(limit: Load) {
    this.#limit = limit
  }

  /** The place is to be given back. */
  async enter(owner: string, load: Load, signal: AbortSignal): Promise<Disposable> {
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>()
    const guest = { owner, load, enter }
    this.#queueUp(guest)
    this.#letIn()
    try {
      await orAborted(entered, signal)
    } catch (reason) {
      // Between the abort and now it may have been let in.
      if (this.#waiting.remove(owner, guest)) this.#unqueue(guest)
      else this.#leave(load)
      throw reason
    }
    return { [Symbol.dispose]: () => this.#leave(load) }
  }

  #queueUp(guest: Guest): void {
    const before = this.#atTheDoor.get(guest.owner)
    const now = plus(before ?? nothing, guest.load)
    if (before && !within(now, this.#limit)) {
      throw new AppError('unavailable', 'more arrives to be saved than can be saved: try again later')
    }
    this.#atTheDoor.set(guest.owner, now)
    this.#waiting.add(guest.owner, guest)
  }

  #unqueue({ owner, load }: Guest): void {
    const rest = minus(this.#atTheDoor.get(owner) ?? nothing, load)
    if (rest.rows > 0) this.#atTheDoor.set(owner, rest)
    else this.#atTheDoor.delete(owner)
  }

  #letIn(): void {
    for (let guest = this.#waiting.next; guest && this.#hasRoomFor(guest.load); guest = this.#waiting.next) {
      this.#waiting.take()
      this.#unqueue(guest)
      this.#taken = plus(this.#taken, guest.load)
      guest.enter()
    }
  }

  /** One that is larger than all the room gets it when it is empty. */
  #hasRoomFor(load: Load): boolean {
    return this.#taken.rows === 0 || within(plus(this.#taken, load), this.#limit)
  }

  #leave(load: Load): void {
    this.#taken = minus(this.#taken, load)
    this.#letIn()
  }
}

export const plus = (a: Load, b: Load): Load => ({ rows: a.rows + b.rows, bytes: a.bytes + b.bytes })
const minus = (a: Load, b: Load): Load => ({ rows: a.rows - b.rows, bytes: a.bytes - b.bytes })
export const within = (load: Load, limit: Load) => load.rows <= limit.rows && load.bytes <= limit.bytes
