import type { Reason } from '../schedules/freshness.ts'
import { type FactsReply, type View, viewsFrom } from './facts.ts'
import { load, type State } from './state.ts'

const scripts = {
  sweep: load('sweep-stale', 'stale', 'facts'),
  mark: load('mark-stale', 'stale'),
  count: load('count-stale'),
}

/** A schedule that was found stale. */
export interface Found {
  id: string
  /** As it was read: if it changes meanwhile, what was found does not hold. */
  freshAt: number
  reason: Reason
  since: number
  staleSince: number
  message: string
}

/** Which schedules are stale, and what was told of them. */
export class StaleStore {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  now(): number {
    return this.#state.now()
  }

  /** Schedules that may have become stale, or are so for some time: at most `limit`. */
  async sweep(limit: number, times: { againMs: number; downMs: number }): Promise<View[]> {
    const reply = await this.#state.run<FactsReply>(scripts.sweep, { limit, ...times })
    return [...viewsFrom(reply).values()]
  }

  /** Returns how many were marked: not those that changed meanwhile, nor those whose mark is the same. */
  async mark(schedules: Found[]): Promise<number> {
    return schedules.length === 0 ? 0 : this.#state.run<number>(scripts.mark, { schedules })
  }

  /** How many schedules there are, and how many are stale for each reason. */
  async count(reasons: Reason[]) {
    const [schedules, rows] = await this.#state.run<[number, [number, number][]]>(scripts.count, {
      reasons,
    })
    const stale = rows.map(([count, since], index) => ({ reason: reasons[index] as Reason, count, since }))
    return { schedules, stale }
  }
}
