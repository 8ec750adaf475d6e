import { createHook } from 'node:async_hooks'

/** Types that run nothing by themselves once the event loop has turned, and what writes to the channel. */
const HARMLESS = new Set(['TickObject', 'Microtask', 'STREAM_END_OF_STREAM', 'WRITEWRAP'])

/**
 * What a run has begun in the background and not ended: work in threads, ports, streams, timers of the main realm. It could
 * call code of the run when the next one works. Timers of the run itself are ended with it.
 */
export class Background {
  readonly #open = new Map<number, string>()
  #counted = 0
  #isOurs = false

  watch(): void {
    createHook({
      trackPromises: false,
      init: (id, type) => {
        if (!this.#isOurs && !HARMLESS.has(type)) this.#open.set(id, type)
      },
      destroy: (id) => void this.#open.delete(id),
    } as Parameters<typeof createHook>[0]).enable() // the types lack `trackPromises`
  }

  /** What `begin` begins is ours. */
  ours<Result>(begin: () => Result): Result {
    this.#isOurs = true
    try {
      return begin()
    } finally {
      this.#isOurs = false
    }
  }

  opened = (): void => void this.#counted++
  closed = (): void => void this.#counted--

  /** What there is now belongs to nobody: to Node, or to the harness. */
  reset(): void {
    this.#open.clear()
  }

  /** What is still at work, in words. */
  get left(): string | undefined {
    const [type] = this.#open.values()
    return type ?? (this.#counted > 0 ? 'work of WebAssembly or Atomics' : undefined)
  }
}
