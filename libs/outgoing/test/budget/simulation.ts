import type { Redis } from '@syncline/redis'
import { type Asker, Budgets } from '../../src/budget/budgets.ts'
import type { Asked } from '../../src/budget/limit-of.ts'
import { budgetState } from './budget-state.ts'

/** As much of an Access as a budget needs. */
export function accessOf(
  connection: string,
  { budget, retry, connectionConfig = {}, integration = 'acme' }: AccessOptions = {},
): Asked {
  return {
    integration: { environment: 'dev', key: integration },
    settings: { ...(budget && { budget }), ...(retry && { retry }) },
    connection: { uid: connection, connectionConfig },
  } as Asked // Of an integration and a connection a budget needs nothing else.
}

export interface AccessOptions {
  budget?: Asked['settings']['budget']
  retry?: Asked['settings']['retry']
  connectionConfig?: Record<string, unknown>
  integration?: string
}

export interface SimulatedConnection {
  name: string
  lane?: Asker['lane']
  /** Calls at a time. */
  calls?: number
  /** How long the API takes. */
  latencyMs?: number
  fromMs?: number
  untilMs?: number
  /** Calls of its own after which it is done. */
  total?: number
}

export interface Grant {
  at: number
  connection: string
  lane: Asker['lane']
}

/** Connections that call an API as often as they may, on a clock that does not wait. */
export class Simulation {
  readonly budgets: Budgets
  readonly grants: Grant[] = []
  asked = 0
  readonly #granted = new Map<string, number>()
  now = 0
  readonly #access: (connection: string) => Asked
  readonly startMs = 1_700_000_000_000
  #events: { at: number; order: number; run: () => Promise<void> }[] = []
  #order = 0
  readonly #redis: Redis
  readonly #prefix: string

  constructor(redis: Redis, prefix: string, options: AccessOptions) {
    this.#redis = redis
    this.#prefix = prefix
    this.budgets = new Budgets(redis, prefix, { now: () => this.startMs + this.now })
    this.#access = (connection) => accessOf(connection, options)
  }

  add(connection: SimulatedConnection): void {
    const { calls = 1, fromMs = 0 } = connection
    for (let i = 0; i < calls; i++) this.at(fromMs, () => this.#call(connection))
  }

  at(ms: number, run: () => Promise<void>): void {
    const event = { at: ms, order: this.#order++, run }
    let [low, high] = [0, this.#events.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.#events[middle]
      if (other && (other.at > event.at || (other.at === event.at && other.order > event.order)))
        low = middle + 1
      else high = middle
    }
    this.#events.splice(low, 0, event) // latest first
  }

  async runUntil(ms: number): Promise<void> {
    for (;;) {
      const next = this.#events.at(-1)
      if (!next || next.at > ms) break
      this.#events.pop()
      this.now = next.at
      await next.run()
    }
    this.now = ms
  }

  /** Grants by connection. */
  counts(from = 0, to = Number.POSITIVE_INFINITY): Map<string, number> {
    const counts = new Map<string, number>()
    for (const { at, connection } of this.grants) {
      if (at >= from && at < to) counts.set(connection, (counts.get(connection) ?? 0) + 1)
    }
    return counts
  }

  state(): ReturnType<typeof budgetState> {
    return budgetState(this.#redis, this.#prefix, this.#access('any'), this.startMs + this.now)
  }

  /** The most calls in any period of this length. */
  mostWithin(periodMs: number): number {
    let [most, from] = [0, 0]
    this.grants.forEach(({ at }, to) => {
      while ((this.grants[from]?.at ?? at) <= at - periodMs) from++
      most = Math.max(most, to - from + 1)
    })
    return most
  }

  async #call(connection: SimulatedConnection): Promise<void> {
    const { name, lane = 'fresh', latencyMs = 50 } = connection
    const { untilMs = Number.POSITIVE_INFINITY, total = Number.POSITIVE_INFINITY } = connection
    if (this.now >= untilMs || (this.#granted.get(name) ?? 0) >= total) return
    this.asked++
    const { waitMs } = await this.budgets.take(this.#access(name), { connection: name, lane })
    if (waitMs === 0) {
      this.grants.push({ at: this.now, connection: name, lane })
      this.#granted.set(name, (this.#granted.get(name) ?? 0) + 1)
    }
    this.at(this.now + (waitMs === 0 ? latencyMs : waitMs + 1), () => this.#call(connection))
  }
}
