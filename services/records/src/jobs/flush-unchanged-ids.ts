import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { Generation } from '../stream/snapshot.ts'
import type { StreamState } from '../stream/stream-state.ts'
import { insertUnchangedIds } from '../tables/unchanged-ids.ts'
import { PendingStreams } from './pending-streams.ts'

/** Ids of this instance that wait in Redis. Redis needs about as much memory for them. */
const WAITING_MAX_BYTES = 32 * 1024 * 1024
/** Streams of one insert. */
const BATCH = 200

type State = Pick<StreamState, 'isHeld' | 'waitingUnchanged' | 'removeUnchanged'>

/**
 * Moves unchanged ids from Redis to their table, for many commits in one insert. If this process dies, the ids stay in
 * Redis until delete detection calls `flush`.
 */
export class UnchangedIdsFlusher {
  readonly #clickhouse: ClickHouse
  readonly #state: State
  readonly #pending = new PendingStreams()
  #waitingBytes = 0
  #round: Promise<void> | undefined

  constructor(clickhouse: ClickHouse, state: State) {
    this.#clickhouse = clickhouse
    this.#state = state
  }

  /** A commit to the stream adds so many bytes of ids to Redis. */
  add(generation: Generation, bytes: number): void {
    if (bytes === 0) return
    this.#pending.add(generation)
    this.#waitingBytes += bytes
  }

  /** To be called before a commit. Bounds what waits in Redis while ClickHouse takes no ids. */
  async ensureRoom(signal: AbortSignal): Promise<void> {
    if (this.#waitingBytes > WAITING_MAX_BYTES) await this.run(signal)
  }

  /** Moves all ids of a stream to the table. To be called under the stream's lease, so that no more ids are added. */
  flush(generation: Generation): Promise<void> {
    return this.#flush([generation])
  }

  /** One round; there is only one at a time. */
  run(signal: AbortSignal): Promise<void> {
    this.#round ??= this.#visit(signal).finally(() => {
      this.#round = undefined
    })
    return this.#round
  }

  async #visit(signal: AbortSignal): Promise<void> {
    const bytes = this.#waitingBytes
    await this.#pending.visit(BATCH, signal, async (streams) => {
      // Asked first: the ids of a commit that is running come to Redis only when its lease is released.
      const held = await Promise.all(streams.map(({ stream }) => this.#state.isHeld(stream)))
      await this.#flush(streams)
      for (const [i, generation] of streams.entries()) if (held[i]) this.#pending.add(generation)
    })
    this.#waitingBytes -= bytes
  }

  /** If the process dies before the ids are removed from Redis, they are written twice, which makes no difference. */
  async #flush(streams: Generation[]): Promise<void> {
    const waiting = await Promise.all(streams.map((generation) => this.#state.waitingUnchanged(generation)))
    const rows = waiting.flatMap((saves, i) =>
      saves.map((save) => ({ stream: streams[i]?.id ?? '', ...save })),
    )
    if (rows.length === 0) return
    await insertUnchangedIds(this.#clickhouse, rows)
    const removed = streams.map((generation, i) => {
      const instants = waiting[i]?.map(({ at }) => at) ?? []
      return this.#state.removeUnchanged(generation, instants)
    })
    await Promise.all(removed)
  }
}
