import { randomInt } from 'node:crypto'
import { RECORD_ID_MAX_BYTES } from '@syncline/record'
import { Action, type Head } from '../tables/version.ts'

const START_HEADS = 16
const START_ID_BYTES = 24
const HASH_BYTES = 16
const INSTANT_BYTES = 8
const ACTION_BITS = 0b11
const PRUNED_BIT = 0b100

/** Small maps grow faster: there are many of them, and each growth is ten new arrays. */
const GROWTH = 1.125
const SMALL = { heads: 10_000, growth: 2 }

/** What a row takes without its id and without `#writtenAt`: see the columns. */
const ROW_BYTES = 3 * INSTANT_BYTES + 3 * 4 + 1 + HASH_BYTES
/** The objects around an empty map. */
const MAP_BYTES = 2000

/**
 * The heads of one stream by id. A million objects would take three times the memory, and the garbage collector would
 * walk over them all day: so it is columns of numbers and a hash table of row numbers (open addressing, half full at
 * most). Rows are replaced, never removed.
 */
export class HeadMap {
  size = 0
  /** A power of two of them. */
  #slots: Int32Array
  /** UTF-8, back to back; `#idEnd` of a row is where the next one's begins. */
  #ids: Buffer
  #idEnd: Uint32Array
  #idHash: Uint32Array
  #modifiedAt: Float64Array
  /** As long as it is `#modifiedAt` in every row, as it is until a version is pruned or restored, it is not there. */
  #writtenAt: Float64Array | undefined
  #firstSeenAt: Float64Array
  #touchedAt: Float64Array
  #bytes: Uint32Array
  #flags: Uint8Array
  #hash: Buffer

