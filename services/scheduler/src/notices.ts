import type { Bus } from '@syncline/bus'
import { Stop } from '@syncline/proto'
import type { RunStop } from './store/run-store.ts'

/** Wakes that come within this time become one. */
const COALESCE_MS = 5

/**
 * Messages to runners that they have not asked for, by core NATS. It only makes things faster: a notice that is lost is made up for by the
 * next TakeRuns or Heartbeat of the runner.
 */
export class Notices {
  readonly #bus: Bus
  #timer: NodeJS.Timeout | undefined
  #lastAt = Number.NEGATIVE_INFINITY

  constructor(bus: Bus) {
    this.#bus = bus
  }

  /** There may be runs to take. */
  wakeRunners(): void {
    if (this.#timer) return
    const waitMs = this.#lastAt + COALESCE_MS - performance.now()
    if (waitMs > 0) this.#timer = setTimeout(() => this.#wake(), waitMs)
    else this.#wake()
  }

  stop(stops: RunStop[]): void {
    for (const { runner, run: runId, attempt, reason } of stops) {
      const subject = `${this.#bus.prefix}.stop.${randomPartOf(runner)}`
      this.#publish(subject, Stop.encode({ runId, attempt, reason }).finish())
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }

  #wake(): void {
    this.#timer = undefined
    this.#lastAt = performance.now()
    this.#publish(`${this.#bus.prefix}.wake.runners`)
  }

  #publish(subject: string, data?: Uint8Array): void {
    // A closed connection throws; while it reconnects, the client keeps the message.
    if (!this.#bus.connection.isClosed()) this.#bus.connection.publish(subject, data)
  }
}

/** Ids of runners are `host/pid/random`, and hosts may have dots. */
const randomPartOf = (runner: string) => runner.slice(runner.lastIndexOf('/') + 1)
