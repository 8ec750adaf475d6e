import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { Generation } from '../stream/snapshot.ts'
import type { HeadsBehind, StreamState } from '../stream/stream-state.ts'
import { indexHeads } from '../tables/record-head.ts'
import { PendingStreams } from './pending-streams.ts'

/** Streams of one statement. */
const BATCH = 200

type State = Pick<StreamState, 'isHeld' | 'headsBehind' | 'setIndexed'>

/**
 * Copies the heads of new versions from the log to `record_head`, for many commits in one statement. Redis has the instant
 * since which a stream's heads are behind, and readers look into the log from there. So nothing is lost if this process dies.
 */
export class HeadIndexer {
  readonly #clickhouse: ClickHouse
  readonly #state: State
  readonly #pending = new PendingStreams()

  constructor(clickhouse: ClickHouse, state: State) {
    this.#clickhouse = clickhouse
    this.#state = state
  }

  /** A commit changes the stream. */
  add(generation: Generation): void {
    this.#pending.add(generation)
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#pending.visit(BATCH, signal, async (streams) => {
      // Asked first: Redis knows of a commit under way only when its lease is released.
      const held = await Promise.all(streams.map(({ stream }) => this.#state.isHeld(stream)))
      await this.#index(streams)
      for (const [i, generation] of streams.entries()) if (held[i]) this.#pending.add(generation)
    })
  }

  async #index(streams: Generation[]): Promise<void> {
    const states = await Promise.all(streams.map(({ stream }) => this.#state.headsBehind(stream)))
    const behind = states.filter((state): state is HeadsBehind => state !== undefined)
    if (behind.length === 0) return
    await indexHeads(
      this.#clickhouse,
      behind.map(({ id, since }) => ({ stream: id, behindSince: since })),
    )
    await Promise.all(behind.map((state) => this.#state.setIndexed(state)))
  }
}
