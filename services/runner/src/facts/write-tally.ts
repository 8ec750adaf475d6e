import type { BatchFacts } from '@syncline/proto'

/** Counts the writes of an attempt by model. A sync declares its models, so there are few. */
export class WriteTally {
  readonly #now: () => number
  readonly #models = new Map<string, BatchFacts>()
  #underWay = 0
  #since = 0
  #busyMs = 0

  /** @param now Of a monotonic clock, in ms. */
  constructor(now = () => performance.now()) {
    this.#now = now
  }

  /** A write begins. Returns what to call when it has ended; with what it wrote if that were records and it succeeded. */
  begin(model: string): (batch?: { records: number; bytes: number }) => void {
    const since = this.#now()
    if (this.#underWay++ === 0) this.#since = since
    return (batch) => {
      const now = this.#now()
      if (--this.#underWay === 0) this.#busyMs += now - this.#since
      if (!batch) return
      const row = this.#models.get(model) ?? { model, calls: 0, records: 0, bytes: 0, ms: 0 }
      this.#models.set(model, row)
      row.calls++
      row.records += batch.records
      row.bytes += batch.bytes
      row.ms += now - since
    }
  }

  /** How long at least one write was under way. */
  get busyMs(): number {
    return this.#busyMs + (this.#underWay > 0 ? this.#now() - this.#since : 0)
  }

  rows(): BatchFacts[] {
    return [...this.#models.values()].map((row) => ({ ...row, ms: Math.round(row.ms) }))
  }
}
