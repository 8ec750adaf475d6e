import type { Bus } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import type { Events } from './events.ts'
import { sendOutbox } from './outbox.ts'
import { reapLost } from './reap-lost.ts'
import { frequencyInForce, type Schedule } from './schedule.ts'
import { missedSlots, nextSlot } from './slots.ts'
import type { Store } from './store.ts'

const BATCH = 100

/**
 * Makes runs out of slots. Any number of instances tick at once: each claim is one script that compares the slot with
 * the one that was read, so one instance gets it.
 *
 * If we die before a claim, the slot stays due. If we die after it, the run is in the outbox (see sendOutbox).
 */
export class Ticker {
  readonly #store: Store
  readonly #bus: Bus
  readonly #events: Events
  readonly #leaseMs: number
  #hearingSince: number

  constructor({ store, bus, events, leaseMs }: { store: Store; bus: Bus; events: Events; leaseMs: number }) {
    this.#store = store
    this.#bus = bus
    this.#events = events
    this.#leaseMs = leaseMs
    this.#hearingSince = store.now()
  }

  /** One round over all environments; returns how much there was to do. */
  async tick(): Promise<number> {
    this.#events.ticked()
    let done = 0
    try {
      for (const environment of await this.#store.environments()) done += await this.#round(environment)
    } catch (error) {
      this.#hearingSince = this.#store.now()
      throw error
    }
    return done
  }

  /** What is wrong with one environment alone does not stop the others. */
  async #round(environment: string): Promise<number> {
    try {
      const claimed = await this.#claimDue(environment)
      const sent = await sendOutbox({ store: this.#store, bus: this.#bus, events: this.#events }, environment)
      if (this.#hasHeardLongEnough()) {
        await reapLost({ store: this.#store, bus: this.#bus, events: this.#events }, environment)
      }
      return claimed + sent
    } catch (error) {
      if (error instanceof AppError && error.retry) throw error
      this.#events.tickFailed(error, environment)
      return 0
    }
  }

  async #claimDue(environment: string): Promise<number> {
    const due = await this.#store.due(environment, BATCH)
    const claims = await Promise.all(due.map((schedule) => this.#claim(environment, schedule)))
    if (claims.includes('full')) this.#events.environmentFull(environment)
    return claims.filter((claim) => claim === 'run' || claim === 'overlap').length
  }

  async #claim(environment: string, schedule: Schedule) {
    const now = this.#store.now()
    const frequency = frequencyInForce(schedule)
    const slot = schedule.nextAt
    const missed = slot > now ? 0 : missedSlots(frequency, slot, now)
    const nextAt = nextSlot(schedule.id, frequency, now)
    const claim = await this.#store.claim(environment, schedule.id, { slot, nextAt, missed })

    if (claim === 'run' && schedule.wanted !== '') {
      this.#events.wishGranted(environment, schedule)
    } else if (claim === 'run' || claim === 'overlap') {
      if (claim === 'run') this.#events.slotClaimed(environment, schedule, now - slot)
      else this.#events.slotsSkipped(environment, schedule, 'overlap', 1)
      if (missed > 0) this.#events.slotsSkipped(environment, schedule, 'missed', missed)
    }
    return claim
  }

  /** After our own absence, or that of Redis or NATS, runners get time to be heard before we call their runs lost. */
  #hasHeardLongEnough(): boolean {
    return this.#store.now() - this.#hearingSince >= this.#leaseMs
  }
}
