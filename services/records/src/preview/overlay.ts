import { type Draft, isAlive } from '../commit/plan.ts'
import type { HeadsOfStream } from '../heads/head-cache.ts'
import type { StreamSnapshot } from '../stream/snapshot.ts'
import { Action, type Head, type Key } from '../tables/version.ts'
import type { PreviewBytes } from './preview-memory.ts'

/** What an entry takes beside id and payload. */
const CHANGE_BYTES = 400
const ID_BYTES = 100

/** A stored record that the run has deleted: where its version is, and when it was deleted. */
export type Deleted = { stored: Head; deletedAt: number }

/**
 * What a preview has changed in the records of a stream, over what is stored. It is held in memory, within the bytes of the
 * preview, and dies with it.
 */
export class Overlay {
  /** New versions of records. */
  readonly changes: Draft['changes'] = new Map()
  /** Stored records that are deleted and have no new version. */
  readonly deleted = new Map<string, Deleted>()
  /** Saved again without a change. */
  readonly unchanged = new Set<string>()
  readonly #bytes: PreviewBytes
  /** Live records more than are stored. */
  #live = 0
  #sorted: Key[] | undefined

  constructor(bytes: PreviewBytes) {
    this.#bytes = bytes
  }

  get live(): number {
    return this.#live
  }

  /** Whether the stored version of the record counts no more. */
  hides(id: string): boolean {
    return this.changes.has(id) || this.deleted.has(id)
  }

  /** Whether the run has saved or deleted the record. */
  hasTouched(id: string): boolean {
    return this.hides(id) || this.unchanged.has(id)
  }

  /** The newest version of a record. */
  head(id: string, stored: HeadsOfStream): Head | undefined {
    return this.changes.get(id)?.next ?? this.overStored(stored).get(id)
  }

  /** Stored heads, without those of records that the run has deleted. */
  overStored(stored: HeadsOfStream): HeadsOfStream {
    return {
      get: (id) => {
        const gone = this.deleted.get(id)
        return gone ? { ...gone.stored, action: Action.deleted, modifiedAt: gone.deletedAt } : stored.get(id)
      },
    }
  }

  /** A draft for the next write, which adds to the changes so far. */
  draft(snapshot: StreamSnapshot): Draft {
    return { snapshot, changes: this.changes, unchangedIds: [] }
  }

  /** After a write: `before` are the heads as they were, of the ids that it concerned. */
  settle(before: ReadonlyMap<string, Head | undefined>, unchangedIds: readonly string[]): void {
    for (const [id, head] of before) {
      const change = this.changes.get(id)
      if (change === undefined || change.next === head) continue
      this.#bytes.add(CHANGE_BYTES + id.length + change.payload.length)
      // They are views of the whole message.
      change.payload = Buffer.from(change.payload)
      change.next = { ...change.next, hash: Buffer.from(change.next.hash) }
      this.deleted.delete(id)
      this.#live += alive(change.next) - alive(head)
      this.#sorted = undefined
    }
    for (const id of unchangedIds) {
      if (this.unchanged.has(id)) continue
      this.#bytes.add(ID_BYTES + id.length)
      this.unchanged.add(id)
    }
  }

  /** @param stored Where its stored version is; undefined: it has none. */
  delete(id: string, instant: number, stored: Head | undefined): void {
    const change = this.changes.get(id)
    if (change) {
      change.next = { ...change.next, action: Action.deleted, modifiedAt: instant }
    } else if (stored) {
      this.#bytes.add(CHANGE_BYTES + id.length)
      this.deleted.set(id, { stored, deletedAt: instant })
    }
    this.#live--
    this.#sorted = undefined
  }

  /** Where its records are in the order of the stream. */
  get keys(): readonly Key[] {
    this.#sorted ??= [
      ...[...this.changes].map(([id, { next }]) => ({ id, modifiedAt: next.modifiedAt })),
      ...[...this.deleted].map(([id, { deletedAt }]) => ({ id, modifiedAt: deletedAt })),
    ].sort(inOrder)
    return this.#sorted
  }
}

const alive = (head: Head | undefined) => (head && isAlive(head) ? 1 : 0)

/** By their code units, which is near enough: the order is that of one preview only. */
const inOrder = (a: Key, b: Key) => a.modifiedAt - b.modifiedAt || (a.id < b.id ? -1 : 1)
