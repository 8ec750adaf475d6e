import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { Events } from '../events.ts'
import type { StreamSnapshot } from '../stream/snapshot.ts'
import { readAllHeads, readHeads } from '../tables/record-head.ts'
import type { Head } from '../tables/version.ts'
import { HeadMap } from './head-map.ts'

/** To look up this many heads costs as much as to read one. */
const LOAD_FACTOR = 32
const LOADS_AT_ONCE = 2
/** Streams of which we remember how much was looked up. */
const COUNTED_STREAMS = 10_000

/** What a commit needs of a stream's heads. */
export type HeadsOfStream = { get(id: string): Head | undefined }

/**
 * `at`: the commit up to which the map is true; while a later one is `staged`, the map has its heads too. `complete`: the map has all heads of the stream; otherwise they are being
 * loaded, and the map has what was committed meanwhile. `watchedSince`: the map knows which records were touched since then.
 * `unchangedAt`: the last commit in which a record was saved again without a change.
 */
type Cached = {
  map: HeadMap
  at: number
  staged: boolean
  complete: boolean
  watchedSince: number
  unchangedAt: number
  bytes: number
}

/**
 * Heads in memory, so that most commits ask the database nothing. Several instances write: the snapshot that comes with a
 * stream's lease tells which commit was its last, and a map that is not true up to just that commit is dropped. The map
 * of a stream begins empty with the stream; for others, heads are looked up until that has cost as much as loading them
 * all. When the maps take more than `maxBytes`, those used least recently are dropped.
 */
export class HeadCache {
  readonly #clickhouse: ClickHouse
  readonly #events: Events
  readonly #maxBytes: number
  /** In the order of their last use. */
  readonly #cached = new Map<string, Cached>()
  /** Ids that were looked up, by stream. */
  readonly #lookedUp = new Map<string, number>()
  #bytes = 0
  #loading = 0

  constructor(clickhouse: ClickHouse, maxBytes: number, events: Events) {
    this.#clickhouse = clickhouse
    this.#maxBytes = maxBytes
    this.#events = events
  }

  /** The heads of some ids of some streams, whose leases the caller has: one query for all that is not in memory. */
  async find(
    wanted: { snapshot: StreamSnapshot; ids: readonly string[] }[],
  ): Promise<(snapshot: StreamSnapshot) => HeadsOfStream> {
    const lacking = wanted.filter(({ snapshot }) => this.#complete(snapshot) === undefined)
    const found = await readHeads(
      this.#clickhouse,
      lacking.map(({ snapshot, ids }) => ({
        stream: snapshot.id,
        behindSince: snapshot.headsBehindSince,
        ids,
      })),
    )
    for (const { snapshot, ids } of lacking) this.#considerLoading(snapshot, ids.length)
    return (snapshot) => this.#complete(snapshot)?.map ?? found.get(snapshot.id) ?? new Map()
  }

  /**
   * The heads of some ids as of the last commit of their stream, for a reader, who has no lease; undefined: memory does not
   * have all heads of that commit, or has later ones.
   */
  known(stream: string, lastCommit: number, ids: readonly string[]): Map<string, Head> | undefined {
    const cached = this.#cached.get(stream)
    if (!cached?.complete || cached.staged || cached.at !== lastCommit) return undefined
    const found = new Map<string, Head>()
    for (const id of ids) {
      const head = cached.map.get(id)
      if (head) found.set(id, head)
    }
    return found
  }

  /** All heads of a stream, if memory has watched every save since `since`. */
  watched(snapshot: StreamSnapshot, since: number): HeadMap | undefined {
    const cached = this.#complete(snapshot)
    return cached && cached.watchedSince <= since ? cached.map : undefined
  }

  /**
   * Takes in what is about to be committed under a lease, so that nobody looks meanwhile. In the end it is `commit`, or
   * `invalidate`.
   */
  stage(
    snapshot: StreamSnapshot,
    changes: ReadonlyMap<string, { next: Head }>,
    unchangedIds: readonly string[],
  ): void {
    const cached = this.#current(snapshot)
    if (cached === undefined) return
    if (changes.size > 0) cached.staged = true
    for (const [id, { next }] of changes) cached.map.set(id, next)
    for (const id of unchangedIds) cached.map.touch(id, snapshot.instant)
    if (unchangedIds.length > 0) cached.unchangedAt = snapshot.instant
    if (!cached.complete) cached.watchedSince = snapshot.instant + 1
    this.#account(cached)
  }

  /** What was staged is committed, and has changed records. */
  commit({ id, instant }: StreamSnapshot): void {
    const cached = this.#cached.get(id)
    if (cached) Object.assign(cached, { at: instant, staged: false })
  }

  /** Heads have changed in a way that the caller can't tell one by one, or nobody knows whether they have. */
  invalidate({ id }: StreamSnapshot): void {
    this.#drop(id)
  }

  #complete(snapshot: StreamSnapshot): Cached | undefined {
    const cached = this.#current(snapshot)
    return cached?.complete ? cached : undefined
  }

