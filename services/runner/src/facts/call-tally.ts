import type { SentRequest } from '@syncline/outgoing'
import type { CallFacts } from '@syncline/proto'

/** Hosts and statuses that are told apart. A function could call any number of hosts. */
const ROWS = 100
const OTHERS = '…'
const HOST_CHARS = 255

/** Counts the requests of an attempt, by host and status. */
export class CallTally {
  readonly #rows = new Map<string, CallFacts>()

  /** @param waitMs How long it waited, for a budget or between tries. @param isRetry It is not the first request of its call. */
  add({ host, status = 0, ms }: SentRequest, waitMs: number, isRetry: boolean): void {
    const row = this.#row(host.slice(0, HOST_CHARS), status)
    row.count++
    if (isRetry) row.retries++
    row.waitMs += waitMs
    row.totalMs += ms
    row.maxMs = Math.max(row.maxMs, ms)
  }

  rows(): CallFacts[] {
    return [...this.#rows.values()].map((row) => ({
      ...row,
      waitMs: Math.round(row.waitMs),
      totalMs: Math.round(row.totalMs),
      maxMs: Math.round(row.maxMs),
    }))
  }

  #row(host: string, status: number): CallFacts {
    const name = `${host} ${status}`
    const known = this.#rows.get(name)
    if (known) return known
    if (this.#rows.size >= ROWS - 1 && host !== OTHERS) return this.#row(OTHERS, 0)
    const row = { host, status, count: 0, retries: 0, waitMs: 0, totalMs: 0, maxMs: 0 }
    this.#rows.set(name, row)
    return row
  }
}
