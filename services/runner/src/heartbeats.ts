import { AppError } from '@syncline/errors'
import type { Runner, RunsClient } from '@syncline/proto'
import type { DeadlineOptions } from '@syncline/rpc'
import type { ActiveAttempts } from './active-attempts.ts'
import type { Events } from './events.ts'

const EVERY_MS = 3000
/** After this process was suspended: its runs wait for the answer. */
const ASK_AGAIN_MS = 250
const CALL_MS = 3000

interface Deps {
  scheduler: RunsClient<DeadlineOptions>
  runner: Runner
  attempts: ActiveAttempts
  events: Events
  leaseMs: number
}

/**
 * Renews the leases of all attempts of this process with one call, and stops the attempts that the scheduler wants to end. An
 * attempt stops after a whole lease without an answer, because the scheduler may have given its run to another runner by then.
 *
 * If this process was suspended (SIGSTOP, a pause of its machine), it could read no answer, and the lease counts from then on. But the
 * runs may have been given away meanwhile: until the scheduler has answered a new call, they ask nothing of us (`unconfirmed`).
 */
export class Heartbeats implements Disposable {
  readonly #deps: Deps
  readonly #everyMs: number
  readonly #gapMs: number
  readonly #timers: NodeJS.Timeout[]
  #heardAt = performance.now()
  #turnedAt = clocks()
  #unconfirmed: PromiseWithResolvers<void> | undefined
  /** How often it was suspended. */
  #gaps = 0
  #isBeating = false
  #isFailing = false
  #isOver = false

  constructor(deps: Deps) {
    this.#deps = deps
    this.#everyMs = Math.min(EVERY_MS, deps.leaseMs / 4)
    this.#gapMs = deps.leaseMs / 3
    this.#timers = [
      setInterval(() => this.#turn(), this.#gapMs / 10),
      setInterval(() => void this.#beat(), this.#everyMs),
    ]
  }

  /** Undefined: go on. Else what to wait for. What a child has asked meanwhile may arrive before any timer of ours. */
  get unconfirmed(): Promise<void> | undefined {
    this.#turn()
    return this.#unconfirmed?.promise
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    for (const timer of this.#timers) clearInterval(timer)
  }

  #turn(): void {
    const now = clocks()
    // The monotonic clock may stop with the machine; the other one may be set, and then we ask for nothing.
    const stoodMs = Math.max(now.monotonic - this.#turnedAt.monotonic, now.wall - this.#turnedAt.wall)
    this.#turnedAt = now
    if (stoodMs < this.#gapMs) return
    this.#deps.events.stoodStill(stoodMs)
    this.#heardAt = now.monotonic
    this.#gaps++
    this.#unconfirmed ??= Promise.withResolvers()
    void this.#beat()
  }

  async #beat(): Promise<void> {
    if (this.#isBeating) return
    this.#isBeating = true
    do {
      // A call that was under way may have been answered before the gap: only a later one counts.
      const gaps = this.#gaps
      const isHeard = await this.#ask()
      if (isHeard && gaps === this.#gaps) this.#confirm()
      else if (this.#unconfirmed && !isHeard) await new Promise((again) => setTimeout(again, ASK_AGAIN_MS))
    } while (this.#unconfirmed && !this.#isOver)
    this.#isBeating = false
  }

  #confirm(): void {
    this.#unconfirmed?.resolve()
    this.#unconfirmed = undefined
  }

  /**
   * True: the scheduler has answered, and what it wants is done. The call names all attempts: one that the scheduler has given us and
   * that is missing did not reach us, and goes back into the queue. So there is a call without attempts, too.
   */
  async #ask(): Promise<boolean> {
    const { attempts, scheduler, runner, events } = this.#deps
    const beats = [...attempts].map(({ beat }) => beat)
    try {
      const { stops } = await scheduler.heartbeat({ runner, beats }, { deadline: CALL_MS })
      for (const stop of stops) attempts.stop(stop)
      this.#heardAt = performance.now()
      if (this.#isFailing) events.heartbeatsAgain()
      this.#isFailing = false
      return true
    } catch (error) {
      if (!this.#isFailing) events.heartbeatsFail(error)
      this.#isFailing = true
      this.#judge(error)
      return false
    }
  }

  #judge(cause: unknown): void {
    const { attempts, leaseMs } = this.#deps
    for (const active of attempts) {
      if (performance.now() - Math.max(this.#heardAt, active.takenAt) <= leaseMs) continue
      active.stop(new AppError('unavailable', `no scheduler has answered for ${leaseMs / 1000} s`, { cause }))
    }
  }
}

const clocks = () => ({ monotonic: performance.now(), wall: Date.now() })
