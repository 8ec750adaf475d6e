import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { Generation } from '../stream/snapshot.ts'
import type { StreamState } from '../stream/stream-state.ts'
import { insertUnchangedIds } from '../tables/unchanged-ids.ts'
import { NotedStreams } from './noted-streams.ts'

/** Ids of an instance that wait in Redis: Redis needs about as much memory. */
const WAITING_MAX_BYTES = 32 * 1024 * 1024
/** An insert is about so many streams. */
const BATCH = 200

type State = Pick<StreamState, 'isHeld' | 'waitingUnchanged' | 'removeUnchanged'>

/**
 * Moves the ids of records that were saved again without a change from Redis to their table, for many commits in one insert. Nothing is
 * lost if this process dies: who needs the ids calls `flush`.
 */
export class UnchangedIdsFlusher {
  readonly #clickhouse: ClickHouse
  readonly #state: State
  readonly #noted = new NotedStreams()
  #waitingBytes = 0
  #round: Promise<void> | undefined

  constructor(clickhouse: ClickHouse, state: State) {
    this.#clickhouse = clickhouse
    this.#state = state
  }

  /** A commit to the stream brings so many bytes of ids to Redis. */
  note(generation: Generation, bytes: number): void {
    if (bytes === 0) return
    this.#noted.add(generation)
    this.#waitingBytes += bytes
  }

  /** Comes before a commit: while ClickHouse takes no ids, no more of them may come to wait in Redis. */
  async ensureRoom(signal: AbortSignal): Promise<void> {
    if (this.#waitingBytes > WAITING_MAX_BYTES) await this.run(signal)
  }

  /** Brings all ids of a stream to the table. To be called under the stream's lease, so that there are no more of them. */
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
    await this.#noted.visit(BATCH, signal, async (streams) => {
      // Asked first: what a commit under way brings is in Redis only when its lease is released.
      const held = await Promise.all(streams.map(({ stream }) => this.#state.isHeld(stream)))
      await this.#flush(streams)
      for (const [i, generation] of streams.entries()) if (held[i]) this.#noted.add(generation)
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
