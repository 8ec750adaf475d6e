import type { KV } from '@nats-io/kv'
import { AppError, type ErrorCode } from '@syncline/errors'
import type { z } from 'zod'
import { encodeKey } from './key.ts'

const UPDATE_TRIES = 10

type Entry<T> = { value: T; revision: number }

/**
 * The entities of one kind. Reads come from a copy in memory that a watch keeps current; an entity that the copy
 * does not have is asked for in the bucket, so what another process has just made is found. Writes carry the
 * revision that they were based on.
 */
export class Collection<T> {
  readonly kind: string
  readonly #bucket: KV
  readonly #schema: z.ZodType<T>
  readonly #unknown: ErrorCode
  readonly #entries = new Map<string, Entry<T>>()
  /** Newest revision seen of each key, deletions included: older news of it are stale. */
  readonly #seen = new Map<string, number>()
  /** Deleted here, while the news of it is on its way: listeners get the last value from the copy. */
  readonly #leaving = new Set<string>()

  constructor(bucket: KV, kind: string, schema: z.ZodType<T>, unknown: ErrorCode) {
    this.kind = kind
    this.#bucket = bucket
    this.#schema = schema
    this.#unknown = unknown
  }

  async find(...identity: string[]): Promise<T | undefined> {
    const key = this.#key(identity)
    const entry = this.#leaving.has(key) ? undefined : this.#entries.get(key)
    return (entry ?? (await this.#load(key)))?.value
  }

  /** Like `find`, but what is not there is the collection's `unknown_…` error. */
  async get(...identity: string[]): Promise<T> {
    const value = await this.find(...identity)
    if (value === undefined) throw this.#missing(identity)
    return value
  }

  /** All whose identity begins with `prefix`, from the copy in memory. */
  list(...prefix: string[]): T[] {
    const start = this.#key(prefix)
    const found: T[] = []
    for (const [key, entry] of this.#entries) {
      if ((key === start || key.startsWith(`${start}.`)) && !this.#leaving.has(key)) found.push(entry.value)
    }
    return found
  }

  /** Fails with `already_exists` if it is there. */
  async create(value: T, ...identity: string[]): Promise<void> {
    const key = this.#key(identity)
    const made = await this.#bucket.create(key, JSON.stringify(value)).catch(async (cause: unknown) => {
      if ((await this.#load(key)) === undefined) throw unavailable(cause)
      throw new AppError('already_exists', `${this.kind} '${identity.at(-1)}' exists already`, { cause })
    })
    this.put(key, value, made)
  }

  /** Stores what `change` makes of the present state (undefined = none), again if another writer was faster. */
  async upsert(change: (present: T | undefined) => T, ...identity: string[]): Promise<T> {
    const key = this.#key(identity)
    for (let tries = 1; ; tries++) {
      const present = await this.#load(key)
      const value = change(present?.value)
      try {
        const revision = present
          ? await this.#bucket.update(key, JSON.stringify(value), present.revision)
          : await this.#bucket.create(key, JSON.stringify(value))
        this.put(key, value, revision)
        return value
      } catch (cause) {
        const now = await this.#load(key)
        if (now?.revision === present?.revision) throw unavailable(cause)
        if (tries === UPDATE_TRIES) {
          throw new AppError('unavailable', `${this.kind} '${identity.at(-1)}' is being changed by others`, {
            cause,
          })
        }
      }
    }
  }

  /** Like `upsert` for what must be there. */
  async update(change: (present: T) => T, ...identity: string[]): Promise<T> {
    return this.upsert(
      (present) => {
        if (present === undefined) throw this.#missing(identity)
        return change(present)
      },
      ...identity,
    )
  }

  async delete(...identity: string[]): Promise<void> {
    const key = this.#key(identity)
    if ((await this.#load(key)) === undefined) throw this.#missing(identity)
    this.#leaving.add(key)
    await this.#bucket.delete(key).catch((cause: unknown) => {
      this.#leaving.delete(key)
      throw unavailable(cause)
    })
  }

  /** @internal News from the bucket. Returns whether the copy changed. */
  put(key: string, value: T, revision: number): boolean {
    if (revision <= (this.#seen.get(key) ?? 0)) return false
    this.#seen.set(key, revision)
    this.#leaving.delete(key)
    this.#entries.set(key, { value, revision })
    return true
  }

  /** @internal */
  remove(key: string, revision: number): T | undefined {
    if (revision <= (this.#seen.get(key) ?? 0)) return undefined
    this.#seen.set(key, revision)
    const gone = this.#entries.get(key)?.value
    this.#leaving.delete(key)
    this.#entries.delete(key)
    return gone
  }

  /** @internal */
  parse(json: string): T {
    return this.#schema.parse(JSON.parse(json))
  }

  async #load(key: string): Promise<Entry<T> | undefined> {
    const stored = await this.#bucket.get(key).catch((cause: unknown) => {
      throw unavailable(cause)
    })
    if (stored === null || stored.operation !== 'PUT') return undefined
    const value = this.parse(stored.string())
    this.put(key, value, stored.revision)
    return { value, revision: stored.revision }
  }

  #key(identity: string[]): string {
    return encodeKey([this.kind, ...identity])
  }

  #missing(identity: string[]): AppError {
    return new AppError(this.#unknown, `there is no ${this.kind} '${identity.at(-1)}'`)
  }
}

function unavailable(cause: unknown): AppError {
  return new AppError('unavailable', 'the catalog does not answer at the moment: try again', { cause })
}
