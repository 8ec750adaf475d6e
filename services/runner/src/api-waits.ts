import { setTimeout as sleep } from 'node:timers/promises'
import type { Sandbox } from '@syncline/sandbox'
import type { ActiveAttempt } from './active-attempts.ts'
import { decideWait } from './decide-wait.ts'
import type { Events } from './events.ts'
import { RunThrottled } from './outcome.ts'
import type { Parking } from './parking.ts'
import type { Slot } from './slots.ts'

/** What an attempt may wait in its slot, in all: less costs less than to give the slot away and to get one back. */
export const LONG_WAIT_MS = 2000
/** A function that has got an answer asks again within this time, or waits for another call. */
const SETTLE_MS = 200
/** A run that waits in its slot looks for a place again, a parked one whether its child has said something. */
const LOOK_MS = 500

export interface ApiWaitsOptions {
  active: ActiveAttempt
  slot: Slot
  parking: Parking
  events: Events
  /** A line in the log of the run. */
  note: (text: string) => void
}

interface Wait {
  until: number
  reason: string
  isNamed: boolean
}

/**
 * What a run does while it waits for its API. A call works or waits: for a quota, or before it is tried again. When none of the
 * run's calls works and one waits for long, the run does not need its slot: see decideWait.
 *
 * States: with a slot ⇄ parked. A parked run has a process, a place in `Parking` and no slot. Its child is not read, so that it
 * can't ask for more. It takes a slot back, before new runs do, when the first of its waits is over, or when its child says
 * something: a function may do other things beside a call that waits. It goes on when it has one.
 */
export class ApiWaits implements Disposable {
  readonly #options: ApiWaitsOptions
  readonly #waits = new Set<Wait>()
  #sandbox: Sandbox | undefined
  #working = 0
  #answered = 0
  /** Of the requests that were answered. */
  #areRepeatable = true
  #hasAdvanced = false
  /** Of the attempt, in all. */
  #waitedMs = 0
  #timer: NodeJS.Timeout | undefined
  /** While parked. */
  #place: Disposable | undefined
  /** While it waits in its slot. */
  #stay: Disposable | undefined
  #returning: Promise<void> | undefined
  readonly #over = new AbortController()
  readonly #signal: AbortSignal

