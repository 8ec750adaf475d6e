import { AppError } from '@syncline/errors'
import { readFrequency } from '@syncline/frequency'
import type { Events } from '../events.ts'
import type { Notices } from '../notices.ts'
import { missedSlots, nextSlot } from '../schedules/slots.ts'
import type { CronSlot, DueCron, RunStore } from '../store/run-store.ts'
import type { SharedClock } from './shared-clock.ts'

/** Schedules that one script claims: about 5 ms, in which Redis does nothing else. */
const BATCH = 200
/** A schedule whose slots can't be computed is looked at again after this time. */
const ASIDE_MS = 3_600_000

/** Whether leases count now: see ./shared-clock.ts. */
export type Judge = Pick<SharedClock, 'judges' | 'wait' | 'jumps' | 'learn'>

interface Deps {
  runs: RunStore
  judge: Judge
  notices: Pick<Notices, 'wakeRunners' | 'stop'>
  events: Events
}

/**
 * Makes runs out of slots, and judges runs whose lease ran out. Any number of instances tick at once.
 *
 * If we die before a claim, the slot stays due; after it, the run is in the queue, and runners find it within a second.
 */
export class Ticker {
  readonly #deps: Deps
  /** Slots of cron that the next call claims. */
  #slots: CronSlot[] = []
  #restMs = 0

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** ms after the last round until something is due, as far as it is known; a quarter of a second at most. */
  get restMs(): number {
    return this.#restMs
  }

  /** One round; returns whether there is more to do at once. */
  async tick(): Promise<boolean> {
    const { judge, events } = this.#deps
    events.ticked()
    const judges = judge.judges()
    this.#restMs = 0
    try {
      const { more, expired } = await this.#claim()
      const moreExpired = expired && judges && (await this.#expire())
      return more || moreExpired
    } catch (error) {
      // While Redis is away runners can't renew their leases.
      if (error instanceof AppError && error.retry) judge.wait()
      throw error
    }
  }

  async #claim() {
    const { runs, judge, notices, events } = this.#deps
    const slots = this.#slots
    this.#slots = []
    const claims = await runs.claimDue(BATCH, judge.jumps, slots)
    await judge.learn(claims.jumps)
    if (claims.wake) notices.wakeRunners()
    notices.stop(claims.stops)
    events.slotsClaimed(claims)
    this.#restMs = claims.restMs
    const now = runs.now()
    this.#slots = claims.cron.map((due) => cronSlot(due, now))
    return { ...claims, more: claims.more || this.#slots.length > 0 }
  }

  async #expire(): Promise<boolean> {
    const { runs, judge, notices, events } = this.#deps
    const { lost, again, more, wake, jumps } = await runs.expire(BATCH, judge.jumps)
    await judge.learn(jumps)
    if (wake) notices.wakeRunners()
    for (const run of lost) events.runLost(run)
    for (const run of again) events.runTakenBack(run)
    return more
  }
}

function cronSlot({ id, environment, slot, frequency: text, jitterMs }: DueCron, now: number): CronSlot {
  try {
    const frequency = readFrequency(text)
    const missed = slot > now ? 0 : missedSlots(id, frequency, slot, now, jitterMs)
    return { id, environment, slot, nextAt: nextSlot(id, frequency, now, jitterMs), missed }
  } catch (error) {
    const aside = error instanceof Error ? error.message : String(error)
    return { id, environment, nextAt: now + ASIDE_MS, aside }
  }
}
