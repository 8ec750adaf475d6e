/** A queue that serves its owners in turn: an owner with many items delays nobody else by more than one item. */
export class RoundRobinQueue<T> {
  /** In the order in which owners are served; each owner's items in the order in which they came. */
  readonly #owners = new Map<string, Set<T>>()

  add(owner: string, item: T): void {
    const items = this.#owners.get(owner)
    if (items) items.add(item)
    else this.#owners.set(owner, new Set([item]))
  }

  /** False if it is not there. */
  remove(owner: string, item: T): boolean {
    const items = this.#owners.get(owner)
    if (!items?.delete(item)) return false
    if (items.size === 0) this.#owners.delete(owner)
    return true
  }

  /** Owner by owner. */
  *[Symbol.iterator](): Generator<T, undefined> {
    for (const items of this.#owners.values()) yield* items
  }

  /** The item that `take` would give. */
  get next(): T | undefined {
    for (const item of this) return item
    return undefined
  }

  /** The next item; its owner goes to the end of the line. */
  take(): T | undefined {
    for (const [owner, items] of this.#owners) {
      this.#owners.delete(owner)
      for (const item of items) {
        items.delete(item)
        if (items.size > 0) this.#owners.set(owner, items)
        return item
      }
    }
    return undefined
  }
}
