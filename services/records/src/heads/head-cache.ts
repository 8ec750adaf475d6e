import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { Events } from '../events.ts'
import type { Lock } from '../stream/stream-state.ts'
import { type Head, readAllHeads, readHeads } from '../tables/record-head.ts'
import { HeadTable } from './head-map.ts'

/** To look up this many heads costs as much as to read one. */
const LOAD_FACTOR = 32
const LOADS_AT_ONCE = 2
/** Streams of which we remember how much was looked up. */
const COUNTED_STREAMS = 10_000

/** What a commit needs of a stream's heads. */
export type HeadsOfStream = { get(id: string): Head | undefined }

/**
 * `at`: the commit up to which the table is true. `complete`: it has all heads of the stream; otherwise they are being
 * read, and it has what was committed meanwhile. `seenSince`: since when it knows of every save which records it brought;
 * `seenAt`: of the last one that brought some unchanged, which moves no commit.
 */
type Known = {
  table: HeadTable
  at: number
  complete: boolean
  seenSince: number
  seenAt: number
  bytes: number
}

/**
 * Heads in memory, so that most saves ask the database nothing. Several instances write: who takes the lock of a
 * stream learns which commit was its last, and a table that is not true up to just that commit is thrown away. The
 * table of a stream begins empty with the stream; for others, heads are looked up until that has cost as much as
 * reading them all. The streams used last stay, as far as `maxBytes` goes.
 */
export class Heads {
  readonly #clickhouse: ClickHouse
  readonly #events: Events
  readonly #maxBytes: number
  readonly #known = new Map<string, Known>()
  /** Ids that were looked up, by stream. */
  readonly #lookedUp = new Map<string, number>()
  #bytes = 0
  #loading = 0

  constructor(clickhouse: ClickHouse, maxBytes: number, events: Events) {
    this.#clickhouse = clickhouse
    this.#maxBytes = maxBytes
    this.#events = events
  }

  /** The heads of some ids of some streams, whose locks the caller holds: one query for all that is not in memory. */
  async find(wanted: { lock: Lock; ids: string[] }[]): Promise<(lock: Lock) => HeadsOfStream> {
    const idsOf = new Map<Lock, string[]>()
    for (const { lock, ids } of wanted) {
      if (!this.complete(lock)) idsOf.set(lock, [...(idsOf.get(lock) ?? []), ...ids])
    }
    const found = await readHeads(
      this.#clickhouse,
      [...idsOf].map(([lock, ids]) => ({ stream: lock.id, unindexed: lock.unindexed, ids })),
    )
    for (const [lock, ids] of idsOf) this.#consider(lock, ids.length)
    return (lock) => this.complete(lock)?.table ?? found.get(lock.id) ?? new Map()
  }

  /** All heads of a stream, if they are in memory. */
  complete(lock: Lock): Known | undefined {
    const known = this.#current(lock)
    return known?.complete ? known : undefined
  }

  /**
   * What is being committed under a lock, so that nobody looks meanwhile. In the end it is `committed`, or to `forget`.
   * `seen`: ids of records that a save brought unchanged.
   */
  expect(lock: Lock, changed: ReadonlyMap<string, { next: Head }>, seen: string[]): void {
    const known = this.#current(lock)
    if (known === undefined) return
    for (const [id, { next }] of changed) known.table.set(id, next)
    for (const id of seen) known.table.see(id, lock.instant)
    if (seen.length > 0) known.seenAt = lock.instant
    if (!known.complete) known.seenSince = lock.instant + 1
    this.#account(known)
  }

  committed(lock: Lock): void {
    const known = this.#known.get(lock.id)
    if (known && lock.growth) known.at = lock.instant
  }

  /** Heads have changed in a way that the caller can't tell one by one, or not at all. */
  forget(lock: Lock): void {
    this.#drop(lock.id)
  }

  #current(lock: Lock): Known | undefined {
    const known = this.#known.get(lock.id)
    if (known?.at === lock.lastCommit && lock.tornSince === undefined) {
      this.#known.delete(lock.id)
      this.#known.set(lock.id, known) // the one used last is the last
      if (known.seenAt !== lock.lastSeen) {
        // Saves through other instances, or one whose end Redis has not heard of.
        known.seenAt = lock.lastSeen
        known.seenSince = Math.max(known.seenSince, lock.lastSeen + 1)
      }
      return known
    }
    this.#drop(lock.id)
    return lock.lastCommit === 0 && lock.tornSince === undefined ? this.#add(lock, true) : undefined
  }

  #add(lock: Lock, complete: boolean): Known {
    const { lastCommit: at, lastSeen: seenAt } = lock
    const seenSince = complete ? 0 : lock.instant + 1
    const known = { table: new HeadTable(), at, complete, seenSince, seenAt, bytes: 0 }
    this.#known.set(lock.id, known)
    this.#account(known)
    return known
  }

  #drop(stream: string): void {
    this.#bytes -= this.#known.get(stream)?.bytes ?? 0
    this.#known.delete(stream)
  }

  #account(known: Known): void {
    this.#bytes += known.table.bytes - known.bytes
    known.bytes = known.table.bytes
    for (const oldest of this.#known.keys()) {
      if (this.#bytes <= this.#maxBytes) break
      this.#drop(oldest)
    }
    this.#events.headsInMemory(this.#bytes)
  }

  #consider(lock: Lock, ids: number): void {
    this.#events.headsLookedUp(ids)
    const lookedUp = (this.#lookedUp.get(lock.id) ?? 0) + ids
    this.#lookedUp.delete(lock.id)
    this.#lookedUp.set(lock.id, lookedUp)
    for (const oldest of this.#lookedUp.keys()) {
      if (this.#lookedUp.size <= COUNTED_STREAMS) break
      this.#lookedUp.delete(oldest)
    }
    const worthIt = lock.live <= LOAD_FACTOR * lookedUp && HeadTable.bytesFor(lock.live) <= this.#maxBytes
    const possible =
      this.#loading < LOADS_AT_ONCE && !this.#known.has(lock.id) && lock.tornSince === undefined
    if (!worthIt || !possible) return
    this.#lookedUp.delete(lock.id)
    void this.#load(lock, this.#add(lock, false))
  }

  /** The caller's commit, and those after it, are added meanwhile: of two heads of a record the newer one stays. */
  async #load(lock: Lock, known: Known): Promise<void> {
    this.#loading++
    try {
      const { table } = known
      await readAllHeads(this.#clickhouse, lock.id, lock.unindexed, (id, head) => {
        if (head.writtenAt > (table.get(id)?.writtenAt ?? 0)) table.set(id, head)
      })
      if (this.#known.get(lock.id) !== known) return
      known.complete = true
      this.#account(known)
    } catch (error) {
      if (this.#known.get(lock.id) === known) this.#drop(lock.id)
      this.#events.headsNotLoaded(lock.stream, error)
    } finally {
      this.#loading--
    }
  }
}
