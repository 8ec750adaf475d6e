type Kind = 'timeout' | 'interval' | 'immediate'

const starts: Record<Kind, (work: () => void, ms: number) => NodeJS.Timeout | NodeJS.Immediate> = {
  timeout: setTimeout,
  interval: setInterval,
  immediate: (work) => setImmediate(work),
}

/** The timers of one run. A realm knows them by number: it never gets an object of Node. */
export class ChildTimers {
  readonly #timers = new Map<number, NodeJS.Timeout | NodeJS.Immediate>()
  #last = 0
  #isClosed = false

  start(kind: Kind, work: () => void, ms: number): number {
    if (this.#isClosed) return 0
    const id = ++this.#last
    const run = () => {
      if (kind !== 'interval') this.#timers.delete(id)
      work()
    }
    this.#timers.set(id, starts[kind](run, ms))
    return id
  }

  stop(id: number): void {
    const timer = this.#timers.get(id)
    this.#timers.delete(id)
    if (timer) clear(timer)
  }

  close(): void {
    this.#isClosed = true
    for (const timer of this.#timers.values()) clear(timer)
    this.#timers.clear()
  }
}

function clear(timer: NodeJS.Timeout | NodeJS.Immediate): void {
  if ('refresh' in timer)
    clearTimeout(timer) // an interval, too
  else clearImmediate(timer)
}
