import type { Stream } from '@syncline/proto'
import { type Redis, redisCall } from '@syncline/redis'
import type { Shard } from '../shard.ts'
import { streamId } from '../stream/identity.ts'
import { KEEP_STATE_S } from '../stream/scripts.ts'
import {
  forgetStreams,
  idleStreams,
  type KnownStream,
  registerGenerations,
  removalsUnderWay,
  removeStreams,
  withRows,
} from '../tables/streams.ts'

const DAY_MS = 24 * 3600 * 1000
/** By then the state of a stream in Redis has expired, with its fences, leases and instants. No run lasts so long. */
const IDLE_MS = KEEP_STATE_S * 1000 + 5 * DAY_MS
/** Longer than an instance takes to load a stream's generation from the table into Redis. */
const CHECK_AFTER_MS = 600_000
const LOOK_EVERY_MS = 6 * 3600_000
const BATCH = 500
/** Streams of one round: they are remembered in Redis until they are checked. */
const ROUND_MAX = 10_000
/** Generations of one query. */
const IDS = 2000

/** A hash in Redis: stream as JSON → when it was forgotten. */
type PendingChecks = { redis: Redis; key: string }
type Needs = Pick<Shard, 'clickhouse' | 'state' | 'events' | 'clock'>

/**
 * Forgets streams that have been empty and unused for long: connections that were deleted, syncs that were retired. A
 * stream that comes back begins with generation 0 again. So it is forgotten only if Redis has no state of it, and no
 * table has rows of any of its generations; rows of an old one are removed, and the stream is forgotten later.
 *
 * An instance may load the stream's generation into Redis just before its row is deleted, and write to it. So the stream is
 * first written to a list in Redis. Some minutes later any instance checks it: if Redis has a generation of the stream
 * by then, the stream gets its row back.
 */
export class StreamForgetter {
  readonly #needs: Needs
  readonly #checks: PendingChecks
  #lookAt = 0

  /** @param checks Where forgotten streams wait for their check. */
  constructor(needs: Needs, checks: PendingChecks) {
    this.#needs = needs
    this.#checks = checks
  }

  /** A round: checks what was forgotten before; every few hours it forgets more. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#check()
    const { clickhouse, clock, events } = this.#needs
    // While rows are being removed, a generation may look empty whose rows come back if that fails.
    if (Date.now() < this.#lookAt || (await removalsUnderWay(clickhouse)) > 0) return
    const since = clock() - IDLE_MS
    let count = 0
    for (let last: string | undefined; !signal.aborted && count < ROUND_MAX; ) {
      const idle = await idleStreams(clickhouse, since, last, BATCH)
      const gone = await this.#gone(idle)
      if (gone.length > 0) await this.#forget(gone)
      count += gone.length
      last = idle.at(-1)?.id
      if (idle.length < BATCH) break
    }
    this.#lookAt = Date.now() + LOOK_EVERY_MS
    if (count > 0) events.forgotten(count)
  }

  async #gone(idle: KnownStream[]): Promise<KnownStream[]> {
    const loaded = await Promise.all(idle.map(({ stream }) => this.#needs.state.loadedGeneration(stream)))
    const unloaded = idle.filter((_, i) => loaded[i] === undefined)
    const ids = unloaded.flatMap((known) =>
      Array.from({ length: known.generation + 1 }, (_, i) => ({ known, id: streamId(known.stream, i) })),
    )
    const kept = new Set<KnownStream>()
    for (let from = 0; from < ids.length; from += IDS) {
      const some = ids.slice(from, from + IDS)
      const found = await withRows(
        this.#needs.clickhouse,
        some.map(({ id }) => id),
      )
      const full = some.filter(({ id }) => found.has(id))
      for (const { known } of full) kept.add(known)
      // An insert that came after the sweep of its generation.
      const left = full.flatMap(({ known, id }) => (id === known.id ? [] : [id]))
      if (left.length > 0) await removeStreams(this.#needs.clickhouse, left)
    }
    return unloaded.filter((known) => !kept.has(known))
  }

  async #forget(streams: KnownStream[]): Promise<void> {
    const { redis, key } = this.#checks
    const now = Date.now()
    const forgotten = Object.fromEntries(streams.map(({ stream }) => [JSON.stringify(stream), now]))
    await redisCall(redis.hset(key, forgotten))
    await forgetStreams(
      this.#needs.clickhouse,
      streams.map(({ id }) => id),
    )
  }

  async #check(): Promise<void> {
    const { redis, key } = this.#checks
    const pending = await redisCall(redis.hgetall(key))
    for (const [name, at] of Object.entries(pending)) {
      if (Number(at) > Date.now() - CHECK_AFTER_MS) continue
      const stream = JSON.parse(name) as Stream // as `#forget` wrote it
      const generation = await this.#needs.state.loadedGeneration(stream)
      if (generation !== undefined)
        await registerGenerations(this.#needs.clickhouse, [
          { stream, generation, id: streamId(stream, generation) },
        ])
      await redisCall(redis.hdel(key, name))
    }
  }
}
