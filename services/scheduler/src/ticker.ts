import type { Bus } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import { readFrequency } from '@syncline/frequency'
import pLimit from 'p-limit'
import type { Events } from './events.ts'
import { publishRequests } from './publish-requests.ts'
import { reapLost } from './reap-lost.ts'
import { missedSlots, nextSlot } from './slots.ts'
import type { DueSchedule, Store } from './store.ts'

const BATCH = 100
/** Environments that are worked on at the same time in this process. */
const CONCURRENCY = 32
/** An idle environment is looked at again after this time: another instance may have died and left something to do. */
const IDLE_MS = 2000

type Deps = { store: Store; bus: Bus; events: Events; leaseMs: number; idleMs?: number }

/**
 * Makes runs out of slots and triggers. Any number of instances tick at once: each claim is one script that compares
 * the slot with the one that was read, so one instance gets it.
 *
 * If we die before a claim, the slot stays due. If we die after it, the run is in the outbox (see publishRequests).
 */
export class Ticker {
  readonly #deps: Deps
  readonly #idleMs: number
  readonly #limit = pLimit(CONCURRENCY)
  /** Environments without anything to do: until a time of the store, and no longer than until one of this process. */
  readonly #idle = new Map<string, { nextAt: number; until: number }>()
  #connectedSince: number

  constructor(deps: Deps) {
    this.#deps = deps
    this.#idleMs = deps.idleMs ?? IDLE_MS
    this.#connectedSince = deps.store.now()
  }

  /** One round over all environments that are not idle; returns how much there was to do. */
  async tick(): Promise<number> {
    const { store, events } = this.#deps
    events.ticked()
    const environments = await store.environments().catch(this.#disconnected)
    return this.work(environments.filter((environment) => !this.#isIdle(environment)))
  }

  /** Does what there is to do in these environments, side by side; returns how much it was. */
  async work(environments: string[]): Promise<number> {
    const rounds = environments.map((environment) => this.#limit(() => this.#round(environment)))
    let done = 0
    for (const result of await Promise.allSettled(rounds)) {
      if (result.status === 'rejected') throw result.reason
      done += result.value
    }
    return done
  }

  /** A fault in one environment does not concern the others; an outage of Redis or NATS is thrown. */
  async #round(environment: string): Promise<number> {
    this.#idle.delete(environment)
    try {
      return await this.#workOn(environment)
    } catch (error) {
      if (error instanceof AppError && error.retry) this.#disconnected(error)
      this.#deps.events.tickFailed(error, environment)
      return 0
    }
  }

  async #workOn(environment: string): Promise<number> {
    const { store, events } = this.#deps
    const { due, outbox, expired, full, nextAt } = await store.readWork(environment, BATCH)
    if (full) events.environmentFull(environment)

    const claims = await Promise.all(due.map((schedule) => this.#claim(environment, schedule)))
    const claimed = claims.filter((claim) => claim === 'run' || claim === 'overlap').length
    const requests = claimed > 0 ? await store.outbox(environment, BATCH) : outbox
    await publishRequests(this.#deps, environment, requests)
    if (this.#isConnectedLongEnough()) await reapLost(this.#deps, environment, expired)

    if (due.length + requests.length + expired.length === 0) {
      this.#idle.set(environment, { nextAt, until: performance.now() + this.#idleMs })
    }
    return claimed + requests.length
  }

  async #claim(environment: string, schedule: DueSchedule) {
    const { store, events } = this.#deps
    const now = store.now()
    const frequency = readFrequency(schedule.frequency)
    const slot = schedule.nextAt
    const missed = slot > now ? 0 : missedSlots(frequency, slot, now)
    const nextAt = nextSlot(schedule.id, frequency, now)
    const claim = await store.claim(environment, schedule.id, { slot, nextAt, missed })

    if (claim === 'run' && schedule.pendingTrigger !== '') {
      events.pendingTriggerBegun(environment, schedule)
    } else if (claim === 'run' || claim === 'overlap') {
      if (claim === 'run') events.slotClaimed(environment, schedule, now - slot)
      else events.slotsSkipped(environment, schedule, 'overlap', 1)
      if (missed > 0) events.slotsSkipped(environment, schedule, 'missed', missed)
    }
    return claim
  }

  #isIdle(environment: string): boolean {
    const idle = this.#idle.get(environment)
    return idle !== undefined && this.#deps.store.now() < idle.nextAt && performance.now() < idle.until
  }

  readonly #disconnected = (error: unknown): never => {
    this.#connectedSince = this.#deps.store.now()
    throw error
  }

  /** After a start, or an outage of Redis or NATS, runners get time for a heartbeat before their runs are lost. */
  #isConnectedLongEnough(): boolean {
    return this.#deps.store.now() - this.#connectedSince >= this.#deps.leaseMs
  }
}