  #current(snapshot: StreamSnapshot): Cached | undefined {
    const { id, lastCommit, lastUnchanged } = snapshot
    const cached = this.#cached.get(id)
    if (cached?.at === lastCommit) {
      this.#cached.delete(id)
      this.#cached.set(id, cached)
      if (cached.unchangedAt !== lastUnchanged) {
        // Saves through other instances, or one whose release has failed.
        cached.unchangedAt = lastUnchanged
        cached.watchedSince = Math.max(cached.watchedSince, lastUnchanged + 1)
      }
      return cached
    }
    this.#drop(id)
    return lastCommit === 0 ? this.#add(snapshot, true) : undefined
  }

  #add(snapshot: StreamSnapshot, complete: boolean): Cached {
    const { id, lastCommit: at, lastUnchanged: unchangedAt } = snapshot
    const watchedSince = complete ? 0 : snapshot.instant + 1
    const map = new HeadMap(complete ? 0 : snapshot.live)
    const cached = { map, at, staged: false, complete, watchedSince, unchangedAt, bytes: 0 }
    this.#cached.set(id, cached)
    this.#account(cached)
    return cached
  }

  #drop(stream: string): void {
    this.#bytes -= this.#cached.get(stream)?.bytes ?? 0
    this.#cached.delete(stream)
  }

  #account(cached: Cached): void {
    this.#bytes += cached.map.bytes - cached.bytes
    cached.bytes = cached.map.bytes
    for (const oldest of this.#cached.keys()) {
      if (this.#bytes <= this.#maxBytes) break
      this.#drop(oldest)
    }
    this.#events.headsInMemory(this.#bytes)
  }

  #considerLoading(snapshot: StreamSnapshot, ids: number): void {
    this.#events.headsLookedUp(ids)
    const lookedUp = (this.#lookedUp.get(snapshot.id) ?? 0) + ids
    this.#lookedUp.delete(snapshot.id)
    this.#lookedUp.set(snapshot.id, lookedUp)
    for (const oldest of this.#lookedUp.keys()) {
      if (this.#lookedUp.size <= COUNTED_STREAMS) break
      this.#lookedUp.delete(oldest)
    }
    const worthIt =
      snapshot.live <= LOAD_FACTOR * lookedUp && HeadMap.bytesFor(snapshot.live) <= this.#maxBytes
    if (!worthIt || this.#loading === LOADS_AT_ONCE || this.#cached.has(snapshot.id)) return
    this.#lookedUp.delete(snapshot.id)
    void this.#load(snapshot, this.#add(snapshot, false))
  }

  /** The caller's commit, and those after it, are added meanwhile: of two heads of a record the newer one stays. */
  async #load(snapshot: StreamSnapshot, cached: Cached): Promise<void> {
    this.#loading++
    const { id, headsBehindSince, stream } = snapshot
    try {
      const { map } = cached
      await readAllHeads(this.#clickhouse, id, headsBehindSince, (id, head) => {
        if (head.writtenAt > (map.get(id)?.writtenAt ?? 0)) map.set(id, head)
      })
      if (this.#cached.get(id) !== cached) return
      cached.complete = true
      this.#account(cached)
    } catch (error) {
      if (this.#cached.get(id) === cached) this.#drop(id)
      this.#events.headsNotLoaded(stream, error)
    } finally {
      this.#loading--
    }
  }
}