  /** @param expected So many heads have room at once: to grow to a million step by step would stop the process each time. */
  constructor(expected = 0) {
    const rows = Math.max(expected, START_HEADS)
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * rows))).fill(-1)
    this.#ids = Buffer.allocUnsafe(rows * START_ID_BYTES)
    this.#idEnd = new Uint32Array(rows)
    this.#idHash = new Uint32Array(rows)
    this.#modifiedAt = new Float64Array(rows)
    this.#firstSeenAt = new Float64Array(rows)
    this.#touchedAt = new Float64Array(rows)
    this.#bytes = new Uint32Array(rows)
    this.#flags = new Uint8Array(rows)
    this.#hash = Buffer.alloc(rows * HASH_BYTES)
  }

  /** Resident bytes, about. */
  get bytes(): number {
    const rowBytes = ROW_BYTES + (this.#writtenAt ? INSTANT_BYTES : 0)
    return MAP_BYTES + this.#ids.length + this.#flags.length * rowBytes + this.#slots.length * 4
  }

  /** A guess of how large a map will be. */
  static bytesFor(heads: number): number {
    return MAP_BYTES + heads * GROWTH * (ROW_BYTES + START_ID_BYTES + 8)
  }

  get(id: string): Head | undefined {
    const row = this.#find(idBytes(id))
    return row === -1 ? undefined : this.#head(row)
  }

  set(id: string, head: Head): void {
    const bytes = idBytes(id)
    const found = this.#find(bytes)
    const row = found === -1 ? this.#add(bytes) : found
    this.#modifiedAt[row] = head.modifiedAt
    if (head.writtenAt !== head.modifiedAt) this.#writtenAt ??= this.#modifiedAt.slice()
    if (this.#writtenAt) this.#writtenAt[row] = head.writtenAt
    this.#firstSeenAt[row] = head.firstSeenAt
    this.#bytes[row] = head.size
    this.#flags[row] = head.action | (head.pruned ? PRUNED_BIT : 0)
    this.#hash.set(head.hash, row * HASH_BYTES)
  }

  /** The record was saved again without a change. */
  touch(id: string, at: number): void {
    const row = this.#find(idBytes(id))
    if (row !== -1) this.#touchedAt[row] = at
  }

  /** How many live records are untouched since `since`: no save has contained them, changed or not. */
  countUntouched(since: number): number {
    let count = 0
    for (let row = 0; row < this.size; row++) if (this.#isUntouched(row, since)) count++
    return count
  }

  /**
   * Their ids: the first `limit` from row `from` on, and the row at which to go on. Rows keep their places, so a pass
   * over all of them reads each row once.
   */
  untouched(since: number, from: number, limit: number): { ids: string[]; next: number } {
    const ids: string[] = []
    let row = from
    for (; row < this.size && ids.length < limit; row++)
      if (this.#isUntouched(row, since)) ids.push(this.#id(row))
    return { ids, next: row }
  }

  #isUntouched(row: number, since: number): boolean {
    const touched = Math.max(this.#touchedAt[row] as number, this.#modifiedAt[row] as number)
    return touched < since && this.#action(row) !== Action.deleted
  }

  #head(row: number): Head {
    // Rows below `size` are filled.
    return {
      modifiedAt: this.#modifiedAt[row] as number,
      writtenAt: (this.#writtenAt ?? this.#modifiedAt)[row] as number,
      firstSeenAt: this.#firstSeenAt[row] as number,
      size: this.#bytes[row] as number,
      action: this.#action(row),
      pruned: ((this.#flags[row] as number) & PRUNED_BIT) !== 0,
      hash: this.#hash.subarray(row * HASH_BYTES, (row + 1) * HASH_BYTES),
    }
  }

  #action(row: number): Action {
    return ((this.#flags[row] as number) & ACTION_BITS) as Action // as `set` has put it there
  }

  #id(row: number): string {
    return this.#ids.toString('utf8', this.#idStart(row), this.#idEnd[row])
  }

  #idStart(row: number): number {
    return row === 0 ? 0 : (this.#idEnd[row - 1] as number)
  }

  #find(id: Buffer): number {
    const hash = hashOf(id)
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = this.#slots[slot] as number // masked
      if (row === -1 || (this.#idHash[row] === hash && this.#hasId(row, id))) return row
    }
  }

  #hasId(row: number, id: Buffer): boolean {
    return this.#ids.compare(id, 0, id.length, this.#idStart(row), this.#idEnd[row]) === 0
  }

  #add(id: Buffer): number {
    const row = this.size
    const start = this.#idStart(row)
    if (row === this.#flags.length) this.#growRows()
    if (start + id.length > this.#ids.length) {
      this.#ids = Buffer.concat([this.#ids], Math.ceil(this.#growth * this.#ids.length) + id.length)
    }
    this.#ids.set(id, start)
    this.#idEnd[row] = start + id.length
    this.#idHash[row] = hashOf(id)
    this.size++
    if (2 * this.size > this.#slots.length) this.#growSlots()
    else this.#place(row)
    return row
  }

  get #growth(): number {
    return this.size < SMALL.heads ? SMALL.growth : GROWTH
  }

  #growRows(): void {
    const rows = Math.ceil(this.#growth * this.#flags.length)
    this.#idEnd = grown(this.#idEnd, new Uint32Array(rows))
    this.#idHash = grown(this.#idHash, new Uint32Array(rows))
    this.#modifiedAt = grown(this.#modifiedAt, new Float64Array(rows))
    if (this.#writtenAt) this.#writtenAt = grown(this.#writtenAt, new Float64Array(rows))
    this.#firstSeenAt = grown(this.#firstSeenAt, new Float64Array(rows))
    this.#touchedAt = grown(this.#touchedAt, new Float64Array(rows))
    this.#bytes = grown(this.#bytes, new Uint32Array(rows))
    this.#flags = grown(this.#flags, new Uint8Array(rows))
    this.#hash = grown(this.#hash, Buffer.alloc(rows * HASH_BYTES))
  }

  #growSlots(): void {
    this.#slots = new Int32Array(2 * this.#slots.length).fill(-1)
    for (let row = 0; row < this.size; row++) this.#place(row)
  }

  #place(row: number): void {
    const mask = this.#slots.length - 1
    let slot = (this.#idHash[row] as number) & mask
    while (this.#slots[slot] !== -1) slot = (slot + 1) & mask
    this.#slots[slot] = row
  }
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from)
  return to
}

/** The bytes of an id; those of a text that no record can have are cut, and still more than any id has. The bytes are good until the next call. */
function idBytes(id: string): Buffer {
  return scratch.subarray(0, scratch.write(id))
}
const scratch = Buffer.allocUnsafe(RECORD_ID_MAX_BYTES + 4)

/** FNV-1a from a start that nobody outside knows, its bits mixed once more, as slots are taken from the low ones. */
function hashOf(id: Buffer): number {
  let hash = start
  for (const byte of id) hash = Math.imul(hash ^ byte, 0x01000193)
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0
}
const start = randomInt(2 ** 32)