  constructor(options: ApiWaitsOptions) {
    this.#options = options
    this.#signal = AbortSignal.any([options.active.signal, this.#over.signal])
    options.parking.stopping.addEventListener('abort', this.#onStopping)
  }

  attach(sandbox: Sandbox): void {
    this.#sandbox = sandbox
  }

  get isParked(): boolean {
    return this.#place !== undefined
  }

  /** Returns when the run has a slot. */
  async hold(): Promise<void> {
    while (this.#place) await this.#return()
  }

  /** A call of a run that has a slot works. Returns what to call when it has settled. */
  begin(): () => void {
    this.#begin()
    return () => this.#end()
  }

  /** A request to an API: it works, apart from its waits. */
  async request<T>(work: () => Promise<T>, isRepeatable: boolean): Promise<T> {
    await this.hold()
    this.#begin()
    try {
      return await work()
    } finally {
      this.#answered++
      this.#areRepeatable &&= isRepeatable
      this.#end()
    }
  }

  checkpointSaved(json: string): void {
    this.#hasAdvanced = json !== ''
    if (this.#hasAdvanced) {
      this.#answered = 0
      this.#areRepeatable = true
    } else {
      // Without a checkpoint the next attempt begins where the first one did, and repeats more than we know.
      this.#answered = Math.max(1, this.#answered)
    }
  }

  /** For a call that works: it waits, and then works again. */
  async wait(ms: number, reason: string, cause: 'named' | 'growing', signal: AbortSignal): Promise<void> {
    // Many short waits hold a slot as long as a long one does.
    this.#waitedMs += ms
    if (this.#waitedMs <= LONG_WAIT_MS) {
      this.#options.events.waited('short', ms)
      return sleep(ms, undefined, { signal })
    }
    const wait = { until: Date.now() + ms, reason, isNamed: cause === 'named' }
    this.#waits.add(wait)
    this.#end()
    try {
      await sleep(ms, undefined, { signal })
      await this.hold()
    } finally {
      this.#waits.delete(wait)
      this.#begin()
    }
  }

  [Symbol.dispose](): void {
    this.#over.abort(new Error('the attempt has ended'))
    clearTimeout(this.#timer)
    this.#options.parking.stopping.removeEventListener('abort', this.#onStopping)
    this.#leavePlace()
    this.#leaveStay()
  }

  #begin(): void {
    this.#working++
    this.#leaveStay()
    clearTimeout(this.#timer)
  }

  #end(): void {
    this.#working--
    if (this.#working === 0 && this.#waits.size > 0 && !this.#place) this.#decideIn(SETTLE_MS)
  }

  #decideIn(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#decide(), ms)
  }

  #decide(): void {
    const { active, parking, events } = this.#options
    const [first] = [...this.#waits].toSorted((a, b) => a.until - b.until)
    if (this.#signal.aborted || first === undefined) return
    if (first.until - Date.now() <= LONG_WAIT_MS) {
      this.#decideShort(first)
      return
    }

    const decision = decideWait({
      isNamed: [...this.#waits].every(({ isNamed }) => isNamed),
      hasAdvanced: this.#hasAdvanced,
      answered: this.#answered,
      areRepeatable: this.#areRepeatable,
      canPark: this.#canPark,
      canStay: this.#stay !== undefined || parking.canStay,
    })
    if (decision === 'throttle') active.stop(new RunThrottled(first.reason, first.until))
    else if (parking.stopping.aborted) this.#onStopping()
    else if (decision === 'park') this.#park(first)
    else {
      if (!this.#stay) events.waitsInSlot(active.attempt, first.until - Date.now(), first.reason)
      this.#stay ??= this.#timed('slot', parking.stay(active.attempt, first.until))
      this.#decideIn(LOOK_MS)
    }
  }

  /** To park costs next to nothing; any other way would cost more than the wait. */
  #decideShort(first: Wait): void {
    if (this.#options.parking.stopping.aborted) this.#onStopping()
    else if (first.until > Date.now() && this.#canPark) this.#park(first)
  }

  get #canPark(): boolean {
    return this.#sandbox !== undefined && this.#options.parking.hasPlace(this.#sandbox.heldBytes)
  }

  #park({ until, reason }: Wait): void {
    const { active, parking, slot, note, events } = this.#options
    const ms = until - Date.now()
    // A run that waits before each of its calls would fill its log.
    if (ms > LONG_WAIT_MS) note(`waits ${(ms / 1000).toFixed(1)} s for its API, without a slot: ${reason}`)
    this.#leaveStay()
    this.#place = this.#timed('parked', parking.enter())
    this.#sandbox?.pause()
    slot.give()
    active.parked = reason
    events.parked(active.attempt, ms, reason)
    this.#listen()
  }

  #listen(): void {
    this.#timer = setTimeout(() => {
      if (this.#sandbox?.hasUnread)
        void this.#return().catch(() => {}) // the attempt has ended
      else this.#listen()
    }, LOOK_MS)
  }

  /** Takes a slot back, however many of the calls ask for it. */
  #return(): Promise<void> {
    clearTimeout(this.#timer)
    this.#returning ??= this.#takeBack().finally(() => {
      this.#returning = undefined
    })
    return this.#returning
  }

  async #takeBack(): Promise<void> {
    await this.#options.slot.takeBack(this.#signal)
    this.#leavePlace()
    this.#sandbox?.resume()
    if (this.#working === 0 && this.#waits.size > 0) this.#decideIn(SETTLE_MS)
  }

  #timed(kind: 'slot' | 'parked', wait: Disposable): Disposable {
    const since = performance.now()
    return {
      [Symbol.dispose]: () => {
        wait[Symbol.dispose]()
        this.#options.events.waited(kind, performance.now() - since)
      },
    }
  }

  #leavePlace(): void {
    if (!this.#place) return
    this.#place[Symbol.dispose]()
    this.#place = undefined
    this.#options.active.parked = ''
    this.#options.events.unparked()
  }

  #leaveStay(): void {
    this.#stay?.[Symbol.dispose]()
    this.#stay = undefined
  }

  readonly #onStopping = (): void => {
    const isWaiting = this.#working === 0 && this.#waits.size > 0
    const { active, parking } = this.#options
    if (this.#place || isWaiting) active.stop(parking.stopping.reason)
  }
}
