import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import type { Redis } from '@syncline/redis'
import { type ClickHouse, REQUEST_TIMEOUT_MS } from '../clickhouse/clickhouse.ts'
import type { Events } from '../events.ts'
import type { Generation } from '../stream/snapshot.ts'
import type { HeadsBehind, StreamState } from '../stream/stream-state.ts'
import { indexHeads } from '../tables/record-head.ts'
import { moveEnded } from '../tables/record-history.ts'
import { insertSeen } from '../tables/unchanged-ids.ts'
import { tryLock, waitForLock } from './redis-mutex.ts'

const EVERY_MS = 2000
/** Versions that have ended are moved less often: the more there are, the less each of them costs. */
const MOVE_EVERY_MS = 10_000
/** Longer than a statement can run. */
const MOVE_LOCK_MS = 2 * REQUEST_TIMEOUT_MS
/** A statement is about so many streams. */
const BATCH = 200
/** Ids that wait in Redis: the more there are, the more memory it needs. */
const SEEN_MAX_BYTES = 32 * 1024 * 1024

/**
 * Writes by and by what no reader waits for: heads, which are in the log, the ids that saves brought unchanged, which
 * wait in Redis, and versions that have ended, at another place of the log. One statement for what many commits have
 * brought, instead of three more in each. Who needs it before looks there; so nothing is lost if we die, and the next
 * instance that commits to the stream does what we left.
 */
export class TableFeed implements AsyncDisposable {
  readonly #clickhouse: ClickHouse
  readonly #state: StreamState
  readonly #events: Events
  readonly #stop = new AbortController()
  readonly #ended: Promise<void>
  /** By their names in the tables; with how much was seen of them. */
  readonly #behind = new Map<string, { generation: Generation; seenBytes: number }>()
  readonly #moving: { redis: Redis; key: string }
  /** Names in the tables of streams in which versions may have ended. */
  readonly #ending = new Set<string>()
  #moveAt = 0

  /** @param moving The lock of who moves, of all instances. */
  constructor(
    clickhouse: ClickHouse,
    state: StreamState,
    moving: { redis: Redis; key: string },
    events: Events,
  ) {
    this.#clickhouse = clickhouse
    this.#state = state
    this.#moving = moving
    this.#events = events
    this.#ended = this.#run()
  }

  /** Something is being committed to the stream. */
  committed(
    generation: Generation,
    { unchangedBytes: seenBytes, changed }: { unchangedBytes: number; changed: boolean },
  ): void {
    const before = this.#behind.get(generation.id)?.seenBytes ?? 0
    this.#behind.set(generation.id, { generation, seenBytes: before + seenBytes })
    if (changed) this.#ending.add(generation.id)
  }

  /** Comes before a save: where the tables can't take in what waits, nothing more may come to wait. */
  async ensureRoom(): Promise<void> {
    const waiting = this.#behind.values().reduce((sum, { seenBytes }) => sum + seenBytes, 0)
    if (waiting > SEEN_MAX_BYTES) await this.#round()
  }

  /** All ids that saves have brought to a stream so far are in their table. Under the stream's lock. */
  async flushUnchanged(generation: Generation): Promise<void> {
    await this.#writeSeen([generation])
  }

  /** What has ended in a stream so far is moved. */
  async archive({ id }: Generation): Promise<void> {
    const { redis, key } = this.#moving
    await using lock = await waitForLock(redis, key, MOVE_LOCK_MS, REQUEST_TIMEOUT_MS)
    if (!lock) throw new AppError('unavailable', 'another instance is moving what has ended: try again')
    await moveEnded(this.#clickhouse, [id])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#ended
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      await sleep(EVERY_MS, undefined, { signal }).catch(() => {})
      await this.#round().catch(this.#events.feedFailed)
      await this.#move().catch(this.#events.feedFailed)
    }
  }

  async #round(): Promise<void> {
    const behind = [...this.#behind.values()]
    this.#behind.clear()
    for (let from = 0; from < behind.length; from += BATCH) {
      const batch = behind.slice(from, from + BATCH).map(({ generation }) => generation)
      try {
        // Asked first: what a commit under way brings is there only when its lock is given back.
        const held = await Promise.all(batch.map(({ stream }) => this.#state.isHeld(stream)))
        await this.#writeSeen(batch)
        await this.#writeHeads(batch)
        for (const generation of batch.filter((_, i) => held[i]))
          this.committed(generation, { unchangedBytes: 0, changed: false })
      } catch (error) {
        for (const { generation, seenBytes } of behind.slice(from))
          this.committed(generation, { unchangedBytes: seenBytes, changed: false })
        throw error
      }
    }
  }

  async #move(): Promise<void> {
    if (this.#ending.size === 0 || Date.now() < this.#moveAt) return
    await using lock = await tryLock(this.#moving.redis, this.#moving.key, MOVE_LOCK_MS)
    if (!lock) return
    this.#moveAt = Date.now() + MOVE_EVERY_MS
    const streams = [...this.#ending]
    for (let from = 0; from < streams.length; from += BATCH) {
      const batch = streams.slice(from, from + BATCH)
      // What ends from now on notes the stream again.
      for (const id of batch) this.#ending.delete(id)
      try {
        await moveEnded(this.#clickhouse, batch)
      } catch (error) {
        for (const id of batch) this.#ending.add(id)
        throw error
      }
    }
  }

  async #writeHeads(streams: Generation[]): Promise<void> {
    const states = await Promise.all(streams.map(({ stream }) => this.#state.headsBehind(stream)))
    const behind = states.filter((state): state is HeadsBehind => state !== undefined)
    if (behind.length === 0) return
    await indexHeads(
      this.#clickhouse,
      behind.map(({ id, since }) => ({ stream: id, behindSince: since })),
    )
    await Promise.all(behind.map((state) => this.#state.setIndexed(state)))
  }

  /** If we die before they are removed from Redis, they are written twice, which makes no difference. */
  async #writeSeen(streams: Generation[]): Promise<void> {
    const waiting = await Promise.all(streams.map((generation) => this.#state.waitingUnchanged(generation)))
    const rows = waiting.flatMap((saves, i) =>
      saves.map((save) => ({ stream: streams[i]?.id ?? '', ...save })),
    )
    if (rows.length === 0) return
    await insertSeen(this.#clickhouse, rows)
    await Promise.all(
      streams.map((generation, i) =>
        this.#state.removeUnchanged(generation, waiting[i]?.map(({ at }) => at) ?? []),
      ),
    )
  }
}
