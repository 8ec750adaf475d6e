/** Items of several owners, taken from each owner in turn: none waits behind all that another has. */
export class Rotation<T> {
  readonly #lines = new Map<string, Set<T>>()

  add(owner: string, item: T): void {
    const line = this.#lines.get(owner)
    if (line) line.add(item)
    else this.#lines.set(owner, new Set([item]))
  }

  /** False if it is not there. */
  remove(owner: string, item: T): boolean {
    const line = this.#lines.get(owner)
    if (!line?.delete(item)) return false
    if (line.size === 0) this.#lines.delete(owner)
    return true
  }

  /** Owner by owner. */
  *[Symbol.iterator](): Generator<T, undefined> {
    for (const line of this.#lines.values()) yield* line
  }

  /** Whose turn it is. */
  get next(): T | undefined {
    for (const item of this) return item
    return undefined
  }

  /** The next one is taken, and its owner goes to the back. */
  take(): T | undefined {
    for (const [owner, line] of this.#lines) {
      this.#lines.delete(owner)
      for (const item of line) {
        line.delete(item)
        if (line.size > 0) this.#lines.set(owner, line)
        return item
      }
    }
    return undefined
  }
}
