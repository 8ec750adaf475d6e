import type { Generation } from '../stream/snapshot.ts'

/** About 20 MB. */
const STREAMS_MAX = 100_000

/**
 * Streams that a job of this instance has to visit, in the order in which they were added. Beyond the limit the oldest
 * ones are dropped: a job finds them later in another way.
 */
export class PendingStreams {
  readonly #streams = new Map<string, Generation>()

  get size(): number {
    return this.#streams.size
  }

  add({ stream, generation, id }: Generation): void {
    this.#streams.set(id, { stream, generation, id })
    if (this.#streams.size <= STREAMS_MAX) return
    for (const oldest of this.#streams.keys()) {
      this.#streams.delete(oldest)
      break
    }
  }

  /**
   * Visits the streams that are pending now, `batch` at a time. Streams that are added meanwhile, and those of a batch
   * that failed, are left for the next visit.
   */
  async visit(
    batch: number,
    signal: AbortSignal,
    work: (streams: Generation[]) => Promise<void>,
  ): Promise<void> {
    for (let left = this.#streams.size; left > 0 && !signal.aborted; left -= batch) {
      const streams = [...this.#streams.values().take(Math.min(batch, left))]
      for (const { id } of streams) this.#streams.delete(id)
      try {
        await work(streams)
      } catch (error) {
        for (const stream of streams) if (!this.#streams.has(stream.id)) this.add(stream)
        throw error
      }
    }
  }
}
