import type { KvWatchEntry } from '@nats-io/kv'
import { withTimeout } from '@syncline/async'
import { AppError } from '@syncline/errors'
import { type Bucket, isLastOf } from './bucket.ts'
import type { Collection } from './collection.ts'
import type {
  Action,
  ApiKey,
  Connection,
  Environment,
  Integration,
  KeyringCheck,
  Sync,
  Variable,
} from './entities.ts'

const CATCH_UP_MS = 10_000

/** Something in the catalog was made, changed or deleted; `value` is what it is, or was. */
export type CatalogChange =
  | { kind: 'environment'; value: Environment; deleted: boolean }
  | { kind: 'key'; value: ApiKey; deleted: boolean }
  | { kind: 'keyring'; value: KeyringCheck; deleted: boolean }
  | { kind: 'variable'; value: Variable; deleted: boolean }
  | { kind: 'connection'; value: Connection; deleted: boolean }
  | { kind: 'integration'; value: Integration; deleted: boolean }
  | { kind: 'sync'; value: Sync; deleted: boolean }
  | { kind: 'action'; value: Action; deleted: boolean }

/** Keeps collections as the bucket is, and tells listeners of each change. */
export class Follower implements AsyncDisposable {
  readonly #bucket: Bucket
  readonly #byKind: Map<string, Collection<unknown>>
  readonly #onError: (error: unknown) => void
  readonly #listeners: ((change: CatalogChange) => void)[] = []
  readonly #loaded = Promise.withResolvers<void>()
  #following = Promise.resolve()
  #stop = () => {}
  #received = 0
  #pending = 0
  #revision = 0
  #bucketMadeAt = ''
  readonly #waiting = new Set<{ revision: number; arrived: () => void }>()

  constructor(bucket: Bucket, collections: Collection<unknown>[], onError: (error: unknown) => void) {
    this.#bucket = bucket
    this.#byKind = new Map(collections.map((collection) => [collection.kind, collection]))
    this.#onError = onError
  }

  async start(): Promise<void> {
    // Asked first: behind the entries of a large catalog the answer would come late.
    const { isEmpty, createdAt, lastRevision } = await this.#bucket.state()
    this.#bucketMadeAt = createdAt
    const watch = await this.#bucket.kv.watch()
    this.#stop = () => watch.stop()
    if (isEmpty) this.#loaded.resolve()
    this.#following = this.#follow(watch, lastRevision)
  }

  /** Resolves when all that was in the bucket at the start is in the collections. */
  get loaded(): Promise<void> {
    return this.#loaded.promise
  }

  /** Entries that came so far, and those that are still to come. */
  get progress(): { received: number; pending: number } {
    return { received: this.#received, pending: this.#pending }
  }

  onChange(listener: (change: CatalogChange) => void): void {
    this.#listeners.push(listener)
  }

  /**
   * Compares the collections with the bucket, and applies what the watch has missed. A watch that was cut off for longer
   * than tombstones are kept misses deletions.
   */
  async compare(): Promise<void> {
    const revision = this.#revision
    const { lastRevision, createdAt } = await this.#bucket.state()
    if (createdAt !== this.#bucketMadeAt || lastRevision < revision) {
      throw new Error(
        'the catalog in NATS is another one than at the start of this process: restart the process',
      )
    }
    const revisions = await this.#bucket.revisions()
    for (const collection of this.#byKind.values()) {
      for (const key of collection.differing(revisions, revision)) {
        const change = await collection.refresh(key)
        if (change) this.#tell(collection.kind, change.value, change.deleted)
      }
    }
  }

  /** Returns when the collections have all that the bucket had when this was called. */
  async catchUp(): Promise<void> {
    const { lastRevision } = await this.#bucket.state()
    if (this.#revision >= lastRevision) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = { revision: lastRevision, arrived: resolve }
    this.#waiting.add(waiting)
    try {
      await withTimeout(promise, CATCH_UP_MS, 'following the catalog')
    } catch (cause) {
      throw new AppError('unavailable', 'NATS does not deliver what the catalog has: try again', { cause })
    } finally {
      this.#waiting.delete(waiting)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop()
    await this.#following
  }

  async #follow(watch: AsyncIterable<KvWatchEntry>, lastRevision: number): Promise<void> {
    for await (const entry of watch) {
      try {
        this.#apply(entry)
      } catch (error) {
        this.#onError(error)
      }
      this.#received++
      this.#pending = entry.delta ?? 0
      this.#revision = entry.revision
      for (const { revision, arrived } of this.#waiting) if (revision <= this.#revision) arrived()
      if (isLastOf(entry, lastRevision)) this.#loaded.resolve()
    }
  }

  #apply(entry: KvWatchEntry): void {
    const kind = entry.key.slice(0, entry.key.indexOf('.'))
    const collection = this.#byKind.get(kind)
    if (collection === undefined) return
    const deleted = entry.operation !== 'PUT'
    const value = deleted
      ? collection.deleted(entry.key, entry.revision)
      : collection.stored(entry.key, entry.string(), entry.revision)
    if (value !== undefined) this.#tell(kind, value, deleted)
  }

  #tell(kind: string, value: unknown, deleted: boolean): void {
    // The kind says which entity the value is.
    for (const listener of this.#listeners) listener({ kind, value, deleted } as CatalogChange)
  }
}
