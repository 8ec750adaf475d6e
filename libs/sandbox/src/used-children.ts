import type { ReuseLimits } from './reuse.ts'

/** What this keeps of a child. */
interface Child extends Disposable {
  ended: Promise<unknown>
}

interface Waiting<C> {
  key: string
  child: C
  since: number
}

/**
 * Children that have served a key and wait for another run of it, a bounded number of them. None is ever given for another
 * key. The one that came last is given first: it is the warmest, and the others grow old and end.
 */
export class UsedChildren<C extends Child> {
  readonly #limits: ReuseLimits
  /** The one that has waited longest is first. */
  readonly #waiting = new Map<C, Waiting<C>>()
  readonly #byKey = new Map<string, Set<C>>()

  constructor(limits: ReuseLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#waiting.size
  }

  get children(): C[] {
    return [...this.#waiting.keys()]
  }

  take(key: string): C | undefined {
    const child = [...(this.#byKey.get(key) ?? [])].at(-1)
    if (child) this.#forget(child)
    return child
  }

  put(key: string, child: C, now: number): void {
    this.#waiting.set(child, { key, child, since: now })
    const ofKey = this.#byKey.get(key)
    if (ofKey) ofKey.add(child)
    else this.#byKey.set(key, new Set([child]))
    void child.ended.then(() => this.#forget(child))
    while (this.#waiting.size > this.#limits.idle) this.endOldest()
  }

  endIdle(now: number): void {
    for (const { child, since } of [...this.#waiting.values()]) {
      if (now - since >= this.#limits.idleMs) this.#end(child)
    }
  }

  /** @returns Whether there was one. */
  endOldest(): boolean {
    const [oldest] = this.#waiting.keys()
    if (oldest) this.#end(oldest)
    return oldest !== undefined
  }

  #end(child: C): void {
    this.#forget(child)
    child[Symbol.dispose]()
  }

  #forget(child: C): void {
    const waiting = this.#waiting.get(child)
    if (waiting === undefined) return
    this.#waiting.delete(child)
    const ofKey = this.#byKey.get(waiting.key)
    ofKey?.delete(child)
    if (ofKey?.size === 0) this.#byKey.delete(waiting.key)
  }
}
