type Waiting = { bytes: number; granted: () => void; refused: (reason: unknown) => void }

/**
 * Bytes that a process may hold at a time for all of its children. Each child has a share: it takes no more than its part, so
 * that no child starves another, and all shares together take no more than the total. A share that holds nothing may take one
 * piece that is larger than its part: every piece gets through in the end.
 */
export class ByteBudget {
  readonly #totalBytes: number
  readonly #partBytes: number
  /** Shares in which somebody waits. The one that got bytes last comes last. */
  readonly #waiting = new Set<ByteShare>()
  #usedBytes = 0

  constructor({ totalBytes, shares }: { totalBytes: number; shares: number }) {
    this.#totalBytes = totalBytes
    this.#partBytes = totalBytes / Math.max(1, shares)
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  share(): ByteShare {
    return new ByteShare(this)
  }

  /** @internal */
  tryTake(heldBytes: number, bytes: number): boolean {
    const inPart = heldBytes === 0 || heldBytes + bytes <= this.#partBytes
    const inTotal = this.#usedBytes === 0 || this.#usedBytes + bytes <= this.#totalBytes
    if (!inPart || !inTotal) return false
    this.#usedBytes += bytes
    return true
  }

  /** @internal */
  wait(share: ByteShare): void {
    this.#waiting.add(share)
  }

  /** @internal */
  give(bytes: number): void {
    this.#usedBytes -= bytes
    for (let served = true; served; ) {
      served = false
      for (const share of [...this.#waiting]) {
        if (share.isWaiting && !share.grantNext()) continue
        served = true
        this.#waiting.delete(share)
        if (share.isWaiting) this.#waiting.add(share)
      }
    }
  }
}

/** What one child holds. Its requests are granted in the order in which they came. */
export class ByteShare {
  readonly #budget: ByteBudget
  readonly #waiting: Waiting[] = []
  #heldBytes = 0
  #closed: Error | undefined

  /** @internal */
  constructor(budget: ByteBudget) {
    this.#budget = budget
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0
  }

  tryTake(bytes: number): boolean {
    if (this.isWaiting || !this.#budget.tryTake(this.#heldBytes, bytes)) return false
    this.#heldBytes += bytes
    return true
  }

  /** Waits until the bytes are there. Rejects when the share is closed before, or `signal` aborts. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    if (this.#closed) throw this.#closed
    signal?.throwIfAborted()
    if (this.tryTake(bytes)) return
    const { promise, resolve: granted, reject: refused } = Promise.withResolvers<void>()
    const waiting = { bytes, granted, refused }
    const leave = () => {
      const at = this.#waiting.indexOf(waiting)
      if (at === -1) return // it was served in this very turn
      this.#waiting.splice(at, 1)
      refused(signal?.reason)
      this.#budget.give(0) // the next request may fit now
    }
    this.#waiting.push(waiting)
    this.#budget.wait(this)
    signal?.addEventListener('abort', leave)
    await promise.finally(() => signal?.removeEventListener('abort', leave))
  }

  give(bytes: number): void {
    this.#heldBytes -= bytes
    this.#budget.give(bytes)
  }

  /** Nobody waits any more. What is held stays so until it is given back: it is still in memory. */
  close(reason: Error): void {
    this.#closed = reason
    for (const { refused } of this.#waiting.splice(0)) refused(reason)
    this.#budget.give(0)
  }

  /** @internal */
  grantNext(): boolean {
    const [next] = this.#waiting
    if (next === undefined || !this.#budget.tryTake(this.#heldBytes, next.bytes)) return false
    this.#waiting.shift()
    this.#heldBytes += next.bytes
    next.granted()
    return true
  }
}
