import { setTimeout as sleep } from 'node:timers/promises'
import type { Stream } from '@syncline/proto'
import type { ClickHouse } from './clickhouse.ts'
import type { Events } from './events.ts'
import { indexHeads } from './record-head.ts'
import type { StreamState, Unindexed } from './stream-state.ts'

const EVERY_MS = 2000
/** A statement is about so many streams. */
const BATCH = 200

/**
 * Puts heads into their table by and by: one statement for what many commits have brought, instead of more work in
 * each. Until then, who looks a head up finds it in the log, so nothing is lost if we die, and another instance that
 * commits to the stream does what we left.
 */
export class HeadIndex implements AsyncDisposable {
  readonly #clickhouse: ClickHouse
  readonly #state: StreamState
  readonly #events: Events
  readonly #stop = new AbortController()
  readonly #ended: Promise<void>
  /** By their names in the tables. */
  readonly #behind = new Map<string, Stream>()

  constructor(clickhouse: ClickHouse, state: StreamState, events: Events) {
    this.#clickhouse = clickhouse
    this.#state = state
    this.#events = events
    this.#ended = this.#run()
  }

  /** Something was committed to the stream. */
  note(id: string, stream: Stream): void {
    this.#behind.set(id, stream)
  }

  /** Does what is to be done now. */
  async round(): Promise<void> {
    const streams = [...this.#behind]
    this.#behind.clear()
    for (let from = 0; from < streams.length; from += BATCH) {
      const batch = streams.slice(from, from + BATCH)
      try {
        await this.#indexAll(batch.map(([, stream]) => stream))
      } catch (error) {
        for (const [id, stream] of batch) this.note(id, stream)
        this.#events.indexingFailed(error)
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#ended
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      await sleep(EVERY_MS, undefined, { signal }).catch(() => {})
      await this.round()
    }
  }

  async #indexAll(streams: Stream[]): Promise<void> {
    const states = await Promise.all(streams.map((stream) => this.#state.unindexed(stream)))
    const behind = states.filter((state): state is Unindexed => state !== undefined)
    if (behind.length === 0) return
    await indexHeads(
      this.#clickhouse,
      behind.map(({ id, since }) => ({ stream: id, unindexed: since })),
    )
    await Promise.all(behind.map((state) => this.#state.setIndexed(state)))
  }
}
