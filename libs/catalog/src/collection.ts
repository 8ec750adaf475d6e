import type { KV } from '@nats-io/kv'
import { AppError, type ErrorCode } from '@syncline/errors'
import type { z } from 'zod'
import type { Write } from './deployments.ts'
import { IdentityMap } from './identity-map.ts'
import { decodePart, encodeKey, encodePart, partsOf } from './key.ts'

const UPDATE_TRIES = 10
const REFRESH_TRIES = 10
/** What an official NATS server takes in a message (1 MiB), without the headers of ours. */
export const MAX_ENTRY_BYTES = 1024 * 1024 - 4096

interface Entry<T> {
  key: string
  value: T
  revision: number
}

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
  readonly #entries = new IdentityMap<Entry<T>>({ nameOf: decodePart, partOf: encodePart })
  /** Deleted by this process and not yet by the watch: listeners get the last value from the copy. */
  readonly #deletedHere = new Set<string>()
  /**
   * The newest revision that the watch has delivered. The watch delivers all changes in order, so an entity that the
   * copy does not have was deleted after any revision up to this one.
   */
  #delivered = 0

  constructor(bucket: KV, kind: string, schema: z.ZodType<T>, unknown: ErrorCode) {
    this.kind = kind
    this.#bucket = bucket
    this.#schema = schema
    this.#unknown = unknown
  }

  async find(...identity: string[]): Promise<T | undefined> {
    return this.peek(...identity) ?? (await this.#load(this.#key(identity)))?.value
  }

  /** Like `find`, but what is not there is the collection's `unknown_…` error. */
  async get(...identity: string[]): Promise<T> {
    const value = await this.find(...identity)
    if (value === undefined) throw this.#missing(identity)
    return value
  }

  /** Like `get`, from the bucket itself: the copy may be a moment behind. */
  async fresh(...identity: string[]): Promise<T> {
    const entry = await this.#load(this.#key(identity))
    if (entry === undefined) throw this.#missing(identity)
    return entry.value
  }

  /** What the copy in memory has: without what another process made a moment ago, and without a call to NATS. */
  peek(...identity: string[]): T | undefined {
    const key = this.#key(identity)
    return this.#deletedHere.has(key) ? undefined : this.#entries.get(partsOf(key))?.value
  }

  /** All whose identity begins with `prefix`, from the copy in memory. Costs what it returns: see `each` and `page`. */
  list(...prefix: string[]): T[] {
    return [...this.each(...prefix)]
  }

  /** The same one by one, in no order. What is made or deleted meanwhile may be among them or not. */
  *each(...prefix: string[]): Generator<T, void> {
    for (const { key, value } of this.#entries.under(partsOf(this.#key(prefix)))) {
      if (!this.#deletedHere.has(key)) yield value
    }
  }

  /**
   * At most `limit` of them in the order of their identities, compared part by part and by code units; those behind `after`,
   * the identity of the last one of the page before, which need not exist any more.
   */
  page(prefix: string[], { after, limit }: { after?: string[]; limit: number }): T[] {
    const rest = after?.slice(prefix.length).map(encodePart)
    const found: T[] = []
    if (limit <= 0) return found
    for (const { key, value } of this.#entries.inOrder(partsOf(this.#key(prefix)), rest)) {
      if (this.#deletedHere.has(key)) continue
      if (found.push(value) === limit) break
    }
    return found
  }

  /** Fails with `already_exists` if it is there. */
  async create(value: T, ...identity: string[]): Promise<void> {
    const key = this.#key(identity)
    const revision = await this.#bucket
      .create(key, this.#toJson(value, key))
      .catch(async (cause: unknown) => {
        if ((await this.#load(key)) === undefined) throw unavailable(cause)
        throw new AppError('already_exists', `${this.kind} '${identity.at(-1)}' exists already`, { cause })
      })
    this.#put({ key, value, revision })
  }

  /** Stores what `change` makes of the present state (undefined = none), again if another writer was faster. */
  async upsert(change: (present: T | undefined) => T, ...identity: string[]): Promise<T> {
    const key = this.#key(identity)
    for (let tries = 1; ; tries++) {
      const present = await this.#load(key)
      const value = change(present?.value)
      const json = this.#toJson(value, key)
      try {
        const revision = present
          ? await this.#bucket.update(key, json, present.revision)
          : await this.#bucket.create(key, json)
        this.#put({ key, value, revision })
        return value
      } catch (cause) {
        const now = await this.#load(key)
        if (now?.revision === present?.revision) throw unavailable(cause)
        if (tries === UPDATE_TRIES) {
          const message = `${this.kind} '${identity.at(-1)}' was changed by others ${UPDATE_TRIES} times meanwhile: try again`
          throw new AppError('unavailable', message, { cause })
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
    this.#deletedHere.add(key)
    await this.#bucket.delete(key).catch((cause: unknown) => {
      this.#deletedHere.delete(key)
      throw unavailable(cause)
    })
  }

  /** What a deployment is to write: this value, or null = nothing any more. Checked as every write is. */
  writeOf(value: T | null, ...identity: string[]): Write {
    const key = this.#key(identity)
    if (value !== null) this.#toJson(value, key)
    return { key, value }
  }

  /** @internal What the watch delivers: `json` is stored under `key`. */
  stored(key: string, json: string, revision: number): T {
    this.#delivered = Math.max(this.#delivered, revision)
    const value = this.#parse(json, key)
    this.#put({ key, value, revision }, { delivered: true })
    return value
  }

  /** @internal What the watch delivers: `key` was deleted. Gives what it was, if the copy had it. */
  deleted(key: string, revision: number): T | undefined {
    this.#delivered = Math.max(this.#delivered, revision)
    const parts = partsOf(key)
    const present = this.#entries.get(parts)
    if (present !== undefined && present.revision > revision) return undefined
    this.#deletedHere.delete(key)
    this.#entries.delete(parts)
    return present?.value
  }

  /**
   * @internal Keys of which the copy has something else than the bucket. `revisions` are those of the bucket, read after
   * the watch had delivered `from`: what came later may be missing there.
   */
  differing(revisions: ReadonlyMap<string, number>, from: number): string[] {
    const keys: string[] = []
    for (const { key, revision } of this.#entries.under([this.kind])) {
      if (revision <= from && !revisions.has(key)) keys.push(key)
    }
    for (const [key, revision] of revisions) {
      if (!key.startsWith(`${this.kind}.`)) continue
      const present = this.#entries.get(partsOf(key))
      if (present === undefined || present.revision < revision) keys.push(key)
    }
    return keys
  }

  /**
   * @internal Makes the copy of one key as the bucket is, and gives what has changed. If the copy changes while the bucket
   * is asked, its answer may be old: then it is asked again.
   */
  async refresh(key: string): Promise<{ value: T; deleted: boolean } | undefined> {
    const parts = partsOf(key)
    for (let tries = 1; tries <= REFRESH_TRIES; tries++) {
      const delivered = this.#delivered
      const present = this.#entries.get(parts)
      const stored = await this.#read(key)
      if (this.#delivered !== delivered || this.#entries.get(parts) !== present) continue
      if (stored === undefined) {
        this.#deletedHere.delete(key)
        this.#entries.delete(parts)
        return present && { value: present.value, deleted: true }
      }
      if (present?.revision === stored.revision) return undefined
      this.#put(stored, { delivered: true })
      return { value: stored.value, deleted: false }
    }
    return undefined
  }

  #put(entry: Entry<T>, { delivered = false } = {}): void {
    const parts = partsOf(entry.key)
    const present = this.#entries.get(parts)
    const known = present?.revision ?? (delivered ? 0 : this.#delivered)
    if (entry.revision <= known) return
    this.#deletedHere.delete(entry.key)
    this.#entries.set(parts, entry)
  }

  /** Fails if the entity could not be read back: every process would be without it, and nobody could delete it. */
  #toJson(value: T, key: string): string {
    const json = JSON.stringify(value)
    const bytes = Buffer.byteLength(json)
    if (bytes > MAX_ENTRY_BYTES) {
      const message = `${this.kind} '${decodePart(partsOf(key).at(-1) ?? '')}' would take ${bytes} bytes with all that it has, and may take ${MAX_ENTRY_BYTES}: make it smaller`
      throw new AppError('too_large', message)
    }
    this.#parse(json, key)
    return json
  }

  #parse(json: string, key: string): T {
    const { data, error } = this.#schema.safeParse(JSON.parse(json))
    if (!error) return data
    const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new Error(`the catalog's entry '${key}' is not valid: ${problems.join('; ')}`, { cause: error })
  }

  /** Asks the bucket, and keeps what it answers. */
  async #load(key: string): Promise<Entry<T> | undefined> {
    const entry = await this.#read(key)
    if (entry !== undefined) this.#put(entry)
    return entry
  }

  async #read(key: string): Promise<Entry<T> | undefined> {
    const stored = await this.#bucket.get(key).catch((cause: unknown) => {
      throw unavailable(cause)
    })
    if (stored === null || stored.operation !== 'PUT') return undefined
    return { key, value: this.#parse(stored.string(), key), revision: stored.revision }
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
