/**
 * Notices that this process did not run for longer than `limitMs`: it was suspended, or its event loop was held up. Others then took it
 * for dead, and what it has not begun yet must not begin. `onBeat` is called each `everyMs`.
 */
export class SuspensionWatch implements Disposable {
  readonly #limitMs: number
  readonly #timer: NodeJS.Timeout
  #lastBeat = performance.now()
  #wasSuspended = false

  constructor(limitMs: number, everyMs: number, onBeat: () => void = () => {}) {
    this.#limitMs = limitMs
    this.#timer = setInterval(() => {
      this.#wasSuspended = this.wasSuspended
      this.#lastBeat = performance.now()
      onBeat()
    }, everyMs)
  }

  get wasSuspended(): boolean {
    return this.#wasSuspended || performance.now() - this.#lastBeat > this.#limitMs
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
